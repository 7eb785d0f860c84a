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

// maxLook bounds what one query reads: the height of each release is looked up, so many blocks behind and as many ahead.
const maxLook = 10_000

// Emission implements types.QueryServer; ErrNoBond for a stranger. What waits is looked up height by height, because nothing
// sums it: that would be a write a seat. It looks from the oldest lien release of the chain, which the budget of a block may
// have left over, to the newest, which may be beyond a challenge window that was shortened since, and at least as far ahead
// as a task that settles now can be challenged. That is 2 · maxLook + 1 reads at most, and two for the ends.
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
	from, err := q.endOfReleases(ctx, collections.OrderAscending, now)
	if err != nil {
		return nil, err
	}
	until, err := q.endOfReleases(ctx, collections.OrderDescending, now)
	if err != nil {
		return nil, err
	}
	res := &types.QueryEmissionResponse{
		Claimable: bond.Emission, Challenged: bond.ChallengedEmission,
		UntilHeight: min(max(until, now+max(upstream.ChallengeWindow, retryBlocks)), now+maxLook),
	}
	for at := max(min(from, now), now-min(now, maxLook)); at <= res.UntilHeight; at++ {
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

// endOfReleases is the height of the oldest lien release of all, or of the newest in descending order; now if there is none.
func (k *Keeper) endOfReleases(ctx context.Context, order collections.Order, now uint64) (uint64, error) {
	ranger := new(collections.Range[heightOf])
	if order == collections.OrderDescending {
		ranger = ranger.Descending()
	}
	end := now
	err := k.lienReleases.Walk(ctx, ranger, func(key heightOf, _ types.Release) (bool, error) {
		end = key.K1()
		return true, nil
	})
	return end, err
}
