package keeper

import (
	"context"

	"github.com/aichain/aichain/x/compute/types"
)

// queryServer answers the queries: query_task.go, query_market.go, query_screen.go.
type queryServer struct {
	k *Keeper
	types.UnimplementedQueryServer
}

// NewQueryServer returns the read service of the module.
func NewQueryServer(k *Keeper) types.QueryServer { return &queryServer{k: k} }

// Params returns the parameters in force.
func (q *queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	p, err := q.k.params.Get(ctx)
	return &types.QueryParamsResponse{Params: p}, err
}
