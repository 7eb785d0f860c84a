package types

import (
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"
)

// NewLedger returns the ledger of a module that never had money.
func NewLedger() Ledger {
	zero := math.ZeroInt()
	return Ledger{
		Deposited: zero, Paid: zero, Refunded: zero, Slashed: zero,
		SlashRewards: zero, Burned: zero, Validators: zero, Unbonded: zero,
	}
}

// Enter counts amount that came into the module account, into a pocket of l: &l.Escrow or &l.Bonds.
func (l *Ledger) Enter(pocket *uint64, amount uint64) error {
	sum, err := Add(*pocket, amount)
	if err != nil {
		return err
	}
	*pocket = sum
	l.Deposited = l.Deposited.Add(math.NewIntFromUint64(amount))
	return nil
}

// Move moves amount between two pockets of l. It fails without effect if there is less in the first.
func (l *Ledger) Move(from, to *uint64, amount uint64) error {
	rest, err := Sub(*from, amount)
	if err != nil {
		return err
	}
	sum, err := Add(*to, amount)
	if err != nil {
		return err
	}
	*from, *to = rest, sum
	return nil
}

// Leave counts amount that left the module account out of pending, as kind: &l.Paid, &l.Refunded,
// &l.SlashRewards, &l.Burned, &l.Validators or &l.Unbonded.
func (l *Ledger) Leave(kind *math.Int, amount uint64) error {
	if amount == 0 {
		return nil
	}
	rest, err := Sub(l.Pending, amount)
	if err != nil {
		return err
	}
	l.Pending = rest
	*kind = kind.Add(math.NewIntFromUint64(amount))
	return nil
}

// Held is what the module account must hold.
func (l Ledger) Held() math.Int {
	return sumOf(l.Escrow, l.Bonds, l.Unbonding, l.Pending)
}

// Validate returns ErrInvariant if the ledger contradicts itself.
func (l Ledger) Validate() error {
	left := math.ZeroInt()
	for _, kind := range []math.Int{l.Deposited, l.Paid, l.Refunded, l.Slashed, l.SlashRewards, l.Burned, l.Validators, l.Unbonded} {
		if kind.IsNil() || kind.IsNegative() {
			return errorsmod.Wrap(ErrInvariant, "a sum of the ledger is missing or negative")
		}
	}
	for _, kind := range []math.Int{l.Paid, l.Refunded, l.SlashRewards, l.Burned, l.Validators, l.Unbonded} {
		left = left.Add(kind)
	}
	if sum := left.Add(l.Held()); !sum.Equal(l.Deposited) {
		return errorsmod.Wrapf(ErrInvariant, "deposited %s, but left and held are %s", l.Deposited, sum)
	}
	if l.Liened > l.Bonds {
		return errorsmod.Wrapf(ErrInvariant, "liened %d of bonds of %d", l.Liened, l.Bonds)
	}
	if sumOf(l.PendingBurn, l.PendingValidators).GT(math.NewIntFromUint64(l.Pending)) {
		return errorsmod.Wrapf(ErrInvariant, "pending %d is less than its parts %d and %d", l.Pending, l.PendingBurn, l.PendingValidators)
	}
	return nil
}

// sumOf adds without bounds.
func sumOf(amounts ...uint64) math.Int {
	sum := math.ZeroInt()
	for _, a := range amounts {
		sum = sum.Add(math.NewIntFromUint64(a))
	}
	return sum
}
