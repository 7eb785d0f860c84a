package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/compute/types"
)

// missing turns "not found" of a collection into a registered error that names what was looked for.
func missing(err, registered error, format string, args ...any) error {
	if errors.Is(err, collections.ErrNotFound) {
		return errorsmod.Wrapf(registered, format, args...)
	}
	return err
}

// task loads a task or fails with ErrUnknownTask.
func (k *Keeper) task(ctx context.Context, id uint64) (types.Task, error) {
	t, err := k.tasks.Get(ctx, id)
	return t, missing(err, types.ErrUnknownTask, "task %d", id)
}

// provider loads a provider by its address as sent, or fails with ErrBadAddress or ErrUnknownProvider.
func (k *Keeper) provider(ctx context.Context, address string) (sdk.AccAddress, types.Provider, error) {
	a, _, err := k.account(address)
	if err != nil {
		return nil, types.Provider{}, err
	}
	p, err := k.providers.Get(ctx, a)
	return a, p, missing(err, types.ErrUnknownProvider, "%s", address)
}

// model loads a model or fails with ErrBadModelID or ErrUnknownModel.
func (k *Keeper) model(ctx context.Context, id []byte) (types.Model, error) {
	if len(id) != types.RootBytes {
		return types.Model{}, errorsmod.Wrapf(types.ErrBadModelID, "expected %d bytes, got %d", types.RootBytes, len(id))
	}
	m, err := k.models.Get(ctx, id)
	return m, missing(err, types.ErrUnknownModel, "%x", id)
}

// offer loads an offer or fails with ErrBadModelID or ErrUnknownOffer.
func (k *Keeper) offer(ctx context.Context, provider sdk.AccAddress, modelID []byte) (types.Offer, error) {
	if len(modelID) != types.RootBytes { // before anything echoes it
		return types.Offer{}, errorsmod.Wrapf(types.ErrBadModelID, "expected %d bytes, got %d", types.RootBytes, len(modelID))
	}
	o, err := k.offers.Get(ctx, collections.Join(provider, modelID))
	return o, missing(err, types.ErrUnknownOffer, "%s does not offer model %x", provider, modelID)
}

// offersOf loads all offers of a provider in order of model id, withdrawn ones too: at most
// params.max_offers_per_provider.
func (k *Keeper) offersOf(ctx context.Context, provider sdk.AccAddress) ([]types.Offer, error) {
	it, err := k.offers.Iterate(ctx, collections.NewPrefixedPairRange[sdk.AccAddress, []byte](provider))
	if err != nil {
		return nil, err
	}
	return it.Values()
}

// orZero reads a number whose absence means zero.
func orZero(n uint64, err error) (uint64, error) {
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return n, err
}
