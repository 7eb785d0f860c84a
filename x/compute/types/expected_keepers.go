package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Escrow holds the money of tasks. Implemented by x/reward.
type Escrow interface {
	// Deposit moves the sum of the deposits from payer and records one escrow per task.
	// It fails without effect if the payer lacks funds.
	Deposit(ctx context.Context, payer sdk.AccAddress, deposits []EscrowDeposit) error
	// Refund closes an escrow by giving all of it back to its payer. It fails if the escrow is already closed.
	Refund(ctx context.Context, taskID uint64, reason Reason) error
	// Money tells where the money of a task is.
	Money(ctx context.Context, taskID uint64) (MoneyView, error)
	// Forget removes the record of a closed escrow; it fails while money is held.
	Forget(ctx context.Context, taskID uint64) error
	// Terms returns the money parameters that a task snapshots at its first match.
	Terms(ctx context.Context) (MoneyTerms, error)
}

// EscrowDeposit is the escrow of one task in uaic.
type EscrowDeposit struct {
	TaskID uint64
	Amount uint64
}

// MoneyTerms are the parameters of x/reward that a task snapshots; all are basis points.
type MoneyTerms struct {
	TakeBps, TakeBurnBps, SlashBurnBps, SoftFaultBps, EmissionBps uint32
}

// Bonds holds the stakes of providers. Implemented by x/reward.
type Bonds interface {
	// OpenBond creates the bond of a new provider with amount uaic taken from its account.
	OpenBond(ctx context.Context, provider string, amount uint64) error
	// CloseBond starts the unbonding of everything and removes the bond once empty. It fails while any of it is under lien.
	CloseBond(ctx context.Context, provider string) error
	// BondOf returns bonded uaic (liens included) and the free part of it; zeros for a stranger.
	BondOf(ctx context.Context, provider string) (bonded, free uint64, err error)
	// PlaceLien reserves amount uaic of the free bond for a seat; it fails if less is free.
	PlaceLien(ctx context.Context, provider string, amount uint64) error
}

// Beacon is the randomness that nobody chooses. Implemented by x/beacon.
type Beacon interface {
	// At returns R_h, 32 bytes, for a block whose proposer has spoken; it fails for a future or forgotten height.
	At(ctx context.Context, height uint64) ([]byte, error)
}

// Rounds is what queries and pruning ask of x/attest, which is downstream and set after construction.
type Rounds interface {
	// Progress tells how the rounds of a task stand; the zero value for a task that never had one.
	Progress(ctx context.Context, task Task) (Progress, error)
	// InRound lists up to limit ids of tasks in a round, in order of deadline, starting after the opaque
	// cursor of the call before (nil at first); a nil next cursor says that there are no more.
	InRound(ctx context.Context, cursor []byte, limit uint64) (ids []uint64, next []byte, err error)
	// Forget removes what is kept of a closed task and returns who was seated at which height. done is false when the
	// task is still under dispute, or too much is kept of it for one block: the caller asks again in a later block.
	// seated is whole when done is true, and is not looked at before.
	Forget(ctx context.Context, taskID uint64) (seated []SeatedAt, done bool, err error)
	// SeatedBefore returns the providers of all rounds of a task so far, in order of round and seat.
	SeatedBefore(ctx context.Context, taskID uint64) ([]string, error)
}

// SeatedAt says that a provider was seated on a task at a height.
type SeatedAt struct {
	Provider string
	Height   uint64
}
