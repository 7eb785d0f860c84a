package ante

import (
	"context"
	"math"
	"math/bits"

	errorsmod "cosmossdk.io/errors"
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"

	"github.com/aichain/aichain/rules/payout"
)

// gasUnit is the amount of gas that prices are for.
const gasUnit = 1_000

// feeChecker holds transactions to the least fee of the chain, and in the mempool to that of the node.
type feeChecker struct{ prices Prices }

// check returns what the transaction pays and its priority: uaic per 1 000 gas, the highest of all for free seat
// messages. It returns ErrFeeDenom or ErrFeeTooLow.
func (c feeChecker) check(ctx sdk.Context, tx sdk.Tx) (sdk.Coins, int64, error) {
	if isFree(ctx) {
		return nil, math.MaxInt64, nil
	}
	feeTx, ok := tx.(sdk.FeeTx)
	if !ok {
		return nil, 0, errorsmod.Wrap(sdkerrors.ErrTxDecode, "expected a transaction with a fee")
	}
	fee, gas := feeTx.GetFee(), feeTx.GetGas()
	if ctx.BlockHeight() == 0 { // gentxs pay nothing
		return fee, 0, nil
	}
	for _, coin := range fee {
		if coin.Denom != payout.Denom {
			return nil, 0, errorsmod.Wrapf(ErrFeeDenom, "got %s", coin)
		}
	}
	need, err := c.need(ctx, gas)
	if err != nil {
		return nil, 0, err
	}
	paid := fee.AmountOf(payout.Denom)
	if paid.LT(need) {
		return nil, 0, errorsmod.Wrapf(ErrFeeTooLow, "need %s%s for %d gas, got %s%s", need, payout.Denom, gas, paid, payout.Denom)
	}
	return fee, priority(paid, gas), nil
}

// need returns the least fee for a gas limit, rounded up.
func (c feeChecker) need(ctx sdk.Context, gas uint64) (sdkmath.Int, error) {
	price, err := c.prices.MinGasPrice(ctx)
	if err != nil {
		return sdkmath.Int{}, err
	}
	hi, lo := bits.Mul64(gas, price)
	lo, carry := bits.Add64(lo, gasUnit-1, 0)
	hi += carry
	if hi >= gasUnit {
		return sdkmath.Int{}, errorsmod.Wrapf(sdkerrors.ErrInvalidGasLimit, "gas %d", gas)
	}
	quo, _ := bits.Div64(hi, lo, gasUnit)
	need := sdkmath.NewIntFromUint64(quo)
	if !ctx.IsCheckTx() || gas > math.MaxInt64 {
		return need, nil
	}
	own := ctx.MinGasPrices().AmountOf(payout.Denom).MulInt(sdkmath.NewIntFromUint64(gas)).Ceil().TruncateInt()
	return sdkmath.MaxInt(need, own), nil
}

// priority of a paying transaction, always under that of a free one.
func priority(paid sdkmath.Int, gas uint64) int64 {
	if gas == 0 {
		return 0
	}
	p := paid.MulRaw(gasUnit).Quo(sdkmath.NewIntFromUint64(gas))
	if !p.IsInt64() || p.Int64() == math.MaxInt64 {
		return math.MaxInt64 - 1
	}
	return p.Int64()
}

// VirtualFees credits fees through the bank's object store, summed up once in x/bank's EndBlock, instead of
// writing the fee collector's balance in every transaction: under block-stm that one key makes all paying
// transactions conflict, and it costs an eighth of a transfer's gas. It changes gas and the order of writes, so
// it is a constant of the chain and never a setting of a node. Only the simulator, which delivers messages after
// EndBlock, turns it off, before it starts.
var VirtualFees = true

// feeBank is x/bank as the SDK's fee deduction sees it.
type feeBank struct{ bankkeeper.BaseKeeper }

// SendCoinsFromAccountToModule is the only write of the fee deduction.
func (b feeBank) SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, module string, amt sdk.Coins) error {
	if !VirtualFees {
		return b.BaseKeeper.SendCoinsFromAccountToModule(ctx, from, module, amt)
	}
	return b.SendCoinsFromAccountToModuleVirtual(ctx, from, module, amt)
}
