package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/x/compute/types"
)

// UpdateProvider replaces what the signer's record says about it.
func (m *msgServer) UpdateProvider(ctx context.Context, msg *types.MsgUpdateProvider) (*types.MsgUpdateProviderResponse, error) {
	if err := checkDisplay(msg.Moniker, msg.Details); err != nil {
		return nil, err
	}
	addr, p, err := m.provider(ctx, msg.Provider)
	if err != nil {
		return nil, err
	}
	p.Moniker, p.Details = msg.Moniker, msg.Details
	if err := m.providers.Set(ctx, addr, p); err != nil {
		return nil, err
	}
	return &types.MsgUpdateProviderResponse{}, event.Emit(sdk.UnwrapSDKContext(ctx),
		&types.EventProviderUpdated{Provider: p.Address, Status: p.Status})
}
