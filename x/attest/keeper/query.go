package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aichain/aichain/internal/idset"
	"github.com/aichain/aichain/x/attest/types"
	"github.com/cosmos/cosmos-sdk/types/query"
)

// pageLimit is the most records of one page.
const pageLimit = 200

// queryServer answers the queries from the store.
type queryServer struct{ *Keeper }

// NewQueryServer returns the read service over the keeper.
func NewQueryServer(k *Keeper) types.QueryServer { return queryServer{Keeper: k} }

// Params returns the parameters.
func (q queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := q.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	return &types.QueryParamsResponse{Params: params}, nil
}

// Round returns one round; NOT_FOUND if there is none.
func (q queryServer) Round(ctx context.Context, req *types.QueryRoundRequest) (*types.QueryRoundResponse, error) {
	if req == nil {
		return nil, errEmptyRequest()
	}
	r, err := q.round(ctx, req.TaskId, req.Round)
	if errors.Is(err, types.ErrRoundNotFound) {
		return nil, status.Errorf(codes.NotFound, "task %d has no round %d", req.TaskId, req.Round)
	}
	if err != nil {
		return nil, err
	}
	return &types.QueryRoundResponse{Round: r}, nil
}

// Rounds lists all rounds of a task in order; NOT_FOUND if it has none.
func (q queryServer) Rounds(ctx context.Context, req *types.QueryRoundsRequest) (*types.QueryRoundsResponse, error) {
	if req == nil {
		return nil, errEmptyRequest()
	}
	rounds, err := q.roundsOf(ctx, req.TaskId)
	if err != nil {
		return nil, err
	}
	if len(rounds) == 0 {
		return nil, status.Errorf(codes.NotFound, "task %d has no rounds", req.TaskId)
	}
	return &types.QueryRoundsResponse{Rounds: rounds}, nil
}

// Due lists open rounds by deadline, then task.
func (q queryServer) Due(ctx context.Context, req *types.QueryDueRequest) (*types.QueryDueResponse, error) {
	if req == nil {
		return nil, errEmptyRequest()
	}
	page, err := bounded(req.Pagination)
	if err != nil {
		return nil, err
	}
	from, ok := idset.FromCursor(0, page.Key)
	if !ok || page.Reverse {
		return nil, status.Error(codes.InvalidArgument, "expected a key that this query gave, and the order of deadlines")
	}
	due, after, err := q.deadlines.Page(ctx, from, int(page.Limit))
	if err != nil {
		return nil, err
	}
	res := &types.QueryDueResponse{Pagination: &query.PageResponse{}}
	for _, at := range due {
		res.Due = append(res.Due, types.DueRound{Deadline: at.Height, TaskId: at.ID})
	}
	if after != nil {
		res.Pagination.NextKey = idset.Cursor(*after)
	}
	return res, nil
}

// Parked lists parked rounds and cases by task; the first page also lists the parked disputes by id, up to a page of
// them. There are none unless the program is wrong.
func (q queryServer) Parked(ctx context.Context, req *types.QueryParkedRequest) (*types.QueryParkedResponse, error) {
	if req == nil {
		return nil, errEmptyRequest()
	}
	page, err := bounded(req.Pagination)
	if err != nil {
		return nil, err
	}
	parked, next, err := query.CollectionPaginate(ctx, q.parked, page, func(_ uint64, p parkedRecord) (parkedRecord, error) {
		return p, nil
	})
	if err != nil {
		return nil, err
	}
	res := &types.QueryParkedResponse{Parked: parked, Pagination: next}
	if len(page.Key) > 0 {
		return res, nil
	}
	res.ParkedDisputes, _, err = query.CollectionPaginate(ctx, q.parkedDisputes, &query.PageRequest{Limit: pageLimit},
		func(_ uint64, p types.ParkedDispute) (types.ParkedDispute, error) { return p, nil })
	if err != nil {
		return nil, err
	}
	return res, nil
}

// bounded refuses what would walk the whole state: offsets, totals and pages over pageLimit.
func bounded(page *query.PageRequest) (*query.PageRequest, error) {
	if page == nil {
		return &query.PageRequest{Limit: pageLimit}, nil
	}
	if page.Offset > 0 || page.CountTotal {
		return nil, status.Error(codes.InvalidArgument, "page by key: offset and count_total are not served")
	}
	if page.Limit > pageLimit {
		return nil, status.Errorf(codes.InvalidArgument, "limit: at most %d, got %d", pageLimit, page.Limit)
	}
	out := *page
	if out.Limit == 0 {
		out.Limit = pageLimit
	}
	return &out, nil
}

func errEmptyRequest() error { return status.Error(codes.InvalidArgument, "empty request") }
