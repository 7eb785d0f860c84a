package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/x/compute/types"
)

// SetOffer makes the signer's offer for a model or replaces its prices and slots. Seats that are open keep
// the price they were drawn with.
func (m *msgServer) SetOffer(ctx context.Context, msg *types.MsgSetOffer) (*types.MsgSetOfferResponse, error) {
	if err := checkOffer(msg); err != nil {
		return nil, err
	}
	addr, p, err := m.provider(ctx, msg.Provider)
	if err != nil {
		return nil, err
	}
	model, err := m.model(ctx, msg.ModelId)
	if err != nil {
		return nil, err
	}
	if model.Deprecated {
		return nil, errorsmod.Wrapf(types.ErrModelDeprecated, "%x", model.Id)
	}
	if err := m.setOffer(ctx, addr, p, msg); err != nil {
		return nil, err
	}
	return &types.MsgSetOfferResponse{}, event.Emit(sdk.UnwrapSDKContext(ctx), &types.EventOfferSet{
		Provider: p.Address, ModelId: msg.ModelId,
		PriceInput: msg.PriceInput, PriceOutput: msg.PriceOutput, Slots: msg.Slots,
	})
}

func checkOffer(msg *types.MsgSetOffer) error {
	if msg.PriceInput > types.MaxPrice || msg.PriceOutput > types.MaxPrice {
		return errorsmod.Wrapf(types.ErrBadPrice, "expected at most %d uaic for 1000 tokens, got %d in, %d out",
			uint64(types.MaxPrice), msg.PriceInput, msg.PriceOutput)
	}
	if msg.Slots == 0 || msg.Slots > types.MaxSlots {
		return errorsmod.Wrapf(types.ErrBadSlots, "expected 1 to %d, got %d", types.MaxSlots, msg.Slots)
	}
	return nil
}

// setOffer stores a new offer, brings a withdrawn one back, or changes a standing one in its place.
func (k *Keeper) setOffer(ctx context.Context, addr sdk.AccAddress, p types.Provider, msg *types.MsgSetOffer) error {
	o, err := k.offer(ctx, addr, msg.ModelId)
	isNew := types.ErrUnknownOffer.Is(err)
	if err != nil && !isNew {
		return err
	}
	standing := !isNew && !withdrawn(o)
	if standing {
		if err := k.unindexPrices(ctx, addr, o); err != nil {
			return err
		}
	}
	if isNew {
		if err := k.countOffer(ctx, addr, p); err != nil {
			return err
		}
		o = types.Offer{Provider: p.Address, ModelId: msg.ModelId}
	}
	o.PriceInput, o.PriceOutput, o.Slots = msg.PriceInput, msg.PriceOutput, msg.Slots
	if !standing {
		weight, err := k.weight(ctx, p)
		if err != nil {
			return err
		}
		return k.place(ctx, addr, o, weight)
	}
	if err := k.indexPrices(ctx, addr, o); err != nil {
		return err
	}
	return k.offers.Set(ctx, collections.Join(addr, o.ModelId), o)
}

// countOffer counts one more offer of a provider, up to params.max_offers_per_provider.
func (k *Keeper) countOffer(ctx context.Context, addr sdk.AccAddress, p types.Provider) error {
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	if p.OfferCount >= params.MaxOffersPerProvider {
		return errorsmod.Wrapf(types.ErrTooManyOffers, "expected at most %d, got one more", params.MaxOffersPerProvider)
	}
	p.OfferCount++
	return k.providers.Set(ctx, addr, p)
}
