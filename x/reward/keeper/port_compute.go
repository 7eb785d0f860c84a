package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	computetypes "github.com/aichain/aichain/x/compute/types"
	"github.com/aichain/aichain/x/reward/types"
)

// Deposit implements compute's Escrow: one transfer for all tasks of a post, one record for each. It returns
// ErrInsufficientFunds, ErrBadCoin for a deposit of 0, or ErrEscrowExists.
func (k *Keeper) Deposit(ctx context.Context, payer sdk.AccAddress, deposits []computetypes.EscrowDeposit) error {
	if len(deposits) == 0 {
		return nil
	}
	name, err := k.addr.BytesToString(payer)
	if err != nil {
		return errorsmod.Wrap(types.ErrBadAddress, err.Error())
	}
	total := uint64(0)
	for i, d := range deposits {
		if err := k.mayOpen(ctx, deposits, i); err != nil {
			return err
		}
		if total, err = types.Add(total, d.Amount); err != nil {
			return err
		}
	}
	if err := k.takeIn(ctx, payer, total); err != nil {
		return err
	}
	for _, d := range deposits {
		e := types.Escrow{TaskId: d.TaskID, Payer: name, Escrowed: d.Amount, Held: d.Amount}
		if err := k.escrows.Set(ctx, d.TaskID, e); err != nil {
			return err
		}
	}
	return k.changeLedger(ctx, func(l *types.Ledger) error { return l.Enter(&l.Pockets.Escrow, total) })
}

// mayOpen refuses an empty deposit and a second one for a task. Of consecutive tasks, which a counter numbered in one
// go, it looks at the first and the last: to find that a record is missing is a read of the database, and in a batch of
// a hundred it would be a thirtieth of what a task costs.
func (k *Keeper) mayOpen(ctx context.Context, deposits []computetypes.EscrowDeposit, i int) error {
	d := deposits[i]
	if d.Amount == 0 {
		return errorsmod.Wrapf(types.ErrBadCoin, "expected a deposit for task %d, got 0", d.TaskID)
	}
	isWithin := i > 0 && i < len(deposits)-1 && deposits[i-1].TaskID+1 == d.TaskID && d.TaskID+1 == deposits[i+1].TaskID
	if isWithin {
		return nil
	}
	exists, err := k.escrows.Has(ctx, d.TaskID)
	if err == nil && exists {
		err = errorsmod.Wrapf(types.ErrEscrowExists, "task %d", d.TaskID)
	}
	return err
}

// Refund implements compute's Escrow: the whole escrow goes back to the payer at the end of the block. It
// returns ErrNoEscrow, or ErrEscrowClosed for a second closing.
func (k *Keeper) Refund(ctx context.Context, taskID uint64, reason computetypes.Reason) error {
	e, err := k.heldEscrow(ctx, taskID)
	if err != nil {
		return err
	}
	amount := e.Held
	e.Held, e.Refunded = 0, amount
	if err := k.escrows.Set(ctx, taskID, e); err != nil {
		return err
	}
	if err := k.credit(ctx, types.Payout{Recipient: e.Payer, Amount: amount, Refunded: amount}); err != nil {
		return err
	}
	if err := k.changePockets(ctx, func(p *types.Pockets) error { return p.Move(&p.Escrow, &p.Pending, amount) }); err != nil {
		return err
	}
	return event.Emit(sdk.UnwrapSDKContext(ctx), &types.EventTaskSettled{TaskId: taskID, Reason: reason, Refunded: amount})
}

// Money implements compute's Escrow: where the money of a task is; ErrNoEscrow for a task that is not there or
// was forgotten.
func (k *Keeper) Money(ctx context.Context, taskID uint64) (computetypes.MoneyView, error) {
	e, err := k.escrowOf(ctx, taskID)
	if err != nil {
		return computetypes.MoneyView{}, err
	}
	return computetypes.MoneyView{
		Escrowed: e.Escrowed, Held: e.Held, PaidSeats: e.PaidSeats, PaidModel: e.PaidModel,
		PaidValidators: e.PaidValidators, Burned: e.Burned, Refunded: e.Refunded, Slashed: e.Slashed,
		Restored: e.Restored,
	}, nil
}

// Forget implements compute's Escrow: it drops the record of a closed escrow. ErrNoEscrow, or ErrEscrowOpen
// while money is held.
func (k *Keeper) Forget(ctx context.Context, taskID uint64) error {
	e, err := k.escrowOf(ctx, taskID)
	if err != nil {
		return err
	}
	if !e.IsClosed() {
		return errorsmod.Wrapf(types.ErrEscrowOpen, "task %d holds %d", taskID, e.Held)
	}
	return k.escrows.Remove(ctx, taskID)
}

// Terms implements compute's Escrow: the rates that a task snapshots.
func (k *Keeper) Terms(ctx context.Context) (computetypes.MoneyTerms, error) {
	p, err := k.params.Get(ctx)
	return computetypes.MoneyTerms{
		TakeBps: p.TakeBps, TakeBurnBps: p.TakeBurnBps, SlashBurnBps: p.SlashBurnBps, SoftFaultBps: p.SoftFaultBps,
		EmissionBps: p.EmissionBps,
	}, err
}

func (k *Keeper) escrowOf(ctx context.Context, taskID uint64) (types.Escrow, error) {
	e, err := k.escrows.Get(ctx, taskID)
	if isNotFound(err) {
		return types.Escrow{}, errorsmod.Wrapf(types.ErrNoEscrow, "task %d", taskID)
	}
	return e, err
}

// heldEscrow loads an escrow that still holds its money. Closing one always goes through here, so a task is
// paid and its seats are slashed once.
func (k *Keeper) heldEscrow(ctx context.Context, taskID uint64) (types.Escrow, error) {
	e, err := k.escrowOf(ctx, taskID)
	if err != nil {
		return types.Escrow{}, err
	}
	if e.IsClosed() {
		return types.Escrow{}, errorsmod.Wrapf(types.ErrEscrowClosed, "task %d", taskID)
	}
	return e, nil
}
