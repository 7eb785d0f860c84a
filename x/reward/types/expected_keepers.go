package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Bank is the part of x/bank that x/reward uses; no other module of ours holds a bank keeper.
type Bank interface {
	// SendCoinsFromAccountToModule takes escrows and bonds in.
	SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, module string, amt sdk.Coins) error
	// SendCoinsFromModuleToAccount sends payouts, refunds and unbonded stake.
	SendCoinsFromModuleToAccount(ctx context.Context, module string, to sdk.AccAddress, amt sdk.Coins) error
	// SendCoinsFromModuleToModule sends the validators' part of the take to the fee collector.
	SendCoinsFromModuleToModule(ctx context.Context, from, to string, amt sdk.Coins) error
	// BurnCoins burns the burned part of take and slashes.
	BurnCoins(ctx context.Context, module string, amt sdk.Coins) error
	// MintCoins mints emission when it is claimed.
	MintCoins(ctx context.Context, module string, amt sdk.Coins) error
	// GetBalance is read by the invariants.
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	// SpendableCoin tells a payer exactly what is missing.
	SpendableCoin(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
}

// Accounts is the part of x/auth that x/reward uses.
type Accounts interface {
	// GetModuleAddress finds the module account.
	GetModuleAddress(name string) sdk.AccAddress
	// GetAccount reads the module account as stored, which says what it may do; nil if there is none yet.
	GetAccount(ctx context.Context, addr sdk.AccAddress) sdk.AccountI
	// SetAccount lets a module account from before emission mint.
	SetAccount(ctx context.Context, acc sdk.AccountI)
}

// Providers is what x/reward asks of and tells x/compute; set after construction.
type Providers interface {
	// MinBond is the least bond of a registered provider, uaic.
	MinBond(ctx context.Context) (uint64, error)
	// Params are x/compute's; the challenge window bounds the unbonding window from below.
	Params(ctx context.Context) (computetypes.Params, error)
	// BondChanged tells the new bonded amount, so that draws weigh the provider by it.
	BondChanged(ctx context.Context, provider string, bonded uint64) error
}
