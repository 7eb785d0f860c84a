package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/x/beacon/types"
)

// At returns R_h, 32 bytes, of a block whose proposer has spoken, the present one included. It returns
// ErrUnknownHeight for a future height and for one older than history_blocks.
func (k *Keeper) At(ctx context.Context, height uint64) ([]byte, error) {
	out, err := k.outputs.Get(ctx, height)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, errorsmod.Wrapf(types.ErrUnknownHeight, "height %d", height)
	}
	if err != nil {
		return nil, err
	}
	return out.Value, nil
}
