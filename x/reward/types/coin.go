package types

import (
	"math/bits"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/payout"
)

// Amount returns the uaic of a coin from a message, at least 1; ErrBadCoin for anything that is not a positive
// amount of uaic that fits in 64 bits.
func Amount(coin sdk.Coin) (uint64, error) {
	if coin.Denom != payout.Denom {
		return 0, errorsmod.Wrapf(ErrBadCoin, "expected denom %s, got %q", payout.Denom, coin.Denom)
	}
	if coin.Amount.IsNil() || !coin.Amount.IsPositive() || !coin.Amount.IsUint64() {
		return 0, errorsmod.Wrapf(ErrBadCoin, "expected an amount from 1 to 2^64-1, got %s", coin.Amount)
	}
	return coin.Amount.Uint64(), nil
}

// Coins returns amount uaic as coins for the bank; empty for 0.
func Coins(amount uint64) sdk.Coins {
	return sdk.NewCoins(sdk.NewCoin(payout.Denom, math.NewIntFromUint64(amount)))
}

// Add returns a+b, or ErrOverflow.
func Add(a, b uint64) (uint64, error) {
	sum, carry := bits.Add64(a, b, 0)
	if carry != 0 {
		return 0, errorsmod.Wrapf(ErrOverflow, "%d + %d", a, b)
	}
	return sum, nil
}

// Sub returns a-b, or ErrLedger if b is more than a.
func Sub(a, b uint64) (uint64, error) {
	if b > a {
		return 0, errorsmod.Wrapf(ErrLedger, "expected at most %d, got %d", a, b)
	}
	return a - b, nil
}
