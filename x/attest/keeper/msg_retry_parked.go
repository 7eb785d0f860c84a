package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/x/attest/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// RetryParked queues a parked round for this block's verdict step. Anybody may, for the fee. Its deadline stays where
// it was, in the past, so a retry gives no seat more time.
func (m msgServer) RetryParked(goCtx context.Context, msg *types.MsgRetryParked) (*types.MsgRetryParkedResponse, error) {
	ctx := sdk.UnwrapSDKContext(goCtx)
	if _, err := m.senderOf(ctx, msg.Sender); err != nil {
		return nil, err
	}
	isParked, err := m.parked.Has(ctx, msg.TaskId)
	if err != nil {
		return nil, err
	}
	if !isParked {
		return nil, errorsmod.Wrapf(types.ErrNotParked, "task %d", msg.TaskId)
	}
	rounds, err := m.roundsOf(ctx, msg.TaskId)
	if err != nil {
		return nil, err
	}
	if len(rounds) == 0 || !rounds[len(rounds)-1].IsOpen() {
		return nil, errorsmod.Wrapf(types.ErrRoundNotFound, "task %d has no open round", msg.TaskId)
	}
	if err := m.parked.Remove(ctx, msg.TaskId); err != nil {
		return nil, err
	}
	if err := m.deadlines.Set(ctx, dueAt(rounds[len(rounds)-1])); err != nil {
		return nil, err
	}
	return &types.MsgRetryParkedResponse{}, nil
}
