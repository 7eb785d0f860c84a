package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/aichain/aichain/x/compute/types"
)

// MinBond is the least bond of a registered provider, uaic.
func (k *Keeper) MinBond(ctx context.Context) (uint64, error) {
	p, err := k.params.Get(ctx)
	return p.MinBond, err
}

// BondChanged gives the offers of a provider the weight of its new bond, uaic. Nobody draws from strangers
// and draining providers, so for them it does nothing.
func (k *Keeper) BondChanged(ctx context.Context, provider string, bonded uint64) error {
	addr, _, err := k.account(provider)
	if err != nil {
		return err
	}
	p, err := k.providers.Get(ctx, addr)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err != nil || p.Status != types.PROVIDER_STATUS_ACTIVE {
		return err
	}
	return k.reweigh(ctx, addr, bonded)
}
