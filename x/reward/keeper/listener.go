package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/rules/payout"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	"github.com/aichain/aichain/x/reward/types"
)

// AfterVerdict implements attest's Hooks: it divides the escrow of a task that has come to its end, slashes its
// seats and frees their liens, as rules/payout says. It returns ErrEscrowClosed for a second verdict on a task,
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
	ledger, err := k.ledger.Get(ctx)
	if err != nil {
		return err
	}
	if err := k.divide(ctx, &ledger, escrow, out); err != nil {
		return err
	}
	if err := k.endSeats(ctx, &ledger, v, out); err != nil {
		return err
	}
	if err := k.ledger.Set(ctx, ledger); err != nil {
		return err
	}
	return event.Emit(sdk.UnwrapSDKContext(ctx), &types.EventTaskSettled{
		TaskId: v.Task.Id, Reason: v.Closing.Reason, PaidSeats: out.PaidSeats, PaidModel: out.PaidModel,
		PaidValidators: out.Validators, Burned: out.BurnedTake, Refunded: out.Refund,
	})
}

// fateOf translates outcomes of seats from the registry of reasons into the words of the rule.
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

// divide closes the escrow and credits everyone who gets a part of it or of the slashes.
func (k *Keeper) divide(ctx context.Context, l *types.Ledger, e types.Escrow, out payout.Outcome) error {
	var due credits
	for _, t := range out.Transfers {
		p := types.Payout{Recipient: t.Recipient, Amount: t.Amount}
		if t.Why == payout.WhySlashReward {
			p.SlashRewards = t.Amount
		} else {
			p.Paid = t.Amount
		}
		if err := due.add(p); err != nil {
			return err
		}
	}
	if err := due.add(types.Payout{Recipient: e.Payer, Amount: out.Refund, Refunded: out.Refund}); err != nil {
		return err
	}
	for _, p := range due {
		if err := k.credit(ctx, p); err != nil {
			return err
		}
	}
	if err := l.Move(&l.Escrow, &l.Pending, e.Held); err != nil {
		return err
	}
	// parts of pending, which did not overflow
	l.PendingBurn += out.BurnedTake + out.BurnedSlash
	l.PendingValidators += out.Validators
	e.Held, e.PaidSeats, e.PaidModel = 0, out.PaidSeats, out.PaidModel
	e.PaidValidators, e.Burned, e.Refunded, e.Slashed = out.Validators, out.BurnedTake, out.Refund, out.Slashed
	return k.escrows.Set(ctx, e.TaskId, e)
}

// endSeats slashes and frees the liens of all seats; those of right seats stay until the challenge window is over.
func (k *Keeper) endSeats(ctx context.Context, l *types.Ledger, v attesttypes.FinalVerdict, out payout.Outcome) error {
	for i, seat := range v.Seats {
		end := out.Seats[i]
		who, err := k.bytesOf(seat.Provider)
		if err != nil {
			return err
		}
		if end.Hold > 0 {
			at := collections.Join(height(ctx)+v.Task.Snapshot.ChallengeWindow, who)
			if err := addAt(ctx, k.lienReleases, at, end.Hold); err != nil {
				return err
			}
		}
		if end.Slash+end.Free == 0 {
			continue
		}
		if err := k.lowerBond(ctx, l, who, end); err != nil {
			return err
		}
		if end.Slash == 0 {
			continue
		}
		err = event.Emit(sdk.UnwrapSDKContext(ctx), &types.EventSeatSlashed{
			TaskId: v.Task.Id, Provider: seat.Provider, Reason: seat.Outcome, Amount: end.Slash,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// lowerBond takes a slash out of a bond and frees what ends of its lien.
func (k *Keeper) lowerBond(ctx context.Context, l *types.Ledger, who sdk.AccAddress, end payout.SeatEnd) error {
	bond, err := k.bondOf(ctx, who)
	if err != nil {
		return err
	}
	if bond.Bonded, err = types.Sub(bond.Bonded, end.Slash); err != nil {
		return err
	}
	if bond.Liened, err = types.Sub(bond.Liened, end.Slash+end.Free); err != nil {
		return err
	}
	if err := k.bonds.Set(ctx, who, bond); err != nil {
		return err
	}
	if l.Liened, err = types.Sub(l.Liened, end.Slash+end.Free); err != nil {
		return err
	}
	if end.Slash == 0 {
		return nil
	}
	if err := l.Move(&l.Bonds, &l.Pending, end.Slash); err != nil {
		return err
	}
	l.Slashed = l.Slashed.Add(types.Coins(end.Slash)[0].Amount)
	return k.providers.BondChanged(ctx, bond.Provider, bond.Bonded)
}
