package types

import "cosmossdk.io/collections"

const (
	// ModuleName names the module and its account. The account is funded by posts (escrows) and by
	// registrations and additions (bonds); it pays seats, models, refunds, slash rewards and unbonded stake, sends
	// the validators' take to the fee collector, burns, and mints emission, which it passes on at once. It needs the
	// Burner and Minter permissions, and the bank must refuse plain transfers to it, or its balance would not equal
	// the ledger.
	ModuleName = "reward"
	// StoreKey names its store.
	StoreKey = ModuleName
)

// Prefixes of the store; a number is never used again.
var (
	// ParamsPrefix → Params.
	ParamsPrefix = collections.NewPrefix(1)
	// PocketsPrefix → Pockets.
	PocketsPrefix = collections.NewPrefix(2)
	// BondsPrefix, provider → Bond.
	BondsPrefix = collections.NewPrefix(3)
	// EscrowsPrefix, task id → Escrow.
	EscrowsPrefix = collections.NewPrefix(4)
	// LienReleasesPrefix, (height, provider) → Release.
	LienReleasesPrefix = collections.NewPrefix(5)
	// UnbondingsPrefix, (height, provider) → uaic.
	UnbondingsPrefix = collections.NewPrefix(6)
	// UnbondingsByProviderPrefix, (provider, height).
	UnbondingsByProviderPrefix = collections.NewPrefix(7)
	// PayoutsPrefix, recipient → Payout.
	PayoutsPrefix = collections.NewPrefix(8)
	// ParkedPrefix, recipient → ParkedPayout.
	ParkedPrefix = collections.NewPrefix(9)
	// TotalsPrefix → Totals.
	TotalsPrefix = collections.NewPrefix(10)
	// LastPaidPrefix → recipient. It is not exported: it decides only who is paid a block earlier.
	LastPaidPrefix = collections.NewPrefix(11)
)
