package keeper

import (
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/x/beacon/types"
)

// Mix stores R_h of the block that begins and forgets the value that is too old. It runs before everything else
// in the block, in replay too: one write, one delete, at most 0.1 ms. It fails only if the state is broken.
func (k *Keeper) Mix(ctx sdk.Context, said Said) error {
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	height := uint64(ctx.BlockHeight())
	previous, err := k.At(ctx, height-1)
	if err != nil {
		return err
	}
	value, skipped := k.source(params).Next(ctx, previous, said)
	if err := k.outputs.Set(ctx, height, types.Output{Height: height, Value: value[:], Skipped: skipped}); err != nil {
		return err
	}
	if height >= params.HistoryBlocks {
		if err := k.outputs.Remove(ctx, height-params.HistoryBlocks); err != nil {
			return err
		}
	}
	if !skipped {
		return nil
	}
	return k.countSkip(ctx, height)
}

// countSkip makes silence visible.
func (k *Keeper) countSkip(ctx sdk.Context, height uint64) error {
	n, err := k.skipCount(ctx)
	if err != nil {
		return err
	}
	if err := k.skips.Set(ctx, n+1); err != nil {
		return err
	}
	return event.Emit(ctx, &types.EventBeaconSkipped{Height: height})
}

// skipCount returns the number of skipped blocks ever, 0 if none.
func (k *Keeper) skipCount(ctx sdk.Context) (uint64, error) {
	n, err := k.skips.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return n, err
}
