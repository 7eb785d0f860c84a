package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// EndBlock runs the block steps in order. It returns no error: a failed item is parked, anything else is logged, and
// the block goes on.
func (k *Keeper) EndBlock(goCtx context.Context) error {
	ctx := sdk.UnwrapSDKContext(goCtx)
	if err := k.stepVerdict(ctx); err != nil {
		ctx.Logger().Error("the verdict step of x/attest failed", "err", err)
	}
	return nil
}
