package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/x/compute/types"
)

// RetireProvider removes the signer's record and offers and starts unbonding. It fails with ErrOpenSeats
// while the signer has seats in rounds, and with the bond's own error while liens are open to challenge.
func (m *msgServer) RetireProvider(ctx context.Context, msg *types.MsgRetireProvider) (*types.MsgRetireProviderResponse, error) {
	addr, p, err := m.provider(ctx, msg.Provider)
	if err != nil {
		return nil, err
	}
	offers, err := m.offersOf(ctx, addr)
	if err != nil {
		return nil, err
	}
	if open := openSeats(offers); open > 0 {
		return nil, errorsmod.Wrapf(types.ErrOpenSeats, "expected 0, got %d; drain first and wait for them to end", open)
	}
	for _, o := range offers {
		if err := m.displace(ctx, addr, o); err != nil {
			return nil, err
		}
		if err := m.offers.Remove(ctx, collections.Join(addr, o.ModelId)); err != nil {
			return nil, err
		}
	}
	if err := m.providers.Remove(ctx, addr); err != nil {
		return nil, err
	}
	if err := m.bonds.CloseBond(ctx, p.Address); err != nil {
		return nil, err
	}
	return &types.MsgRetireProviderResponse{}, event.Emit(sdk.UnwrapSDKContext(ctx),
		&types.EventProviderRetired{Provider: p.Address})
}

// openSeats counts the seats that a provider has in rounds.
func openSeats(offers []types.Offer) uint32 {
	n := uint32(0)
	for _, o := range offers {
		n += o.UsedSlots
	}
	return n
}
