package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// EndBlock runs the block steps in order. It returns no error: a failed item is parked, anything else is logged, and
// the block goes on.
func (k *Keeper) EndBlock(goCtx context.Context) error {
	ctx := sdk.UnwrapSDKContext(goCtx)
	for _, step := range []struct {
		name string
		run  func(sdk.Context) error
	}{
		{"verdict", k.stepVerdict}, // rounds end; results that differ open disputes
		{"dispute", k.stepDispute}, // whoever did not move in time loses
		{"case", k.stepCase},       // where nothing is disputed any more the referee is done
	} {
		if err := step.run(ctx); err != nil {
			ctx.Logger().Error("a block step of x/attest failed", "step", step.name, "err", err)
		}
	}
	return nil
}
