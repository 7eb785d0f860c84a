package keeper

import (
	"context"
	"fmt"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/rules/match"
	"github.com/aichain/aichain/rules/payout"
	"github.com/aichain/aichain/x/compute/types"
)

// checkPost checks the terms and the fresh inputs of a batch, with a bounded number of reads.
func (k *Keeper) checkPost(ctx context.Context, params types.Params, p *posting, inputs []types.TaskInput) error {
	var err error
	if p.maxPrice, err = amountOf("max_price", p.terms.MaxPrice); err != nil {
		return err
	}
	if err := checkTerms(params, p.terms); err != nil {
		return err
	}
	model, err := k.model(ctx, p.terms.ModelId)
	if err != nil {
		return err
	}
	longest := uint32(0)
	for _, i := range p.fresh {
		if err := checkModel(params, model, p.terms, uint64(len(inputs[i].Tokens))); err != nil {
			return errorsmod.Wrapf(err, "input %d", i)
		}
		if err := checkTokens(model, inputs[i].Tokens); err != nil {
			return errorsmod.Wrapf(err, "input %d", i)
		}
		longest = max(longest, uint32(len(inputs[i].Tokens)))
	}
	p.auditBps = params.AuditBpsOf(model)
	return k.checkMarket(ctx, p, longest)
}

// checkTerms checks what needs no model.
func checkTerms(params types.Params, t types.TaskTerms) error {
	switch {
	case t.Kind != types.TASK_KIND_INFERENCE:
		return errorsmod.Wrapf(types.ErrBadTerms, "expected kind INFERENCE, got %s", t.Kind)
	case t.Assurance != types.ASSURANCE_CLASS_REDUNDANT:
		return errorsmod.Wrapf(types.ErrBadTerms, "expected assurance REDUNDANT, got %s", t.Assurance)
	case len(t.DatasetId) != 0:
		return errorsmod.Wrapf(types.ErrBadTerms, "expected no data set for inference, got %d bytes", len(t.DatasetId))
	case t.Seats < params.MinSeats || t.Seats > params.MaxSeats:
		return errorsmod.Wrapf(types.ErrBadSeats, "expected %d to %d, got %d", params.MinSeats, params.MaxSeats, t.Seats)
	case t.MaxOutputTokens == 0 || t.MaxOutputTokens > params.MaxOutputTokens:
		return errorsmod.Wrapf(types.ErrOutputLimit, "expected 1 to %d tokens, got %d", params.MaxOutputTokens, t.MaxOutputTokens)
	case t.Sampling.TemperatureMilli > types.MaxTemperatureMilli:
		return errorsmod.Wrapf(types.ErrBadSampling, "expected a temperature of at most %d thousandths, got %d",
			types.MaxTemperatureMilli, t.Sampling.TemperatureMilli)
	}
	return nil
}

// checkModel checks terms and the length of one input against the params and the model.
func checkModel(params types.Params, model types.Model, t types.TaskTerms, tokens uint64) error {
	switch {
	case model.Deprecated:
		return errorsmod.Wrapf(types.ErrModelDeprecated, "%x", model.Id)
	case t.Sampling.TopK > model.Vocab:
		return errorsmod.Wrapf(types.ErrBadSampling, "expected top_k of at most %d, got %d", model.Vocab, t.Sampling.TopK)
	case tokens == 0 || tokens > uint64(params.MaxInputTokens):
		return errorsmod.Wrapf(types.ErrInputLimit, "expected 1 to %d tokens, got %d", params.MaxInputTokens, tokens)
	case tokens+uint64(t.MaxOutputTokens) > uint64(model.MaxContext):
		return errorsmod.Wrapf(types.ErrContextLimit, "expected at most %d tokens of input and output together, got %d + %d",
			model.MaxContext, tokens, t.MaxOutputTokens)
	}
	return nil
}

// checkTokens wants every token id inside the model's vocabulary.
func checkTokens(model types.Model, tokens []uint32) error {
	for i, id := range tokens {
		if id >= model.Vocab {
			return errorsmod.Wrapf(types.ErrBadToken, "expected ids below %d, got %d at %d", model.Vocab, id, i)
		}
	}
	return nil
}

// checkMarket refuses what could never be matched as the market stands: fewer offers than seats, or a
// ceiling per seat, the audit's seat counted, below what even a provider with the lowest input price and the lowest output price of the
// model would take for the longest input. Both are single reads; whether enough providers are free is found
// by the draw, and before the post by Query/ScreenTask.
func (k *Keeper) checkMarket(ctx context.Context, p *posting, longest uint32) error {
	count, err := orZero(k.offerCounts.Get(ctx, p.terms.ModelId))
	if err != nil {
		return err
	}
	if count < uint64(p.terms.Seats) {
		return errorsmod.Wrapf(types.ErrNoOffer, "expected at least %d offers, got %d", p.terms.Seats, count)
	}
	in, err := cheapest(ctx, k.inputPrices, p.terms.ModelId)
	if err != nil {
		return err
	}
	out, err := cheapest(ctx, k.outputPrices, p.terms.ModelId)
	if err != nil {
		return err
	}
	least, err := payout.WorstPrice(longest, p.terms.MaxOutputTokens, in, out)
	if err != nil {
		return errorsmod.Wrap(types.ErrSeatPrice, err.Error())
	}
	if most := match.Ceiling(p.maxPrice, p.terms.Seats, p.auditBps); most < least {
		return errorsmod.Wrapf(types.ErrPriceBelowOffers,
			"expected at least %d uaic a seat (cheapest prices for 1000 tokens: %d in, %d out), got %d (%d uaic for %s)",
			least, in, out, most, p.maxPrice, pricedSeats(p.terms.Seats, p.auditBps))
	}
	return nil
}

// pricedSeats says in words what a task's max_price must cover.
func pricedSeats(seats, auditBps uint32) string {
	if match.PricedSeats(seats, auditBps) == seats {
		return fmt.Sprintf("%d seats", seats)
	}
	return fmt.Sprintf("%d seats and one that may be drawn to audit them", seats)
}
