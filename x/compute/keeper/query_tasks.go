package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aichain/aichain/internal/idset"
	"github.com/aichain/aichain/rules/task"
	"github.com/aichain/aichain/x/compute/types"
)

// TasksByRequester lists the tasks of a requester: those without a client_ref by id, then the others by
// client_ref.
func (q *queryServer) TasksByRequester(ctx context.Context, req *types.QueryTasksByRequesterRequest) (*types.QueryTasksByRequesterResponse, error) {
	requester, _, err := q.k.account(req.GetRequester())
	if err != nil {
		return nil, err
	}
	pg, err := page(req.Pagination)
	if err != nil {
		return nil, err
	}
	list, next, err := query.CollectionPaginate(ctx, q.k.refs, pg,
		func(_ refKey, id uint64) (types.Task, error) { return q.k.task(ctx, id) },
		query.WithCollectionPaginationPairPrefix[sdk.AccAddress, []byte](requester))
	return &types.QueryTasksByRequesterResponse{Tasks: list, Pagination: next}, err
}

// TasksByProvider lists the tasks on which a provider was seated, by block of the match, newest first, then
// by id. A page is a number of such blocks: at most 20, and no more once they gave 200 tasks, because each may hold as
// many as are matched in a block.
func (q *queryServer) TasksByProvider(ctx context.Context, req *types.QueryTasksByProviderRequest) (*types.QueryTasksByProviderResponse, error) {
	provider, _, err := q.k.account(req.GetProvider())
	if err != nil {
		return nil, err
	}
	pg, err := page(req.Pagination)
	if err != nil {
		return nil, err
	}
	blocks := min(pg.Limit, 20)
	pg.Limit, pg.Reverse = 1, true
	resp := &types.QueryTasksByProviderResponse{}
	for ; blocks > 0 && len(resp.Tasks) < maxPage; blocks-- {
		found, next, err := query.CollectionPaginate(ctx, q.k.seatings, pg, itself[seatingKey, types.SeatIds],
			query.WithCollectionPaginationPairPrefix[sdk.AccAddress, uint64](provider))
		if err != nil {
			return nil, err
		}
		for _, b := range found {
			if err := q.seatedOn(ctx, resp, b.TaskIds, req.OpenOnly); err != nil {
				return nil, err
			}
		}
		resp.Pagination = next
		if pg.Key = next.NextKey; len(pg.Key) == 0 {
			break
		}
	}
	return resp, nil
}

// seatedOn adds tasks to an answer, all or those in a round.
func (q *queryServer) seatedOn(ctx context.Context, resp *types.QueryTasksByProviderResponse, ids []uint64, openOnly bool) error {
	for _, id := range ids {
		t, err := q.k.task(ctx, id)
		if err != nil {
			return err
		}
		if !openOnly || statusOf(t) == task.Matched {
			resp.Tasks = append(resp.Tasks, t)
		}
	}
	return nil
}

// TasksByStatus lists tasks in one status as Query/Task shows it, in order of what the block looks at next.
// A page may be shorter than its limit, even empty, and still have a next_key: what it costs is bounded by
// what it looks at, not by what it finds.
func (q *queryServer) TasksByStatus(ctx context.Context, req *types.QueryTasksByStatusRequest) (*types.QueryTasksByStatusResponse, error) {
	pg, err := page(req.GetPagination())
	if err != nil {
		return nil, err
	}
	if pg.Reverse {
		return nil, errorsmod.Wrap(types.ErrBadPage, "expected the order of deadlines, got reverse")
	}
	var found []types.Task
	var next []byte
	switch status := req.GetStatus(); status {
	case types.TASK_STATUS_MATCHED, types.TASK_STATUS_COMMITTING, types.TASK_STATUS_REVEALING:
		found, next, err = q.inRound(ctx, status, pg)
	case types.TASK_STATUS_SPLIT:
		found, next, err = q.split(ctx, pg)
	case types.TASK_STATUS_OPEN, types.TASK_STATUS_STALLED,
		types.TASK_STATUS_SETTLED, types.TASK_STATUS_REFUNDED, types.TASK_STATUS_OVERTURNED:
		found, next, err = q.onAgenda(ctx, status, pg)
	default:
		err = errorsmod.Wrapf(types.ErrBadRequest, "expected a status that tasks have between blocks, got %s", status)
	}
	if err != nil {
		return nil, err
	}
	return &types.QueryTasksByStatusResponse{Tasks: found, Pagination: &query.PageResponse{NextKey: next}}, nil
}

// onAgenda looks at one page of the agenda's group that holds the status.
func (q *queryServer) onAgenda(ctx context.Context, status types.TaskStatus, pg *query.PageRequest) ([]types.Task, []byte, error) {
	from, ok := idset.FromCursor(groupOf(types.Task{Status: status}), pg.Key)
	if !ok {
		return nil, nil, errorsmod.Wrap(types.ErrBadPage, "expected a key that this query gave")
	}
	seen, after, err := q.k.agenda.Page(ctx, from, int(pg.Limit))
	if err != nil {
		return nil, nil, err
	}
	var found []types.Task
	for _, at := range seen {
		t, err := q.k.task(ctx, at.ID)
		if err != nil {
			return nil, nil, err
		}
		if t.Status == status {
			found = append(found, t)
		}
	}
	if after == nil {
		return found, nil, nil
	}
	return found, idset.Cursor(*after), nil
}

// Where the tasks of a status that two lists hold are looked for; the first byte of the page's key.
const (
	fromAgenda byte = iota
	fromRounds
)

// split looks at one page of the tasks whose results differ: first those that wait for a panel, then those that are
// before the referee.
func (q *queryServer) split(ctx context.Context, pg *query.PageRequest) (found []types.Task, next []byte, err error) {
	from := fromAgenda
	if len(pg.Key) > 0 {
		from, pg.Key = pg.Key[0], pg.Key[1:]
	}
	switch from {
	case fromAgenda:
		found, next, err = q.onAgenda(ctx, types.TASK_STATUS_SPLIT, pg)
		if len(next) == 0 {
			return found, []byte{fromRounds}, err
		}
	case fromRounds:
		found, next, err = q.inRound(ctx, types.TASK_STATUS_SPLIT, pg)
		if len(next) == 0 {
			return found, nil, err
		}
	default:
		return nil, nil, errorsmod.Wrap(types.ErrBadPage, "expected a key that this query gave")
	}
	return found, append([]byte{from}, next...), err
}

// inRound looks at one page of the tasks in rounds.
func (q *queryServer) inRound(ctx context.Context, status types.TaskStatus, pg *query.PageRequest) ([]types.Task, []byte, error) {
	if q.k.rounds == nil {
		return nil, nil, errorsmod.Wrap(types.ErrNotWired, "rounds")
	}
	ids, next, err := q.k.rounds.InRound(ctx, pg.Key, pg.Limit)
	if err != nil {
		return nil, nil, err
	}
	var found []types.Task
	for _, id := range ids {
		t, err := q.k.task(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		p, err := q.k.progress(ctx, t)
		if err != nil {
			return nil, nil, err
		}
		if p.Status == status {
			found = append(found, t)
		}
	}
	return found, next, nil
}
