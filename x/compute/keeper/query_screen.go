package keeper

import (
	"context"
	"fmt"

	"github.com/aichain/aichain/rules/match"
	"github.com/aichain/aichain/rules/payout"
	"github.com/aichain/aichain/x/compute/types"
)

// screening is one task as it would be posted.
type screening struct {
	need     match.Need
	terms    types.TaskTerms
	tokens   uint32
	auditBps uint32 // the chance of an audit, whose seat the ceiling counts; 0 without a ceiling
}

// ScreenTask tells, before any transaction, who would match and why the others would not, by the same rule
// as the draw. A max_price of zero screens without a ceiling; the lien is then the least one. It shows one
// page of the model's offers.
func (q *queryServer) ScreenTask(ctx context.Context, req *types.QueryScreenTaskRequest) (*types.QueryScreenTaskResponse, error) {
	s, err := q.k.newScreening(ctx, req)
	if err != nil {
		return nil, err
	}
	offers, next, err := q.offersAt(ctx, s.terms.ModelId, req.Pagination)
	if err != nil {
		return nil, err
	}
	resp := &types.QueryScreenTaskResponse{Pagination: next}
	for _, o := range offers {
		one, err := q.k.screen(ctx, s, o)
		if err != nil {
			return nil, err
		}
		if one.Reason == types.REASON_MATCHABLE {
			resp.Matchable++
		}
		resp.Screened = append(resp.Screened, one)
	}
	return resp, nil
}

// newScreening checks the terms as a post would, but for the market: that is what is asked.
func (k *Keeper) newScreening(ctx context.Context, req *types.QueryScreenTaskRequest) (*screening, error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkTerms(params, req.Terms); err != nil {
		return nil, err
	}
	model, err := k.model(ctx, req.Terms.ModelId)
	if err != nil {
		return nil, err
	}
	if err := checkModel(params, model, req.Terms, uint64(req.InputTokens)); err != nil {
		return nil, err
	}
	s := &screening{terms: req.Terms, tokens: req.InputTokens}
	s.need = match.Need{Ceiling: ^uint64(0), SeatLien: params.MinSeatLien}
	if req.Requester != "" {
		_, name, err := k.account(req.Requester)
		if err != nil {
			return nil, err
		}
		s.need.Own = []string{name}
	}
	if price := req.Terms.MaxPrice; !price.Amount.IsNil() && !price.Amount.IsZero() {
		amount, err := amountOf("max_price", price)
		if err != nil {
			return nil, err
		}
		s.auditBps = params.AuditBpsOf(model)
		s.need.Ceiling = match.Ceiling(amount, req.Terms.Seats, s.auditBps)
		s.need.SeatLien = match.SeatLien(s.need.Ceiling, params.SeatLienMultiple, params.MinSeatLien)
	}
	return s, nil
}

// screen says whether one offer could take a seat and, if not, what was needed and what came.
func (k *Keeper) screen(ctx context.Context, s *screening, o types.Offer) (types.Screened, error) {
	_, p, err := k.provider(ctx, o.Provider)
	if err != nil {
		return types.Screened{}, err
	}
	bonded, free, err := k.bonds.BondOf(ctx, o.Provider)
	if err != nil {
		return types.Screened{}, err
	}
	worst, err := payout.WorstPrice(s.tokens, s.terms.MaxOutputTokens, o.PriceInput, o.PriceOutput)
	if err != nil {
		return types.Screened{}, err
	}
	c := match.Candidate{
		Provider: o.Provider, Draining: p.Status != types.PROVIDER_STATUS_ACTIVE,
		FreeSlots: freeSlots(o), FreeBond: free, WorstPrice: worst,
	}
	out := types.Screened{Provider: o.Provider, WorstPrice: worst}
	switch match.Screen(c, s.need) {
	case match.Fits:
		out.Reason = types.REASON_MATCHABLE
		out.Detail = fmt.Sprintf("costs at most %d uaic a seat, %d of %d slots free, %d uaic of bond free", worst, c.FreeSlots, o.Slots, free)
	case match.OwnProvider:
		out.Reason, out.Detail = types.REASON_OWN_PROVIDER, "the requester does not answer its own task"
	case match.AlreadySeated:
		out.Reason, out.Detail = types.REASON_ALREADY_SEATED, "had a seat on this task before"
	case match.Draining:
		out.Reason, out.Detail = types.REASON_PROVIDER_DRAINING, "takes no new seats"
	case match.PriceAboveCeiling:
		out.Reason = types.REASON_PRICE_ABOVE_CEILING
		out.Detail = fmt.Sprintf("costs up to %d uaic a seat, the ceiling is %d for each of %s",
			worst, s.need.Ceiling, pricedSeats(s.terms.Seats, s.auditBps))
	case match.NoFreeSlot:
		out.Reason, out.Detail = types.REASON_NO_FREE_SLOT, fmt.Sprintf("%d of %d slots are taken", o.UsedSlots, o.Slots)
	case match.BondTooLow:
		out.Reason = types.REASON_BOND_TOO_LOW
		out.Detail = fmt.Sprintf("a seat reserves %d uaic, %d of %d uaic of bond are free", s.need.SeatLien, free, bonded)
	}
	return out, nil
}
