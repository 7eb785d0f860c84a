package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/beacon/types"
)

// UpdateParams replaces the parameters; only governance may. Keys that are registered keep the height from which
// they count. A shorter history is cut at once, so that each later block deletes one value.
func (k msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	if err := sdk.ValidateAuthority(sdkCtx, k.authority, msg.Authority); err != nil {
		return nil, err
	}
	if err := msg.Params.Validate(sdkCtx.ChainID()); err != nil {
		return nil, err
	}
	if err := k.params.Set(ctx, msg.Params); err != nil {
		return nil, err
	}
	height := uint64(sdkCtx.BlockHeight())
	if height >= msg.Params.HistoryBlocks {
		tooOld := new(collections.Range[uint64]).EndInclusive(height - msg.Params.HistoryBlocks)
		if err := k.outputs.Clear(ctx, tooOld); err != nil {
			return nil, err
		}
	}
	return &types.MsgUpdateParamsResponse{}, nil
}
