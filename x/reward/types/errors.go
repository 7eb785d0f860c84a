package types

import errorsmod "cosmossdk.io/errors"

// Codes are hashed into the block results: never renumbered, never used again.
var (
	// ErrInvalidParams is returned for parameters out of bounds.
	ErrInvalidParams = errorsmod.Register(ModuleName, 2, "invalid parameters")
	// ErrBadCoin is returned for a zero, negative or foreign-denom coin, or one beyond 64 bits.
	ErrBadCoin = errorsmod.Register(ModuleName, 3, "not a positive amount of uaic")
	// ErrBadAddress is returned for an address that does not decode.
	ErrBadAddress = errorsmod.Register(ModuleName, 4, "invalid address")
	// ErrInsufficientFunds is returned when an account cannot pay an escrow or a bond.
	ErrInsufficientFunds = errorsmod.Register(ModuleName, 5, "insufficient funds")
	// ErrBondExists is returned when a bond is opened twice.
	ErrBondExists = errorsmod.Register(ModuleName, 6, "bond already open")
	// ErrNoBond is returned when somebody who is no registered provider adds, withdraws or reserves bond.
	ErrNoBond = errorsmod.Register(ModuleName, 7, "no bond: not a registered provider")
	// ErrUnderLien is returned when more bond is asked for than is free.
	ErrUnderLien = errorsmod.Register(ModuleName, 8, "bond is under lien")
	// ErrBelowMinBond is returned when a withdrawal would leave less than the least bond; retire instead.
	ErrBelowMinBond = errorsmod.Register(ModuleName, 9, "less than the least bond would remain")
	// ErrEscrowExists is returned when a task is escrowed twice.
	ErrEscrowExists = errorsmod.Register(ModuleName, 10, "escrow already exists")
	// ErrNoEscrow is returned for a task without an escrow.
	ErrNoEscrow = errorsmod.Register(ModuleName, 11, "no escrow")
	// ErrEscrowClosed is returned when an escrow is settled or refunded a second time, so that nobody is paid or
	// slashed twice.
	ErrEscrowClosed = errorsmod.Register(ModuleName, 12, "escrow already closed")
	// ErrEscrowOpen is returned when an escrow that still holds money is to be forgotten.
	ErrEscrowOpen = errorsmod.Register(ModuleName, 13, "escrow still holds money")
	// ErrSettlement is returned when the rule of settlement refuses its input.
	ErrSettlement = errorsmod.Register(ModuleName, 14, "task cannot be settled")
	// ErrNotParked is returned when there is no parked payout to retry.
	ErrNotParked = errorsmod.Register(ModuleName, 15, "no parked payout")
	// ErrOverflow is returned when an amount would leave 64 bits.
	ErrOverflow = errorsmod.Register(ModuleName, 16, "amount does not fit in 64 bits")
	// ErrLedger is returned when more money would leave a pocket of the ledger than is in it: a fault of the
	// program, caught before it becomes a payment.
	ErrLedger = errorsmod.Register(ModuleName, 17, "more than there is")
	// ErrInvalidGenesis is returned for a genesis that does not fit together.
	ErrInvalidGenesis = errorsmod.Register(ModuleName, 18, "invalid genesis")
	// ErrInvariant is returned by the invariants when the state contradicts itself.
	ErrInvariant = errorsmod.Register(ModuleName, 19, "invariant broken")
	// ErrBadSlash is returned for a slash after a challenge that contradicts itself: more taken than the lien, more
	// burned than taken, another reason than a challenge can have, the loser as its own winner, or a payer to be
	// restored from a lost challenge.
	ErrBadSlash = errorsmod.Register(ModuleName, 20, "contradictory slash")
	// ErrNotReleasing is returned when a lien is to be held that does not free itself at the height given.
	ErrNotReleasing = errorsmod.Register(ModuleName, 21, "less lien frees itself at that height")
	// ErrNothingToClaim is returned when a provider claims emission and none may be claimed: all that it earned was
	// claimed, or waits for the end of a challenge.
	ErrNothingToClaim = errorsmod.Register(ModuleName, 22, "no emission to claim")
	// ErrEmissionAhead is returned when a claim would mint more than takes have burned: a fault of the program or of the
	// parameters, caught before it becomes money.
	ErrEmissionAhead = errorsmod.Register(ModuleName, 23, "emission would exceed the burned takes")
)
