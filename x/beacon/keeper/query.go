package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aichain/aichain/x/beacon/types"
)

// maxPage bounds the keys of one answer.
const maxPage = 200

// queryServer answers the questions of the module.
type queryServer struct {
	types.UnimplementedQueryServer
	*Keeper
}

// NewQueryServer returns the answerer of the module's queries.
func NewQueryServer(k *Keeper) types.QueryServer { return queryServer{Keeper: k} }

// Params returns the parameters in force.
func (k queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	return &types.QueryParamsResponse{Params: params}, nil
}

// Output returns R_h of one block; height 0 means the block of the state that is asked.
func (k queryServer) Output(ctx context.Context, req *types.QueryOutputRequest) (*types.QueryOutputResponse, error) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	height := req.Height
	if height == 0 {
		height = uint64(sdkCtx.BlockHeight())
	}
	out, err := k.outputs.Get(ctx, height)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, errorsmod.Wrapf(types.ErrUnknownHeight, "height %d, the chain is at %d", height, sdkCtx.BlockHeight())
	}
	if err != nil {
		return nil, err
	}
	skips, err := k.skipCount(sdkCtx)
	if err != nil {
		return nil, err
	}
	return &types.QueryOutputResponse{Output: out, Skips: skips}, nil
}

// VrfKey returns the key of one validator.
func (k queryServer) VrfKey(ctx context.Context, req *types.QueryVrfKeyRequest) (*types.QueryVrfKeyResponse, error) {
	operator, err := k.operators.StringToBytes(req.Validator)
	if err != nil {
		return nil, errorsmod.Wrapf(sdkerrors.ErrInvalidAddress, "validator %q: %s", req.Validator, err)
	}
	rec, err := k.keys.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, errorsmod.Wrapf(types.ErrUnknownKey, "validator %s", req.Validator)
	}
	if err != nil {
		return nil, err
	}
	return &types.QueryVrfKeyResponse{Key: rec}, nil
}

// VrfKeys lists keys in order of operator address bytes, at most 200 per page.
func (k queryServer) VrfKeys(ctx context.Context, req *types.QueryVrfKeysRequest) (*types.QueryVrfKeysResponse, error) {
	page := req.Pagination
	if page == nil {
		page = &query.PageRequest{}
	}
	if page.CountTotal || page.Offset > 0 { // would walk what they count or skip
		return nil, errorsmod.Wrap(sdkerrors.ErrInvalidRequest, "expected key and limit, got offset or count_total")
	}
	if page.Limit > maxPage {
		return nil, errorsmod.Wrapf(sdkerrors.ErrInvalidRequest, "expected a page of at most %d, got %d", maxPage, page.Limit)
	}
	keys, next, err := query.CollectionPaginate(ctx, k.keys, page, func(_ []byte, rec types.VrfKey) (types.VrfKey, error) { return rec, nil })
	if err != nil {
		return nil, err
	}
	return &types.QueryVrfKeysResponse{Keys: keys, Pagination: next}, nil
}
