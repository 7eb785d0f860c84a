package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aichain/aichain/x/reward/types"
)

// queryServer answers the queries; all lists are paged.
type queryServer struct{ *Keeper }

// NewQueryServer returns the Query service of the module.
func NewQueryServer(k *Keeper) types.QueryServer { return queryServer{Keeper: k} }

// Params implements types.QueryServer.
func (q queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	p, err := q.params.Get(ctx)
	return &types.QueryParamsResponse{Params: p}, err
}

// Bond implements types.QueryServer; ErrNoBond for a stranger.
func (q queryServer) Bond(ctx context.Context, req *types.QueryBondRequest) (*types.QueryBondResponse, error) {
	provider, err := q.bytesOf(req.GetProvider())
	if err != nil {
		return nil, err
	}
	bond, err := q.bondOf(ctx, provider)
	if err != nil {
		return nil, err
	}
	return &types.QueryBondResponse{Bond: bond, Free: bond.Free()}, nil
}

// Escrow implements types.QueryServer; ErrNoEscrow for a task that is not there or was pruned.
func (q queryServer) Escrow(ctx context.Context, req *types.QueryEscrowRequest) (*types.QueryEscrowResponse, error) {
	e, err := q.escrowOf(ctx, req.GetTaskId())
	if err != nil {
		return nil, err
	}
	return &types.QueryEscrowResponse{Escrow: e}, nil
}

// Ledger implements types.QueryServer.
func (q queryServer) Ledger(ctx context.Context, _ *types.QueryLedgerRequest) (*types.QueryLedgerResponse, error) {
	l, err := q.Keeper.Ledger(ctx)
	return &types.QueryLedgerResponse{Ledger: l}, err
}

// Unbondings implements types.QueryServer: those of one provider, soonest first.
func (q queryServer) Unbondings(ctx context.Context, req *types.QueryUnbondingsRequest) (*types.QueryUnbondingsResponse, error) {
	provider, err := q.bytesOf(req.GetProvider())
	if err != nil {
		return nil, err
	}
	asked, err := page(req.GetPagination())
	if err != nil {
		return nil, err
	}
	type key = collections.Pair[sdk.AccAddress, uint64]
	list, next, err := query.CollectionPaginate(ctx, q.unbondingsBy, asked,
		func(at key, _ collections.NoValue) (types.Unbonding, error) {
			amount, err := q.unbondings.Get(ctx, collections.Join(at.K2(), at.K1()))
			return types.Unbonding{Height: at.K2(), Provider: req.GetProvider(), Amount: amount}, err
		}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, uint64](provider))
	return &types.QueryUnbondingsResponse{Unbondings: list, Pagination: next}, err
}

// Parked implements types.QueryServer, in order of address.
func (q queryServer) Parked(ctx context.Context, req *types.QueryParkedRequest) (*types.QueryParkedResponse, error) {
	asked, err := page(req.GetPagination())
	if err != nil {
		return nil, err
	}
	list, next, err := query.CollectionPaginate(ctx, q.parked, asked,
		func(_ sdk.AccAddress, p types.ParkedPayout) (types.ParkedPayout, error) { return p, nil })
	return &types.QueryParkedResponse{Parked: list, Pagination: next}, err
}

// maxLookAhead bounds what one query reads: the height of each release is looked up.
const maxLookAhead = 10_000

// Emission implements types.QueryServer; ErrNoBond for a stranger. What waits is looked up height by height, as far ahead
// as a task that settles now can be challenged: nothing else sums it, because that would be a write a seat.
func (q queryServer) Emission(ctx context.Context, req *types.QueryEmissionRequest) (*types.QueryEmissionResponse, error) {
	provider, err := q.bytesOf(req.GetProvider())
	if err != nil {
		return nil, err
	}
	bond, err := q.bondOf(ctx, provider)
	if err != nil {
		return nil, err
	}
	upstream, err := q.providers.Params(ctx)
	if err != nil {
		return nil, err
	}
	now := height(ctx)
	res := &types.QueryEmissionResponse{
		Claimable: bond.Emission, Challenged: bond.ChallengedEmission,
		UntilHeight: now + min(max(upstream.ChallengeWindow, retryBlocks), maxLookAhead),
	}
	for at := now; at <= res.UntilHeight; at++ {
		r, err := q.lienReleases.Get(ctx, collections.Join(at, provider))
		if isNotFound(err) || err == nil && r.Emission == 0 {
			continue
		}
		if err != nil {
			return nil, err
		}
		if res.NextHeight == 0 {
			res.NextHeight = at
		}
		if res.Waiting, err = types.Add(res.Waiting, r.Emission); err != nil {
			return nil, err
		}
	}
	return res, nil
}
