package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aichain/aichain/x/compute/types"
)

// Provider returns one provider with its offers, withdrawn ones with open seats included, and its bond.
func (q *queryServer) Provider(ctx context.Context, req *types.QueryProviderRequest) (*types.QueryProviderResponse, error) {
	addr, p, err := q.k.provider(ctx, req.GetAddress())
	if err != nil {
		return nil, err
	}
	offers, err := q.k.offersOf(ctx, addr)
	if err != nil {
		return nil, err
	}
	bonded, free, err := q.k.bonds.BondOf(ctx, p.Address)
	return &types.QueryProviderResponse{Provider: p, Offers: offers, Bonded: bonded, Free: free, OpenSeats: openSeats(offers)}, err
}

// Providers lists providers by address.
func (q *queryServer) Providers(ctx context.Context, req *types.QueryProvidersRequest) (*types.QueryProvidersResponse, error) {
	pg, err := page(req.GetPagination())
	if err != nil {
		return nil, err
	}
	list, next, err := query.CollectionPaginate(ctx, q.k.providers, pg, itself[sdk.AccAddress, types.Provider])
	return &types.QueryProvidersResponse{Providers: list, Pagination: next}, err
}

// Model returns one model.
func (q *queryServer) Model(ctx context.Context, req *types.QueryModelRequest) (*types.QueryModelResponse, error) {
	id, err := modelIDFrom(req.GetModelId())
	if err != nil {
		return nil, err
	}
	m, err := q.k.model(ctx, id)
	return &types.QueryModelResponse{Model: m}, err
}

// Models lists models by id, or those of one name, oldest first.
func (q *queryServer) Models(ctx context.Context, req *types.QueryModelsRequest) (*types.QueryModelsResponse, error) {
	pg, err := page(req.GetPagination())
	if err != nil {
		return nil, err
	}
	if req.GetName() == "" {
		list, next, err := query.CollectionPaginate(ctx, q.k.models, pg, itself[[]byte, types.Model])
		return &types.QueryModelsResponse{Models: list, Pagination: next}, err
	}
	if err := checkText("name", req.Name, 1, types.MaxModelNameBytes); err != nil {
		return nil, err
	}
	list, next, err := query.CollectionPaginate(ctx, q.k.modelNames, pg,
		func(key nameKey, _ collections.NoValue) (types.Model, error) { return q.k.model(ctx, key.K3()) },
		triplePrefix[string, uint64, []byte](req.Name))
	return &types.QueryModelsResponse{Models: list, Pagination: next}, err
}

// Offers lists the standing offers for a model by position.
func (q *queryServer) Offers(ctx context.Context, req *types.QueryOffersRequest) (*types.QueryOffersResponse, error) {
	id, err := modelIDFrom(req.GetModelId())
	if err != nil {
		return nil, err
	}
	if _, err := q.k.model(ctx, id); err != nil {
		return nil, err
	}
	list, next, err := q.offersAt(ctx, id, req.GetPagination())
	return &types.QueryOffersResponse{Offers: list, Pagination: next}, err
}

// offersAt pages through the standing offers for a model.
func (q *queryServer) offersAt(ctx context.Context, modelID []byte, req *query.PageRequest) ([]types.Offer, *query.PageResponse, error) {
	pg, err := page(req)
	if err != nil {
		return nil, nil, err
	}
	return query.CollectionPaginate(ctx, q.k.positions, pg,
		func(_ collections.Pair[[]byte, uint64], provider []byte) (types.Offer, error) {
			return q.k.offer(ctx, provider, modelID)
		},
		query.WithCollectionPaginationPairPrefix[[]byte, uint64](modelID))
}

// Parked lists the block items of this module that failed, by task.
func (q *queryServer) Parked(ctx context.Context, req *types.QueryParkedRequest) (*types.QueryParkedResponse, error) {
	pg, err := page(req.GetPagination())
	if err != nil {
		return nil, err
	}
	list, next, err := query.CollectionPaginate(ctx, q.k.parked, pg, itself[uint64, types.Parked])
	return &types.QueryParkedResponse{Parked: list, Pagination: next}, err
}
