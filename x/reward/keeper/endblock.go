package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// EndBlock runs after x/attest and x/compute have ended theirs, so that what a verdict of this block credits is
// paid in this block. Each step handles at most its budget; what is left over is first in the next block. No
// step returns an error: the block goes on, and the money of an item that failed is where it was.
func (k *Keeper) EndBlock(c context.Context) error {
	ctx := sdk.UnwrapSDKContext(c)
	params, err := k.params.Get(ctx)
	if err != nil {
		ctx.Logger().Error("reward has no parameters; its block steps are skipped", "err", err)
		return nil
	}
	k.releaseLiens(ctx, params.ReleaseBudget)
	k.unbond(ctx, params.ReleaseBudget)
	k.pay(ctx, params.PayoutBudget)
	return nil
}

// retryBlocks is how long a lien release or an unbonding that failed waits before it is tried again, so that a
// poisoned one takes a place in the budget once in a hundred blocks and not in each.
const retryBlocks = 100

// due is a record whose height has come.
type due[V any] struct {
	height uint64
	who    sdk.AccAddress
	amount V
}

// dueIn collects, in order of height and address, up to budget records whose height has come. It only reads.
func dueIn[V any](ctx sdk.Context, m collections.Map[heightOf, V], budget uint32) []due[V] {
	now := height(ctx)
	var items []due[V]
	err := m.Walk(ctx, nil, func(key heightOf, amount V) (bool, error) {
		if key.K1() > now || len(items) >= int(budget) {
			return true, nil
		}
		items = append(items, due[V]{height: key.K1(), who: key.K2(), amount: amount})
		return false, nil
	})
	if err != nil {
		ctx.Logger().Error("due records cannot be read", "err", err)
		return nil
	}
	return items
}
