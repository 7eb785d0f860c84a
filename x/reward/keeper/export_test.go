package keeper

import (
	"context"

	"cosmossdk.io/collections"
	corestore "cosmossdk.io/core/store"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/reward/types"
)

// PlantRelease writes a lien release that nothing backs, as a fault of the program would.
func (k *Keeper) PlantRelease(ctx context.Context, at uint64, who sdk.AccAddress, amount uint64) error {
	return k.lienReleases.Set(ctx, collections.Join(at, who), types.Release{Lien: amount})
}

// PlantOld writes the first totals and a lien release as the chain did before there was emission.
func (k *Keeper) PlantOld(ctx context.Context, store corestore.KVStoreService, at uint64, who sdk.AccAddress, amount uint64) error {
	totals, err := k.totals.Get(ctx)
	if err != nil {
		return err
	}
	totals.BurnedTake, totals.Emitted, totals.Forfeited = math.Int{}, math.Int{}, math.Int{}
	bz, err := totals.Marshal()
	if err != nil {
		return err
	}
	emission := 3 * len("\x4a\x010") // a field that is missing in Go is a 0 on the wire: key, length, digit
	if err := store.OpenKVStore(ctx).Set(types.TotalsPrefix.Bytes(), bz[:len(bz)-emission]); err != nil {
		return err
	}
	sb := collections.NewSchemaBuilder(store)
	old := collections.NewMap(sb, types.LienReleasesPrefix, "lien_releases",
		collections.PairKeyCodec(collections.Uint64Key, sdk.AccAddressKey), collections.Uint64Value)
	if _, err := sb.Build(); err != nil {
		return err
	}
	return old.Set(ctx, collections.Join(at, who), amount)
}

// PlantUnbonding writes an unbonding that nothing backs.
func (k *Keeper) PlantUnbonding(ctx context.Context, at uint64, who sdk.AccAddress, amount uint64) error {
	return k.queueUnbonding(ctx, at, who, amount)
}

// RetryBlocks is how long a failed release waits.
const RetryBlocks = retryBlocks
