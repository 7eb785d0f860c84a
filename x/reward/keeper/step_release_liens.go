package keeper

import (
	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/blockwork"
	"github.com/aichain/aichain/x/reward/types"
)

// releaseLiens frees the liens whose challenge window is over, and lets the emission of their seats be claimed.
func (k *Keeper) releaseLiens(ctx sdk.Context, budget uint32) {
	blockwork.Run(ctx, dueIn(ctx, k.lienReleases, budget), k.releaseLien, k.postponeRelease)
}

func (k *Keeper) releaseLien(ctx sdk.Context, d due[types.Release]) error {
	if err := k.lienReleases.Remove(ctx, collections.Join(d.height, d.who)); err != nil {
		return err
	}
	return k.freeLien(ctx, d.who, d.amount)
}

// postponeRelease puts a release that failed aside; the bond stays under lien, which is the safe side.
func (k *Keeper) postponeRelease(ctx sdk.Context, d due[types.Release], cause error) error {
	ctx.Logger().Error("a lien release failed and is tried again later", "provider", d.who, "release", d.amount, "err", cause)
	if err := k.lienReleases.Remove(ctx, collections.Join(d.height, d.who)); err != nil {
		return err
	}
	return k.addRelease(ctx, collections.Join(height(ctx)+retryBlocks, d.who), d.amount)
}
