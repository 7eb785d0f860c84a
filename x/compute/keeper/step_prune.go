package keeper

import (
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/blockwork"
	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/x/compute/types"
)

// pruneDue removes closed tasks after the retention window, up to params.prune_budget of them. What a
// receipt proves survives as a Merkle proof against a header.
func (k *Keeper) pruneDue(ctx sdk.Context, params types.Params) error {
	due, err := k.due(ctx, types.GroupClosed, height(ctx), params.PruneBudget)
	if err != nil {
		return err
	}
	blockwork.Run(ctx, due, k.pruneTask, k.park(stepPrune))
	return nil
}

// pruneTask removes all that the modules keep of one task. After it, its client_ref is free again.
func (k *Keeper) pruneTask(ctx sdk.Context, due agendaKey) error {
	t, err := k.task(ctx, due.K3())
	if err != nil {
		return err
	}
	if at, ok := agendaOf(t); !ok || !sameEntry(at, due) {
		return errorsmod.Wrapf(types.ErrInvariant, "task %d is %s and was due for removal", t.Id, statusOf(t))
	}
	if k.rounds == nil {
		return errorsmod.Wrap(types.ErrNotWired, "rounds")
	}
	seated, err := k.rounds.Forget(ctx, t.Id)
	if err != nil {
		return err
	}
	for _, s := range seated {
		if err := k.dropSeating(ctx, s, t.Id); err != nil {
			return err
		}
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
	return event.Emit(ctx, &types.EventTaskPruned{TaskId: t.Id})
}
