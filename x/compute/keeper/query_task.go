package keeper

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/rules/quorum"
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
		resp.Next, resp.NextHeight = next(t, resp.Progress)
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

// next says in words what happens next to a task that is not parked, and at which height.
func next(t types.Task, p types.Progress) (string, uint64) {
	seats, _ := quorum.Need(quorum.Role(t.Role), t.Terms.Seats)
	draw := fmt.Sprintf("drawn in block %d", t.NextHeight)
	if t.Attempts > 0 {
		draw = fmt.Sprintf("draw %d in block %d, too few providers could take it so far", t.Attempts+1, t.NextHeight)
	}
	switch p.Status {
	case types.TASK_STATUS_OPEN:
		return fmt.Sprintf("waits for %d seats, %s; refunded if none are found by block %d", seats, draw, t.ExpireHeight), t.NextHeight
	case types.TASK_STATUS_SPLIT:
		return fmt.Sprintf("results differ: waits for a panel of %d fresh seats, %s; refunded if none are found by block %d",
			seats, draw, t.ExpireHeight), t.NextHeight
	case types.TASK_STATUS_STALLED:
		return fmt.Sprintf("too few results: waits for %d fresh seats, %s; refunded if none are found by block %d",
			seats, draw, t.ExpireHeight), t.NextHeight
	case types.TASK_STATUS_MATCHED, types.TASK_STATUS_COMMITTING:
		return fmt.Sprintf("its seats compute and commit until block %d, or until all have", p.NextHeight), p.NextHeight
	case types.TASK_STATUS_REVEALING:
		return fmt.Sprintf("its seats reveal until block %d, or until all have", p.NextHeight), p.NextHeight
	case types.TASK_STATUS_SETTLED, types.TASK_STATUS_REFUNDED:
		return fmt.Sprintf("is closed; leaves the state in block %d", t.NextHeight), t.NextHeight
	default:
		return "", 0
	}
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
