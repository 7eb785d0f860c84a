package ante

import (
	"context"
	"time"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	feegrantkeeper "github.com/cosmos/cosmos-sdk/x/feegrant/keeper"
)

// lastingTime is how much longer than to the last block an allowance has to hold for a transaction to wait: more than passes
// until the next.
const lastingTime = 10 * time.Minute

// lasting is x/feegrant as the SDK's fee deduction sees it. For the mempool an allowance has to hold now and after lastingTime.
// It may end in between, or shrink where a period of it begins; then the transaction would pass its check, whose time is
// that of the block before, and fail in the block without paying.
type lasting struct{ feegrantkeeper.Keeper }

// UseGrantedFees takes a fee from an allowance.
func (l lasting) UseGrantedFees(ctx context.Context, granter, grantee sdk.AccAddress, fee sdk.Coins, msgs []sdk.Msg) error {
	c := sdk.UnwrapSDKContext(ctx)
	if !c.IsCheckTx() {
		return l.Keeper.UseGrantedFees(ctx, granter, grantee, fee, msgs)
	}
	then, meter := storetypes.NewInfiniteGasMeter(), c.GasMeter()
	later, _ := c.CacheContext()
	later = later.WithBlockTime(c.BlockTime().Add(lastingTime)).WithGasMeter(then)
	if err := l.Keeper.UseGrantedFees(later, granter, grantee, fee, msgs); err != nil {
		return err
	}
	before := meter.GasConsumed()
	if err := l.Keeper.UseGrantedFees(ctx, granter, grantee, fee, msgs); err != nil {
		return err
	}
	if now := meter.GasConsumed() - before; then.GasConsumed() > now { // a period may begin with more to write
		meter.ConsumeGas(then.GasConsumed()-now, "allowance in the next block")
	}
	return nil
}
