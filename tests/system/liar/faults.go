package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/offchain/worker"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// gatedChain shows a worker its seats late: a seat to commit only once the file commit-TASK is in the folder of the
// gates, a reveal phase only once reveal-TASK is. A test holds a task in a phase with it for as long as it needs.
type gatedChain struct {
	*client.Client
	faults faults
}

var _ worker.Chain = gatedChain{}

// OpenSeats leaves out the seats whose gate is shut.
func (c gatedChain) OpenSeats(ctx context.Context) ([]client.Seat, error) {
	seats, err := c.Client.OpenSeats(ctx)
	if err != nil || c.faults.gates == "" {
		return seats, err
	}
	var seen []client.Seat
	for _, s := range seats {
		hasCommitted := len(s.Mine().Commitment) > 0
		if !hasCommitted && !c.isOpen("commit", s.Task.Id) {
			continue
		}
		if s.Round.Phase == attesttypes.ROUND_PHASE_REVEAL && !c.isOpen("reveal", s.Task.Id) {
			s.Round.Phase = attesttypes.ROUND_PHASE_COMMIT
		}
		seen = append(seen, s)
	}
	return seen, nil
}

func (c gatedChain) isOpen(gate string, task uint64) bool {
	_, err := os.Stat(filepath.Join(c.faults.gates, fmt.Sprintf("%s-%d", gate, task)))
	return err == nil
}

// Commit sends commitments, or keeps them until the worker is stopped.
func (c gatedChain) Commit(ctx context.Context, commits []attesttypes.Commit) (client.Tx, error) {
	if c.faults.keepCommits {
		<-ctx.Done()
		return client.Tx{}, ctx.Err()
	}
	return c.Client.Commit(ctx, commits)
}

// errSilent stands for every move that a silent party does not make. The worker tries again and again, in vain.
var errSilent = errors.New("keeping silent")

// speaks tells whether a move is made: those from a given number on are not.
func (c gatedChain) speaks(at client.Turn) error {
	if c.faults.silentFrom >= 0 && int(at.Move) >= c.faults.silentFrom {
		return errSilent
	}
	return nil
}

// PostTrace binds to a trace, unless silent.
func (c gatedChain) PostTrace(ctx context.Context, at client.Turn, o client.Opening) (client.Tx, error) {
	if err := c.speaks(at); err != nil {
		return client.Tx{}, err
	}
	return c.Client.PostTrace(ctx, at, o)
}

// ChooseChild names a difference, unless silent.
func (c gatedChain) ChooseChild(ctx context.Context, at client.Turn, index uint32) (client.Tx, error) {
	if err := c.speaks(at); err != nil {
		return client.Tx{}, err
	}
	return c.Client.ChooseChild(ctx, at, index)
}

// PostChildren shows hashes, unless silent.
func (c gatedChain) PostChildren(ctx context.Context, at client.Turn, children []step.Hash) (client.Tx, error) {
	if err := c.speaks(at); err != nil {
		return client.Tx{}, err
	}
	return c.Client.PostChildren(ctx, at, children)
}

// PostChunk shows numbers, unless silent.
func (c gatedChain) PostChunk(ctx context.Context, at client.Turn, data []byte) (client.Tx, error) {
	if err := c.speaks(at); err != nil {
		return client.Tx{}, err
	}
	return c.Client.PostChunk(ctx, at, data)
}

// PostStep opens a step, unless silent.
func (c gatedChain) PostStep(ctx context.Context, at client.Turn, encoded []byte) (client.Tx, error) {
	if err := c.speaks(at); err != nil {
		return client.Tx{}, err
	}
	return c.Client.PostStep(ctx, at, encoded)
}
