package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/offchain/worker/executor"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// feeReserve is left over when the bond is taken, for the fees of registration and offers, uaic.
const feeReserve = 100_000

// NeedToRegister is what the account of a new provider must hold, uaic: its bond and some fees.
func NeedToRegister(cfg Config) uint64 { return cfg.Provider.Bond + feeReserve }

// setUp registers the provider, publishes models and makes offers, as far as that is not done. It waits for a
// chain that is away, and returns what waiting does not mend.
func (w *Worker) setUp(ctx context.Context) error {
	for wait := time.Second; ; wait = min(2*wait, 15*time.Second) {
		err := w.trySetUp(ctx)
		if err == nil {
			w.health.setUp()
			return nil
		}
		if !errors.Is(err, client.ErrUnreachable) && !errors.Is(err, client.ErrNotIncluded) {
			return err
		}
		w.health.reach(err)
		w.Log.Warn("chain unreachable; waiting", "again_in", wait, "err", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.Clock.After(wait):
		}
	}
}

func (w *Worker) trySetUp(ctx context.Context) error {
	if err := w.Chain.CheckChain(ctx); err != nil {
		return err
	}
	params, err := w.Chain.AttestParams(ctx)
	if err != nil {
		return err
	}
	w.maxBatch = max(1, min(w.cfg.Engine.Batch, int(params.MaxBatch)))
	mine, err := w.register(ctx)
	if err != nil {
		return err
	}
	for i, id := range w.Executor.Models() {
		if i >= len(w.cfg.Models) {
			break
		}
		if err := w.offer(ctx, id, w.cfg.Models[i], mine); err != nil {
			return err
		}
	}
	return nil
}

// register returns the provider's record, made now if there was none.
func (w *Worker) register(ctx context.Context) (*computetypes.QueryProviderResponse, error) {
	mine, err := w.Chain.Provider(ctx, w.id.text)
	if err == nil {
		if mine.Provider.Status == computetypes.PROVIDER_STATUS_DRAINING {
			w.Log.Warn("the provider is draining and takes no new seats", "next", "aichaind tx compute drain-provider --resume")
		}
		w.Log.Info("provider is registered", "address", w.id.text, "bonded", mine.Bonded, "free", mine.Free, "open_seats", mine.OpenSeats)
		return mine, nil
	}
	if !errors.Is(err, client.ErrNotFound) {
		return nil, err
	}
	if err := w.canRegister(ctx); err != nil {
		return nil, err
	}
	p := w.cfg.Provider
	if _, err := w.Chain.RegisterProvider(ctx, p.Moniker, p.Details, p.Bond); err != nil && !errors.Is(err, computetypes.ErrProviderExists) {
		return nil, fmt.Errorf("register the provider: %w", err)
	}
	w.Log.Info("registered", "address", w.id.text, "bond", p.Bond)
	return w.Chain.Provider(ctx, w.id.text)
}

// canRegister says what is missing before any fee is paid.
func (w *Worker) canRegister(ctx context.Context) error {
	params, err := w.Chain.ComputeParams(ctx)
	if err != nil {
		return err
	}
	bond := w.cfg.Provider.Bond
	if bond < params.MinBond {
		return fmt.Errorf("provider.bond is %d uaic, the chain asks for at least %d (next: raise it)", bond, params.MinBond)
	}
	have, err := w.Chain.Balance(ctx, w.id.text)
	if err != nil {
		return err
	}
	if need := NeedToRegister(w.cfg); have < need {
		return fmt.Errorf("%s has %d uaic, registering needs %d for bond and fees (next: send it %d uaic)", w.id.text, have, need, need-have)
	}
	return nil
}

// offer publishes a model if asked to and makes the offer what the configuration says.
func (w *Worker) offer(ctx context.Context, id [32]byte, m ModelConfig, mine *computetypes.QueryProviderResponse) error {
	published, err := w.Chain.Model(ctx, id[:])
	switch {
	case errors.Is(err, client.ErrNotFound):
		if err := w.publish(ctx, id, m); err != nil {
			return err
		}
	case err != nil:
		return err
	case published.Deprecated:
		w.Log.Warn("model is deprecated: no new tasks will come for it", "model", published.Name)
		return nil
	}
	same := slices.ContainsFunc(mine.Offers, func(o computetypes.Offer) bool {
		return [32]byte(o.ModelId) == id && o.PriceInput == m.PriceInput && o.PriceOutput == m.PriceOutput && o.Slots == m.Slots
	})
	if same {
		return nil
	}
	if _, err := w.Chain.SetOffer(ctx, id[:], m.PriceInput, m.PriceOutput, m.Slots); err != nil {
		return fmt.Errorf("offer %s: %w", m.Path, err)
	}
	w.Log.Info("offer set", "model", fmt.Sprintf("%x", id), "price_input", m.PriceInput, "price_output", m.PriceOutput, "slots", m.Slots)
	return nil
}

func (w *Worker) publish(ctx context.Context, id [32]byte, m ModelConfig) error {
	if !m.Publish {
		return fmt.Errorf("model %x of %s is not published (next: check that the file is the right one; publish it with publish = true, or aiworker run --publish)", id, m.Path)
	}
	p, ok := w.Executor.(executor.Publisher)
	if !ok {
		return fmt.Errorf("this executor cannot publish %s", m.Path)
	}
	pub, err := p.Publication(id)
	if err != nil {
		return fmt.Errorf("prove the header of %s: %w", m.Path, err)
	}
	msg := computetypes.MsgPublishModel{
		ModelId: id[:], Header: pub.Header, HeaderProof: pub.Proof,
		Name: m.Name, License: m.License, Uri: m.URI, FeeBps: m.FeeBps,
	}
	if m.FeeBps > 0 {
		msg.Splits = []computetypes.FeeSplit{{Recipient: w.id.text, ShareBps: 10_000}}
	}
	_, err = w.Chain.PublishModel(ctx, msg)
	if errors.Is(err, computetypes.ErrModelExists) {
		return nil // another worker was first
	}
	if err != nil {
		return fmt.Errorf("publish %s: %w", m.Path, err)
	}
	w.Log.Info("model published", "model", fmt.Sprintf("%x", id), "name", m.Name)
	return nil
}
