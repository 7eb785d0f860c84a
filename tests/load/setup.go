package main

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/offchain/worker/executor/canon"
	"github.com/aichain/aichain/rules/result"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

const (
	maxOutput = 8
	seats     = 3
	slots     = 10_000
	bond      = 900_000_000_000 // uaic: liens stay for a challenge window
	taskPrice = 30_000
)

// question is the one question that all tasks ask, and its answer.
type question struct {
	chainID string
	model   []byte
	input   []uint32
	output  []uint32
	root    [32]byte
}

// setUp publishes the model, registers the providers and their offers, as far as that is not so yet.
func setUp(ctx context.Context, c config) (computetypes.TaskTerms, question, error) {
	exec, err := canon.Open([]canon.File{{Path: c.model}}, 1)
	if err != nil {
		return computetypes.TaskTerms{}, question{}, err
	}
	id := exec.Models()[0]
	pub, err := exec.Publication(id)
	if err = errors.Join(err, exec.Close()); err != nil {
		return computetypes.TaskTerms{}, question{}, err
	}
	q := question{chainID: c.chainID, model: id[:], input: []uint32{1, 5, 9, 12, 7, 3, 20, 11, 4, 6}, output: []uint32{3, 4, 2}}
	digest := result.InputDigest(q.model, q.input, maxOutput, 0, 0, nil)
	q.root = result.Root(q.model, digest[:], q.output, 1)

	first, err := newClient(c, 0, "p0")
	if err != nil {
		return computetypes.TaskTerms{}, question{}, err
	}
	defer func() { _ = first.Close() }() // nothing is under way
	_, err = first.PublishModel(ctx, computetypes.MsgPublishModel{
		ModelId: q.model, Header: pub.Header, HeaderProof: pub.Proof, Name: "load", License: "Apache-2.0",
	})
	if err != nil && !errors.Is(err, computetypes.ErrModelExists) {
		return computetypes.TaskTerms{}, question{}, fmt.Errorf("publish: %w", err)
	}
	group, inner := errgroup.WithContext(ctx)
	for i := range c.workers {
		group.Go(func() error { return hire(inner, c, i, q.model) })
	}
	return termsOf(q.model, seats, taskPrice), q, group.Wait()
}

// hire registers a provider and sets its offer.
func hire(ctx context.Context, c config, i int, model []byte) error {
	p, err := newClient(c, i, fmt.Sprintf("p%d", i))
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }() // nothing is under way
	now, err := p.Provider(ctx, p.Address())
	switch {
	case errors.Is(err, client.ErrNotFound):
		if _, err := p.RegisterProvider(ctx, fmt.Sprintf("p%d", i), "", bond); err != nil {
			return err
		}
	case err != nil:
		return err
	case len(now.Offers) > 0:
		return nil
	}
	_, err = p.SetOffer(ctx, model, 20_000, 80_000, slots)
	return err
}
