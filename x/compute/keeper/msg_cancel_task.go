package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/task"
	"github.com/aichain/aichain/x/compute/types"
)

// CancelTask gives the whole escrow of a task back that was never matched.
func (m *msgServer) CancelTask(ctx context.Context, msg *types.MsgCancelTask) (*types.MsgCancelTaskResponse, error) {
	_, requester, err := m.account(msg.Requester)
	if err != nil {
		return nil, err
	}
	t, err := m.task(ctx, msg.TaskId)
	if err != nil {
		return nil, err
	}
	if t.Requester != requester {
		return nil, errorsmod.Wrapf(types.ErrNotOwner, "expected %s, got %s", t.Requester, requester)
	}
	if !task.CanCancel(statusOf(t), t.Round) {
		return nil, errorsmod.Wrapf(types.ErrCannotCancel, "expected OPEN, got %s", statusOf(t))
	}
	if err := m.refund(sdk.UnwrapSDKContext(ctx), t, types.REASON_TASK_CANCELLED); err != nil {
		return nil, err
	}
	if err := m.parked.Remove(ctx, t.Id); err != nil {
		return nil, err
	}
	return &types.MsgCancelTaskResponse{}, nil
}
