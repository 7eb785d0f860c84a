package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/compute/types"
)

// UpdateParams replaces the parameters. Tasks that were matched keep the terms they were matched under. It fails with
// ErrBadParams if one is out of bounds, or if they leave no time to challenge a result.
func (m *msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), m.authority, msg.Authority); err != nil {
		return nil, err
	}
	if err := msg.Params.ValidateChange(); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, m.params.Set(ctx, msg.Params)
}
