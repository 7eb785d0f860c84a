package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/rules/task"
	"github.com/aichain/aichain/x/compute/types"
)

// Task returns a task as stored, or ErrUnknownTask.
func (k *Keeper) Task(ctx context.Context, id uint64) (types.Task, error) { return k.task(ctx, id) }

// Model returns a model as stored, header included; ErrBadModelID or ErrUnknownModel.
func (k *Keeper) Model(ctx context.Context, id []byte) (types.Model, error) { return k.model(ctx, id) }

// RequestSeats makes a task in a round wait for the seats of its next round, drawn two blocks later: SPLIT
// for a panel, STALLED for the redraw. It fails with ErrWrongStatus for a task that is in no round and for
// other roles.
func (k *Keeper) RequestSeats(ctx context.Context, id uint64, role types.SeatRole) error {
	t, err := k.task(ctx, id)
	if err != nil {
		return err
	}
	next := t
	switch role {
	case types.SEAT_ROLE_PANEL, types.SEAT_ROLE_PANEL_WIDE:
		next.Status = types.TASK_STATUS_SPLIT
	case types.SEAT_ROLE_REDRAW:
		next.Status = types.TASK_STATUS_STALLED
	default:
		return errorsmod.Wrapf(types.ErrWrongStatus, "expected the role of a later round, got %s", role)
	}
	if !task.CanMove(statusOf(t), statusOf(next)) {
		return errorsmod.Wrapf(types.ErrWrongStatus, "task %d cannot go from %s to %s", id, statusOf(t), statusOf(next))
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	h := height(sdk.UnwrapSDKContext(ctx))
	next.Round, next.Role, next.Attempts = t.Round+1, role, 0
	next.NextHeight, next.ExpireHeight = task.FirstDraw(h), task.Expire(h, params.OpenWindow)
	return k.save(ctx, t, next)
}

// ReleaseSlots frees one slot of each provider's offer for the model, as often as it is named. It fails with
// ErrSlots if none is in use.
func (k *Keeper) ReleaseSlots(ctx context.Context, modelID []byte, providers []string) error {
	for _, p := range providers {
		addr, _, err := k.account(p)
		if err != nil {
			return err
		}
		o, err := k.offer(ctx, addr, modelID)
		if err != nil {
			return err
		}
		if o.UsedSlots == 0 {
			return errorsmod.Wrapf(types.ErrSlots, "%s for model %x", p, modelID)
		}
		o.UsedSlots--
		if withdrawn(o) {
			err = k.settleWithdrawn(ctx, addr, o)
		} else {
			err = k.offers.Set(ctx, collections.Join(addr, modelID), o)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Close ends a task that was matched at least once. It fails with ErrWrongStatus if the task is closed, or
// still OPEN: the escrow of an OPEN task is for x/compute to give back.
func (k *Keeper) Close(ctx context.Context, id uint64, c types.Closing) error {
	t, err := k.task(ctx, id)
	if err != nil {
		return err
	}
	if statusOf(t) == task.Open {
		return errorsmod.Wrapf(types.ErrWrongStatus, "task %d is OPEN", id)
	}
	return k.close(sdk.UnwrapSDKContext(ctx), t, c)
}

// Overturn takes back the result of a settled task. The result root and the length stay, so that people see what was
// overturned, and so do the height of the settlement and that of the removal. It fails with ErrWrongStatus for a task
// that is not SETTLED, or that has no referee.
func (k *Keeper) Overturn(ctx context.Context, id uint64) error {
	t, err := k.task(ctx, id)
	if err != nil {
		return err
	}
	if !task.CanMove(statusOf(t), task.Overturned) || !t.Snapshot.Refereed {
		return errorsmod.Wrapf(types.ErrWrongStatus, "expected task %d SETTLED with a referee, it is %s, refereed %t",
			id, statusOf(t), t.Snapshot.Refereed)
	}
	next := t
	next.Status, next.Reason = types.TASK_STATUS_OVERTURNED, types.REASON_TASK_OVERTURNED
	if err := k.save(ctx, t, next); err != nil {
		return err
	}
	return event.Emit(sdk.UnwrapSDKContext(ctx), &types.EventTaskOverturned{TaskId: id, ResultRoot: t.ResultRoot})
}
