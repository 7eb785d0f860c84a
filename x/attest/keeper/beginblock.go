package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// BeginBlock runs before the transactions of a block, after the beacon has spoken. It returns no error: what fails is
// logged, and the block goes on.
func (k *Keeper) BeginBlock(goCtx context.Context) error {
	ctx := sdk.UnwrapSDKContext(goCtx)
	if err := k.stepAudit(ctx); err != nil {
		ctx.Logger().Error("the audit step of x/attest failed", "err", err)
	}
	return nil
}
