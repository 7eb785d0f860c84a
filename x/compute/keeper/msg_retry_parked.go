package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/task"
	"github.com/aichain/aichain/x/compute/types"
)

// RetryParked puts a parked task back on the agenda. A draw gets the beacon of a later height, as every
// draw does, so that the sender cannot choose its luck.
func (m *msgServer) RetryParked(ctx context.Context, msg *types.MsgRetryParked) (*types.MsgRetryParkedResponse, error) {
	if _, _, err := m.account(msg.Sender); err != nil {
		return nil, err
	}
	if has, err := m.parked.Has(ctx, msg.TaskId); err != nil {
		return nil, err
	} else if !has {
		return nil, errorsmod.Wrapf(types.ErrNotParked, "task %d", msg.TaskId)
	}
	t, err := m.task(ctx, msg.TaskId)
	if err != nil {
		return nil, err
	}
	next := t
	if groupOf(t) != 0 {
		next.NextHeight = task.FirstDraw(height(sdk.UnwrapSDKContext(ctx)))
	}
	if err := m.save(ctx, t, next); err != nil {
		return nil, err
	}
	return &types.MsgRetryParkedResponse{}, m.parked.Remove(ctx, t.Id)
}
