package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/reward/types"
)

// UpdateParams replaces the parameters; tasks under way keep the rates of their snapshot. It returns
// ErrUnauthorized for anybody but governance, or ErrInvalidParams, also when bonds would come home while the results
// that they stand for can be challenged.
func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), s.authority, msg.Authority); err != nil {
		return nil, err
	}
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	upstream, err := s.providers.Params(ctx)
	if err != nil {
		return nil, err
	}
	if err := msg.Params.ValidateWith(upstream.ChallengeWindow); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, s.params.Set(ctx, msg.Params)
}
