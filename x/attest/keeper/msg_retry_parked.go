package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/x/attest/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// RetryParked queues a parked round, case or dispute for this block's steps. Anybody may, for the fee. Its deadline
// stays where it was, in the past, so a retry gives nobody more time.
func (m msgServer) RetryParked(goCtx context.Context, msg *types.MsgRetryParked) (*types.MsgRetryParkedResponse, error) {
	ctx := sdk.UnwrapSDKContext(goCtx)
	if _, err := m.senderOf(ctx, msg.Sender); err != nil {
		return nil, err
	}
	if (msg.TaskId == 0) == (msg.DisputeId == 0) {
		return nil, errorsmod.Wrapf(types.ErrInvalidRequest, "expected a task or a dispute, got task %d and dispute %d", msg.TaskId, msg.DisputeId)
	}
	retry, id := m.retryTask, msg.TaskId
	if msg.DisputeId != 0 {
		retry, id = m.retryDispute, msg.DisputeId
	}
	if err := retry(ctx, id); err != nil {
		return nil, err
	}
	return &types.MsgRetryParkedResponse{}, nil
}

// retryTask queues the parked round or case of a task.
func (k *Keeper) retryTask(ctx context.Context, taskID uint64) error {
	record, err := k.parked.Get(ctx, taskID)
	if errors.Is(err, collections.ErrNotFound) {
		return errorsmod.Wrapf(types.ErrNotParked, "task %d", taskID)
	}
	if err != nil {
		return err
	}
	if record.Step == types.ParkedCaseStep {
		c, err := k.cases.Get(ctx, taskID)
		if err != nil {
			return err
		}
		if err := k.parked.Remove(ctx, taskID); err != nil {
			return err
		}
		return k.caseEnds.Set(ctx, endOf(c))
	}
	rounds, err := k.roundsOf(ctx, taskID)
	if err != nil {
		return err
	}
	if len(rounds) == 0 || !rounds[len(rounds)-1].IsOpen() {
		return errorsmod.Wrapf(types.ErrRoundNotFound, "task %d has no open round", taskID)
	}
	if err := k.parked.Remove(ctx, taskID); err != nil {
		return err
	}
	return k.deadlines.Add(ctx, dueAt(rounds[len(rounds)-1]))
}

// retryDispute queues a parked dispute.
func (k *Keeper) retryDispute(ctx context.Context, id uint64) error {
	isParked, err := k.parkedDisputes.Has(ctx, id)
	if err != nil {
		return err
	}
	if !isParked {
		return errorsmod.Wrapf(types.ErrNotParked, "dispute %d", id)
	}
	d, err := k.dispute(ctx, id)
	if err != nil {
		return err
	}
	if err := k.parkedDisputes.Remove(ctx, id); err != nil {
		return err
	}
	return k.disputeDeadlines.Set(ctx, collections.Join(d.Deadline, d.Id))
}
