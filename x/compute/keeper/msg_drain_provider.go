package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/x/compute/types"
)

// DrainProvider stops new seats, or takes them again. Its offers weigh nothing meanwhile, so draws do not
// look at them in vain. Asking for what is already so changes nothing and succeeds.
func (m *msgServer) DrainProvider(ctx context.Context, msg *types.MsgDrainProvider) (*types.MsgDrainProviderResponse, error) {
	addr, p, err := m.provider(ctx, msg.Provider)
	if err != nil {
		return nil, err
	}
	status := types.PROVIDER_STATUS_DRAINING
	if msg.Resume {
		status = types.PROVIDER_STATUS_ACTIVE
	}
	if p.Status == status {
		return &types.MsgDrainProviderResponse{}, nil
	}
	p.Status = status
	weight, err := m.weight(ctx, p)
	if err != nil {
		return nil, err
	}
	if err := m.reweigh(ctx, addr, weight); err != nil {
		return nil, err
	}
	if err := m.providers.Set(ctx, addr, p); err != nil {
		return nil, err
	}
	return &types.MsgDrainProviderResponse{}, event.Emit(sdk.UnwrapSDKContext(ctx),
		&types.EventProviderUpdated{Provider: p.Address, Status: p.Status})
}
