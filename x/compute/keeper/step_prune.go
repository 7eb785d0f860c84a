package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/blockwork"
	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/rules/task"
	"github.com/aichain/aichain/x/compute/types"
)

// pruneDue removes closed tasks after the retention window, up to params.prune_budget of them. What a
// receipt proves survives as a Merkle proof against a header.
func (k *Keeper) pruneDue(ctx sdk.Context, params types.Params) error {
	due, err := k.agenda.Due(ctx, types.GroupClosed, height(ctx), int(params.PruneBudget))
	if err != nil {
		return err
	}
	var left seatingBook
	blockwork.Run(ctx, due, func(c sdk.Context, e agendaKey) error { return k.pruneTask(c, &left, e) }, k.park(stepPrune))
	return k.dropSeatings(ctx, &left)
}

// pruneTask removes all that the modules keep of one task. After it, its client_ref is free again. A task that its
// rounds' keeper cannot forget yet stays whole, and is tried again some blocks later, behind whatever is due before; one
// that can still be challenged stays until it cannot.
func (k *Keeper) pruneTask(ctx context.Context, left *seatingBook, due agendaKey) error {
	t, err := k.task(ctx, due.ID)
	if err != nil {
		return err
	}
	if at, ok := agendaOf(t); !ok || at != due {
		return errorsmod.Wrapf(types.ErrInvariant, "task %d is %s and was due for removal", t.Id, statusOf(t))
	}
	if at := task.Prune(t.CloseHeight, 0, t.Snapshot.ChallengeWindow); height(sdk.UnwrapSDKContext(ctx)) < at {
		return k.pruneAt(ctx, t, at) // it was closed by a version that looked at retention_window alone
	}
	if k.rounds == nil {
		return errorsmod.Wrap(types.ErrNotWired, "rounds")
	}
	seated, done, err := k.rounds.Forget(ctx, t.Id)
	if err != nil {
		return err
	}
	if !done {
		return k.pruneAt(ctx, t, task.PruneAgain(height(sdk.UnwrapSDKContext(ctx))))
	}
	if err := k.escrow.Forget(ctx, t.Id); err != nil {
		return err
	}
	requester, _, err := k.account(t.Requester)
	if err != nil {
		return err
	}
	if err := k.refs.Remove(ctx, refOf(requester, t.ClientRef, t.Id)); err != nil {
		return err
	}
	if err := k.agenda.Remove(ctx, due); err != nil {
		return err
	}
	if err := k.tasks.Remove(ctx, t.Id); err != nil {
		return err
	}
	providers := make([]sdk.AccAddress, len(seated))
	for i, s := range seated {
		if providers[i], _, err = k.account(s.Provider); err != nil {
			return err
		}
	}
	if err := event.Emit(sdk.UnwrapSDKContext(ctx), &types.EventTaskPruned{TaskId: t.Id}); err != nil {
		return err
	}
	for i, s := range seated { // last: nothing can fail any more
		left.note(providers[i], s.Height, t.Id)
	}
	return nil
}

// pruneAt puts the removal of a closed task on the agenda anew.
func (k *Keeper) pruneAt(ctx context.Context, t types.Task, height uint64) error {
	later := t
	later.NextHeight = height
	return k.save(ctx, t, later)
}
