package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/rules/emission"
	"github.com/aichain/aichain/rules/payout"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	"github.com/aichain/aichain/x/reward/types"
)

// AfterVerdict implements attest's Hooks: it divides the escrow of a task that has come to its end, slashes its
// seats and frees their liens, as rules/payout says, and lets its right seats accrue emission, as rules/emission says. It returns ErrEscrowClosed for a second verdict on a task,
// so that fraud slashes once, and ErrSettlement for a verdict that contradicts itself.
func (k *Keeper) AfterVerdict(ctx context.Context, v attesttypes.FinalVerdict) error {
	escrow, err := k.heldEscrow(ctx, v.Task.Id)
	if err != nil {
		return err
	}
	in, err := settlement(v, escrow.Held)
	if err != nil {
		return err
	}
	out, err := payout.Settle(in)
	if err != nil {
		return errorsmod.Wrapf(types.ErrSettlement, "task %d: %s", v.Task.Id, err)
	}
	c := &closing{Keeper: k, ctx: ctx}
	if c.pockets, err = k.pockets.Get(ctx); err != nil {
		return err
	}
	accrued, err := c.accrue(v.Task.Snapshot.EmissionBps, out)
	if err != nil {
		return errorsmod.Wrapf(err, "task %d", v.Task.Id)
	}
	if err := c.divide(escrow, out); err != nil {
		return err
	}
	if err := c.endSeats(v, out); err != nil {
		return err
	}
	if err := k.pockets.Set(ctx, c.pockets); err != nil {
		return err
	}
	return event.Emit(sdk.UnwrapSDKContext(ctx), &types.EventTaskSettled{
		TaskId: v.Task.Id, Reason: v.Closing.Reason, PaidSeats: out.PaidSeats, PaidModel: out.PaidModel,
		PaidValidators: out.Validators, Burned: out.BurnedTake, Refunded: out.Refund,
		Emission: accrued,
	})
}

// accrue decides what each seat whose lien stays through the challenge window earns beside its price, and counts it for all
// of them. A seat without a lien earns nothing, because nothing of it could be taken back.
func (c *closing) accrue(bps uint32, out payout.Outcome) (uint64, error) {
	seats := uint32(0)
	for _, end := range out.Seats {
		if end.Hold > 0 {
			seats++
		}
	}
	each, err := emission.PerSeat(out.BurnedTake, bps, seats)
	if err != nil {
		return 0, errorsmod.Wrap(types.ErrOverflow, err.Error())
	}
	c.seatEmission = each
	accrued := each * uint64(seats) // the rule says that it fits
	return accrued, c.pockets.Accrue(accrued)
}

// fateOf translates the outcome of a seat from the registry of reasons into the words of the rule.
func fateOf(r computetypes.Reason) payout.Fate {
	switch r {
	case computetypes.REASON_SEAT_RIGHT:
		return payout.Right
	case computetypes.REASON_SEAT_WRONG:
		return payout.Wrong
	case computetypes.REASON_SEAT_NO_COMMIT:
		return payout.NoCommit
	case computetypes.REASON_SEAT_NO_REVEAL:
		return payout.NoReveal
	case computetypes.REASON_SEAT_FREED:
		return payout.Freed
	case computetypes.REASON_SEAT_NO_DEFENCE:
		return payout.NoDefence
	default:
		return 0 // the rule refuses it
	}
}

// settlement puts a verdict into the words of the rule; ErrSettlement if the task did not end.
func settlement(v attesttypes.FinalVerdict, held uint64) (payout.Input, error) {
	s := v.Task.Snapshot
	in := payout.Input{
		Escrow:    held,
		InTokens:  uint32(len(v.Task.Input)),
		OutTokens: v.Closing.OutputTokens,
		Rates: payout.Rates{
			Take: s.TakeBps, TakeBurn: s.TakeBurnBps, SlashBurn: s.SlashBurnBps,
			SoftFault: s.SoftFaultBps, ModelFee: s.ModelFeeBps,
		},
		Seats: make([]payout.Seat, len(v.Seats)),
	}
	switch v.Closing.Status {
	case computetypes.TASK_STATUS_SETTLED:
		in.Settled = true
	case computetypes.TASK_STATUS_REFUNDED:
	default:
		return in, errorsmod.Wrapf(types.ErrSettlement, "expected SETTLED or REFUNDED, got %s", v.Closing.Status)
	}
	for _, split := range s.ModelSplits {
		in.Splits = append(in.Splits, payout.Split{Recipient: split.Recipient, ShareBps: split.ShareBps})
	}
	for i, seat := range v.Seats {
		in.Seats[i] = payout.Seat{
			Provider: seat.Provider, Fate: fateOf(seat.Outcome), Lien: seat.Lien,
			PriceIn: seat.PriceInput, PriceOut: seat.PriceOutput,
		}
	}
	return in, nil
}
