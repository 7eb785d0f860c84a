package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// PlantRelease writes a lien release that nothing backs, as a fault of the program would.
func (k *Keeper) PlantRelease(ctx context.Context, at uint64, who sdk.AccAddress, amount uint64) error {
	return k.lienReleases.Set(ctx, collections.Join(at, who), amount)
}

// PlantUnbonding writes an unbonding that nothing backs.
func (k *Keeper) PlantUnbonding(ctx context.Context, at uint64, who sdk.AccAddress, amount uint64) error {
	return k.queueUnbonding(ctx, at, who, amount)
}

// RetryBlocks is how long a failed release waits.
const RetryBlocks = retryBlocks
