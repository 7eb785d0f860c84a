package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/rules/task"
	"github.com/aichain/aichain/x/compute/types"
)

// refund gives the escrow of a task that nobody was seated on back and closes the task.
func (k *Keeper) refund(ctx sdk.Context, t types.Task, reason types.Reason) error {
	if err := k.escrow.Refund(ctx, t.Id, reason); err != nil {
		return err
	}
	return k.close(ctx, t, types.Closing{Status: types.TASK_STATUS_REFUNDED, Reason: reason})
}

// close ends a task and puts it on the agenda for its removal. It fails with ErrWrongStatus on a move that
// is not legal, and on a task that is closed: what was settled is overturned by Overturn.
func (k *Keeper) close(ctx sdk.Context, t types.Task, c types.Closing) error {
	if to := task.Status(c.Status); !to.Closed() || statusOf(t).Closed() || !task.CanMove(statusOf(t), to) {
		return errorsmod.Wrapf(types.ErrWrongStatus, "task %d cannot go from %s to %s", t.Id, statusOf(t), task.Status(c.Status))
	}
	boxed := context.Context(ctx) // once: a sdk.Context is half a kilobyte
	params, err := k.params.Get(boxed)
	if err != nil {
		return err
	}
	next := t
	next.Status, next.Reason = c.Status, c.Reason
	next.ResultRoot, next.OutputTokens = c.ResultRoot, c.OutputTokens
	next.CloseHeight = height(ctx)
	next.NextHeight = task.Prune(next.CloseHeight, params.RetentionWindow, t.Snapshot.ChallengeWindow)
	if err := k.save(boxed, t, next); err != nil {
		return err
	}
	return event.Emit(ctx, &types.EventTaskClosed{TaskId: t.Id, Status: c.Status, Reason: c.Reason, ResultRoot: c.ResultRoot})
}
