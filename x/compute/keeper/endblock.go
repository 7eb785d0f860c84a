package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/x/compute/types"
)

// The steps of a block, as they are named in events and parked items.
const (
	stepMatch = "match"
	stepPrune = "prune"
)

// EndBlock runs the block steps in order: draws and expiry, then pruning. It runs after x/attest, whose
// verdicts ask for seats and close tasks, and before x/reward, which pays. It never fails: what fails is
// parked, one item at a time.
func (k *Keeper) EndBlock(ctx context.Context) error {
	c := sdk.UnwrapSDKContext(ctx)
	params, err := k.params.Get(c)
	if err != nil {
		c.Logger().Error("x/compute has no params, block steps are skipped", "err", err)
		return nil
	}
	if err := k.matchDue(c, params); err != nil {
		c.Logger().Error("block step did not run", "step", stepMatch, "err", err)
	}
	if err := k.pruneDue(c, params); err != nil {
		c.Logger().Error("block step did not run", "step", stepPrune, "err", err)
	}
	return nil
}

// park puts an item of a step aside: it leaves the agenda, its money stays where it is, and anybody may
// queue it again with MsgRetryParked.
func (k *Keeper) park(step string) func(sdk.Context, agendaKey, error) error {
	return func(ctx sdk.Context, due agendaKey, cause error) error {
		id := due.K3()
		if err := k.agenda.Remove(ctx, due); err != nil {
			return err
		}
		t, err := k.task(ctx, id)
		if err == nil {
			t.NextHeight = 0
			err = k.tasks.Set(ctx, id, t)
		}
		if err != nil && !types.ErrUnknownTask.Is(err) {
			return err
		}
		p := types.Parked{Step: step, TaskId: id, Height: height(ctx), Error: cause.Error()}
		if err := k.parked.Set(ctx, id, p); err != nil {
			return err
		}
		return event.Emit(ctx, &types.EventItemParked{Step: step, TaskId: id, Error: p.Error})
	}
}
