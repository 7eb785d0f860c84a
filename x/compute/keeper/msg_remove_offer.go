package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/x/compute/types"
)

// RemoveOffer withdraws an offer. Seats that are open stay; the record goes with the last of them.
func (m *msgServer) RemoveOffer(ctx context.Context, msg *types.MsgRemoveOffer) (*types.MsgRemoveOfferResponse, error) {
	addr, p, err := m.provider(ctx, msg.Provider)
	if err != nil {
		return nil, err
	}
	o, err := m.offer(ctx, addr, msg.ModelId)
	if err != nil {
		return nil, err
	}
	if withdrawn(o) {
		return nil, errorsmod.Wrapf(types.ErrUnknownOffer, "already withdrawn, %d seats are still open", o.UsedSlots)
	}
	if err := m.displace(ctx, addr, o); err != nil {
		return nil, err
	}
	if err := m.settleWithdrawn(ctx, addr, o); err != nil {
		return nil, err
	}
	return &types.MsgRemoveOfferResponse{}, event.Emit(sdk.UnwrapSDKContext(ctx),
		&types.EventOfferRemoved{Provider: p.Address, ModelId: o.ModelId})
}

// settleWithdrawn keeps the record of a displaced offer while it has open seats and removes it after.
func (k *Keeper) settleWithdrawn(ctx context.Context, addr sdk.AccAddress, o types.Offer) error {
	key := collections.Join(addr, o.ModelId)
	if o.UsedSlots > 0 {
		o.Slots, o.Position = 0, 0
		return k.offers.Set(ctx, key, o)
	}
	if err := k.offers.Remove(ctx, key); err != nil {
		return err
	}
	p, err := k.providers.Get(ctx, addr)
	if err != nil {
		return missing(err, types.ErrUnknownProvider, "%s", addr)
	}
	p.OfferCount--
	return k.providers.Set(ctx, addr, p)
}
