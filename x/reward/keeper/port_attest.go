package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/rules/dispute"
	"github.com/aichain/aichain/rules/payout"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	"github.com/aichain/aichain/x/reward/types"
)

// HoldLien implements attest's Stakes: amount uaic of the lien of a seat on a task, which was to free itself at
// releaseHeight, stays reserved until FreeSeat or SlashLien, and so does the emission of the seat. It returns
// ErrNotReleasing if less is waiting, or ErrNoEscrow.
func (k *Keeper) HoldLien(ctx context.Context, taskID uint64, provider string, releaseHeight, amount uint64) error {
	if amount == 0 {
		return nil
	}
	who, err := k.bytesOf(provider)
	if err != nil {
		return err
	}
	at := collections.Join(releaseHeight, who)
	waiting, err := k.lienReleases.Get(ctx, at)
	if err != nil && !isNotFound(err) {
		return err
	}
	if waiting.Lien < amount {
		return errorsmod.Wrapf(types.ErrNotReleasing, "expected %d at height %d, got %d", amount, releaseHeight, waiting.Lien)
	}
	e, err := k.escrowOf(ctx, taskID)
	if err != nil {
		return err
	}
	rest, err := waiting.Sub(types.Release{Lien: amount, Emission: e.SeatEmission})
	if err != nil {
		return err
	}
	if err := k.holdEmission(ctx, who, e.SeatEmission); err != nil {
		return err
	}
	if rest.IsZero() {
		return k.lienReleases.Remove(ctx, at)
	}
	return k.lienReleases.Set(ctx, at, rest)
}

// FreeSeat implements attest's Stakes: amount uaic of the held lien of a seat that stands is free again, and the emission of
// the seat may be claimed. It returns ErrNoEscrow, ErrNoBond, or ErrLedger if less is held.
func (k *Keeper) FreeSeat(ctx context.Context, taskID uint64, provider string, amount uint64) error {
	if amount == 0 {
		return nil
	}
	who, err := k.bytesOf(provider)
	if err != nil {
		return err
	}
	e, err := k.escrowOf(ctx, taskID)
	if err != nil {
		return err
	}
	bond, err := k.bondOf(ctx, who)
	if err != nil {
		return err
	}
	if bond.ChallengedEmission, err = types.Sub(bond.ChallengedEmission, e.SeatEmission); err != nil {
		return err
	}
	return k.freeLienOf(ctx, who, bond, types.Release{Lien: amount, Emission: e.SeatEmission})
}

// FreeLien implements attest's Stakes: amount uaic of a challenger's stake is free again. It returns ErrNoBond, or
// ErrLedger if less is under lien. That it is not the lien of an open seat, nor one that frees itself, is for the caller to
// know.
func (k *Keeper) FreeLien(ctx context.Context, provider string, amount uint64) error {
	if amount == 0 {
		return nil
	}
	who, err := k.bytesOf(provider)
	if err != nil {
		return err
	}
	return k.freeLien(ctx, who, types.Release{Lien: amount})
}

// SlashLien implements attest's Stakes: it ends a lien, takes a part of it from the bond, and divides that between
// winner and fire as rules/dispute.Spoils says. A seat loses its emission too. With Restore the payer of the task comes before the fire. A task whose
// escrow was forgotten is slashed all the same, but nothing of it can be restored: ErrNoEscrow. It returns ErrBadSlash
// for a slash that contradicts itself, ErrEscrowOpen for a seat whose verdict is still to come and will slash it,
// ErrNoBond, ErrBadAddress, and ErrLedger if less is bonded or under lien. Nothing has changed on an error.
func (k *Keeper) SlashLien(ctx context.Context, s attesttypes.Slash) error {
	if err := checkSlash(s); err != nil {
		return err
	}
	branch, write := sdk.UnwrapSDKContext(ctx).CacheContext() // slashes are rare, and made of many steps
	if err := k.slashLien(branch, s); err != nil {
		return err
	}
	write()
	return nil
}

