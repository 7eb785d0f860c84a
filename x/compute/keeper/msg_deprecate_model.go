package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/x/compute/types"
)

// DeprecateModel stops new tasks and offers on a model; tasks already posted go on.
func (m *msgServer) DeprecateModel(ctx context.Context, msg *types.MsgDeprecateModel) (*types.MsgDeprecateModelResponse, error) {
	_, publisher, err := m.account(msg.Publisher)
	if err != nil {
		return nil, err
	}
	model, err := m.model(ctx, msg.ModelId)
	if err != nil {
		return nil, err
	}
	if model.Publisher != publisher {
		return nil, errorsmod.Wrapf(types.ErrNotOwner, "expected %s, got %s", model.Publisher, publisher)
	}
	if model.Deprecated {
		return nil, errorsmod.Wrapf(types.ErrModelDeprecated, "%x already", model.Id)
	}
	model.Deprecated = true
	if err := m.models.Set(ctx, model.Id, model); err != nil {
		return nil, err
	}
	return &types.MsgDeprecateModelResponse{}, event.Emit(sdk.UnwrapSDKContext(ctx),
		&types.EventModelDeprecated{ModelId: model.Id})
}
