package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	"github.com/aichain/aichain/x/attest/types"
	"github.com/cosmos/cosmos-sdk/types/query"
)

// Dispute returns one dispute with what its next mover needs: the solver's trace, what was shown below the top, and
// where the descent has come to, in words. NOT_FOUND if there is none.
func (q queryServer) Dispute(ctx context.Context, req *types.QueryDisputeRequest) (*types.QueryDisputeResponse, error) {
	if req == nil {
		return nil, errEmptyRequest()
	}
	d, err := q.dispute(ctx, req.DisputeId)
	if errors.Is(err, types.ErrDisputeNotFound) {
		return nil, status.Errorf(codes.NotFound, "dispute %d not found", req.DisputeId)
	}
	if err != nil {
		return nil, err
	}
	res := &types.QueryDisputeResponse{Dispute: d}
	trace, isPosted, err := q.trace(ctx, d.TaskId, d.Solver)
	if err != nil {
		return nil, err
	}
	if isPosted {
		res.Trace = &trace
	}
	shown, err := q.shown.Iterate(ctx, collections.NewPrefixedPairRange[uint64, uint32](d.Id))
	if err != nil {
		return nil, err
	}
	if res.Shown, err = shown.Values(); err != nil {
		return nil, err
	}
	if g, err := q.game(ctx, d); err == nil { // a result that no run can have has no trace
		res.Where, res.Tensors = placeText(g.shape, d.Place.Step()), g.shape.Tensors()
	}
	return res, nil
}

// Disputes lists the disputes about one task, oldest first; none is not an error.
func (q queryServer) Disputes(ctx context.Context, req *types.QueryDisputesRequest) (*types.QueryDisputesResponse, error) {
	if req == nil {
		return nil, errEmptyRequest()
	}
	page, err := bounded(req.Pagination)
	if err != nil {
		return nil, err
	}
	disputes, next, err := query.CollectionPaginate(ctx, q.taskDisputes, page,
		func(key idAt, _ collections.NoValue) (types.Dispute, error) { return q.dispute(ctx, key.K2()) },
		query.WithCollectionPaginationPairPrefix[uint64, uint64](req.TaskId))
	if err != nil {
		return nil, err
	}
	return &types.QueryDisputesResponse{Disputes: disputes, Pagination: next}, nil
}

// DisputesOf lists the unresolved disputes of a solver or challenger, oldest first. INVALID_ARGUMENT if the party is no
// address.
func (q queryServer) DisputesOf(ctx context.Context, req *types.QueryDisputesOfRequest) (*types.QueryDisputesOfResponse, error) {
	if req == nil {
		return nil, errEmptyRequest()
	}
	if _, err := q.addr.StringToBytes(req.Party); err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "party: %s", err)
	}
	page, err := bounded(req.Pagination)
	if err != nil {
		return nil, err
	}
	disputes, next, err := query.CollectionPaginate(ctx, q.duties, page,
		func(key dutyKey, _ collections.NoValue) (types.Dispute, error) { return q.dispute(ctx, key.K2()) },
		query.WithCollectionPaginationPairPrefix[string, uint64](req.Party))
	if err != nil {
		return nil, err
	}
	return &types.QueryDisputesOfResponse{Disputes: disputes, Pagination: next}, nil
}

// Case returns the case that the referee works on; NOT_FOUND if the task has none, or none any more.
func (q queryServer) Case(ctx context.Context, req *types.QueryCaseRequest) (*types.QueryCaseResponse, error) {
	if req == nil {
		return nil, errEmptyRequest()
	}
	c, err := q.cases.Get(ctx, req.TaskId)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, status.Errorf(codes.NotFound, "task %d has no case", req.TaskId)
	}
	if err != nil {
		return nil, err
	}
	return &types.QueryCaseResponse{Case: c}, nil
}
