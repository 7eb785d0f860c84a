package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/blockwork"
	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/x/compute/types"
)

// The steps of a block, as they are named in events and parked items.
const (
	stepMatch = "match"
	stepPrune = "prune"
)

// EndBlock removes what was closed long ago. It runs after x/attest, whose verdicts close tasks and ask for seats. It
// never fails: what fails is parked, one item at a time.
func (k *Keeper) EndBlock(ctx context.Context) error {
	return k.step(sdk.UnwrapSDKContext(ctx), stepPrune, k.pruneDue)
}

// step runs one step of a block; what it cannot do is logged, and the block goes on.
func (k *Keeper) step(ctx sdk.Context, name string, run func(sdk.Context, types.Params) error) error {
	params, err := k.params.Get(ctx)
	if err == nil {
		err = run(ctx, params)
	}
	if err != nil {
		ctx.Logger().Error("block step did not run", "step", name, "err", err)
	}
	return nil
}

// park puts an item of a step aside: it leaves the agenda, its money stays where it is, and anybody may
// queue it again with MsgRetryParked.
func (k *Keeper) park(step string) func(sdk.Context, agendaKey, error) error {
	return func(ctx sdk.Context, due agendaKey, cause error) error {
		id := due.ID
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
		p := types.Parked{Step: step, TaskId: id, Height: height(ctx), Error: blockwork.Text(cause)}
		if err := k.parked.Set(ctx, id, p); err != nil {
			return err
		}
		return event.Emit(ctx, &types.EventItemParked{Step: step, TaskId: id, Error: cause.Error()})
	}
}
