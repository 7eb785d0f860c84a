package keeper

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/task"
	"github.com/aichain/aichain/x/compute/types"
)

// Task tells all about one task: where its money is, what happens next and when.
func (q *queryServer) Task(ctx context.Context, req *types.QueryTaskRequest) (*types.QueryTaskResponse, error) {
	t, err := q.k.task(ctx, req.GetTaskId())
	if err != nil {
		return nil, err
	}
	resp := &types.QueryTaskResponse{Task: t}
	if resp.Progress, err = q.k.progress(ctx, t); err != nil {
		return nil, err
	}
	if resp.Money, err = q.k.escrow.Money(ctx, t.Id); err != nil {
		return nil, err
	}
	parked, err := q.k.parked.Get(ctx, t.Id)
	switch {
	case err == nil:
		resp.Next = fmt.Sprintf("was put aside in block %d because %q; MsgRetryParked queues it again", parked.Height, parked.Error)
	case errors.Is(err, collections.ErrNotFound):
		resp.Next, resp.NextHeight = next(t, resp.Progress, height(sdk.UnwrapSDKContext(ctx)))
	default:
		return nil, err
	}
	return resp, nil
}

// progress is what the rounds know of a task, with the status to show.
func (k *Keeper) progress(ctx context.Context, t types.Task) (types.Progress, error) {
	if k.rounds == nil {
		return types.Progress{}, errorsmod.Wrap(types.ErrNotWired, "rounds")
	}
	p, err := k.rounds.Progress(ctx, t)
	if statusOf(t) != task.Matched || p.Status == types.TASK_STATUS_UNSPECIFIED {
		p.Status = t.Status
	}
	return p, err
}

// TaskByClientRef finds a task by its requester's own name for it.
func (q *queryServer) TaskByClientRef(ctx context.Context, req *types.QueryTaskByClientRefRequest) (*types.QueryTaskByClientRefResponse, error) {
	requester, _, err := q.k.account(req.GetRequester())
	if err != nil {
		return nil, err
	}
	if req.ClientRef == "" {
		return nil, errorsmod.Wrap(types.ErrBadRequest, "expected a client_ref, got none")
	}
	id, err := q.k.refs.Get(ctx, refOf(requester, req.ClientRef, 0))
	if err != nil {
		return nil, missing(err, types.ErrUnknownTask, "client_ref %q of %s", req.ClientRef, req.Requester)
	}
	t, err := q.k.task(ctx, id)
	return &types.QueryTaskByClientRefResponse{Task: t}, err
}
