package keeper

import (
	"bytes"
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/beacon"
	"github.com/aichain/aichain/x/beacon/types"
)

// Invariants returns ErrInvariant if the state contradicts itself. It walks everything: for tests.
func (k *Keeper) Invariants(ctx context.Context) error {
	if err := k.ownersMatchKeys(ctx); err != nil {
		return err
	}
	return k.outputsHaveNoGap(sdk.UnwrapSDKContext(ctx))
}

// ownersMatchKeys checks that each key and previous key is owned by its validator, and that nothing else is owned.
func (k *Keeper) ownersMatchKeys(ctx context.Context) error {
	held := 0
	err := k.keys.Walk(ctx, nil, func(operator []byte, rec types.VrfKey) (bool, error) {
		for _, key := range [][]byte{rec.Key, rec.Previous} {
			if len(key) == 0 {
				continue
			}
			held++
			owner, err := k.owners.Get(ctx, key)
			if err != nil || !bytes.Equal(owner, operator) {
				return true, errorsmod.Wrapf(types.ErrInvariant, "key %X: expected owner %X, got %X (%v)", key, operator, owner, err)
			}
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	owned := 0
	err = k.owners.Walk(ctx, nil, func([]byte, []byte) (bool, error) { owned++; return false, nil })
	if err != nil {
		return err
	}
	if owned != held {
		return errorsmod.Wrapf(types.ErrInvariant, "expected %d owned keys, got %d", held, owned)
	}
	return nil
}

// outputsHaveNoGap checks that the outputs are whole, at most history_blocks, and end at the present height.
func (k *Keeper) outputsHaveNoGap(ctx sdk.Context) error {
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	var n, last uint64
	err = k.outputs.Walk(ctx, nil, func(height uint64, o types.Output) (bool, error) {
		if o.Height != height || len(o.Value) != beacon.Size || (n > 0 && height != last+1) {
			return true, errorsmod.Wrapf(types.ErrInvariant, "output at height %d after %d is %+v", height, last, o)
		}
		n, last = n+1, height
		return false, nil
	})
	if err != nil {
		return err
	}
	if n == 0 || n > params.HistoryBlocks || last != uint64(ctx.BlockHeight()) {
		return errorsmod.Wrapf(types.ErrInvariant, "expected 1 to %d outputs up to height %d, got %d up to %d", params.HistoryBlocks, ctx.BlockHeight(), n, last)
	}
	return nil
}