// checkSlash returns ErrBadSlash for a slash that contradicts itself.
func checkSlash(s attesttypes.Slash) error {
	isSeat := s.Reason == computetypes.REASON_SEAT_WRONG || s.Reason == computetypes.REASON_SEAT_NO_DEFENCE
	switch {
	case !isSeat && s.Reason != computetypes.REASON_CHALLENGE_LOST:
		return errorsmod.Wrapf(types.ErrBadSlash, "expected a reason to slash after a challenge, got %s", s.Reason)
	case s.Taken > s.Lien:
		return errorsmod.Wrapf(types.ErrBadSlash, "expected at most the lien of %d, got %d", s.Lien, s.Taken)
	case s.BurnBps > payout.FullBps:
		return errorsmod.Wrapf(types.ErrBadSlash, "expected at most %d basis points to burn, got %d", payout.FullBps, s.BurnBps)
	case s.Restore && !isSeat:
		return errorsmod.Wrap(types.ErrBadSlash, "expected a lost seat to restore from, got a lost challenge")
	}
	return nil
}

func (k *Keeper) slashLien(ctx context.Context, s attesttypes.Slash) error {
	who, err := k.bytesOf(s.Provider)
	if err != nil || s.Lien == 0 {
		return err
	}
	c := &closing{Keeper: k, ctx: ctx}
	if c.pockets, err = k.pockets.Get(ctx); err != nil {
		return err
	}
	if err := c.lowerBond(who, payout.SeatEnd{Slash: s.Taken, Free: s.Lien - s.Taken}); err != nil {
		return err
	}
	if s.Taken > 0 {
		if err := c.divideSlash(who, s); err != nil {
			return err
		}
	}
	if s.Reason != computetypes.REASON_CHALLENGE_LOST { // a challenger has no seat
		if err := c.forfeit(who, s); err != nil {
			return err
		}
	}
	return k.pockets.Set(ctx, c.pockets)
}

// divideSlash gives what was taken from a bond to the winner, the payer and the fire. All of it is pending already.
func (c *closing) divideSlash(loser sdk.AccAddress, s attesttypes.Slash) error {
	reward, burned := dispute.Spoils(s.Taken, uint64(s.BurnBps))
	if reward > 0 {
		winner, err := c.bytesOf(s.Winner)
		if err != nil {
			return err
		}
		if winner.Equals(loser) {
			return errorsmod.Wrapf(types.ErrBadSlash, "expected another winner than the slashed %s", s.Provider)
		}
		err = c.creditTo(c.ctx, winner, types.Payout{Recipient: s.Winner, Amount: reward, SlashRewards: reward})
		if err != nil {
			return err
		}
	}
	err := event.Emit(sdk.UnwrapSDKContext(c.ctx), &types.EventSeatSlashed{
		TaskId: s.TaskID, Provider: s.Provider, Reason: s.Reason, Amount: s.Taken,
	})
	if err != nil {
		return err
	}
	restored, err := c.restore(s, burned)
	if err != nil {
		return err
	}
	return c.countSlashed(payout.Outcome{Slashed: s.Taken, BurnedSlash: burned - restored})
}

// restore writes the slash of a seat into the record of its task and, if asked to, gives the payer what the task had
// cost and was not restored before, at most the part that would burn. It returns how much.
func (c *closing) restore(s attesttypes.Slash, burned uint64) (uint64, error) {
	if s.Reason == computetypes.REASON_CHALLENGE_LOST {
		return 0, nil // a challenger has no seat
	}
	e, err := c.escrowOf(c.ctx, s.TaskID)
	if errors.Is(err, types.ErrNoEscrow) && !s.Restore {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if !e.IsClosed() {
		return 0, errorsmod.Wrapf(types.ErrEscrowOpen, "task %d holds %d", s.TaskID, e.Held)
	}
	if e.Slashed, err = types.Add(e.Slashed, s.Taken); err != nil {
		return 0, err
	}
	restored := uint64(0)
	if s.Restore {
		restored = min(burned, e.Restorable())
	}
	e.Restored += restored // not more than the escrow
	if err := c.escrows.Set(c.ctx, s.TaskID, e); err != nil || restored == 0 {
		return 0, err
	}
	if err := c.credit(c.ctx, types.Payout{Recipient: e.Payer, Amount: restored, SlashRewards: restored}); err != nil {
		return 0, err
	}
	return restored, event.Emit(sdk.UnwrapSDKContext(c.ctx), &types.EventRestored{TaskId: s.TaskID, Payer: e.Payer, Amount: restored})
}
