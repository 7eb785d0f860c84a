package types

import (
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"
)

// NewLedger returns the ledger of a module that never had money.
func NewLedger() Ledger {
	zero := math.ZeroInt()
	return Ledger{Totals: Totals{
		Deposited: zero, Paid: zero, Refunded: zero, SlashRewards: zero,
		Burned: zero, Validators: zero, Unbonded: zero, Slashed: zero,
	}}
}

// Enter counts amount that came into the module account, into a pocket of l: &l.Pockets.Escrow or
// &l.Pockets.Bonds.
func (l *Ledger) Enter(pocket *uint64, amount uint64) error {
	sum, err := Add(*pocket, amount)
	if err != nil {
		return err
	}
	*pocket = sum
	l.Totals.Deposited = l.Totals.Deposited.Add(math.NewIntFromUint64(amount))
	return nil
}

// Leave counts amount that left the module account out of pending, as a kind of l.Totals: &l.Totals.Paid,
// Refunded, SlashRewards, Burned, Validators or Unbonded. It fails without effect if less is pending.
func (l *Ledger) Leave(kind *math.Int, amount uint64) error {
	if amount == 0 {
		return nil
	}
	rest, err := Sub(l.Pockets.Pending, amount)
	if err != nil {
		return err
	}
	l.Pockets.Pending = rest
	*kind = kind.Add(math.NewIntFromUint64(amount))
	return nil
}

// Send counts a payout, or a sum of payouts, as left, each part as its kind.
func (l *Ledger) Send(p Payout) error {
	for _, part := range []struct {
		kind   *math.Int
		amount uint64
	}{
		{&l.Totals.Paid, p.Paid},
		{&l.Totals.Refunded, p.Refunded},
		{&l.Totals.SlashRewards, p.SlashRewards},
		{&l.Totals.Unbonded, p.Unbonded},
	} {
		if err := l.Leave(part.kind, part.amount); err != nil {
			return err
		}
	}
	return nil
}

// Move moves amount between two pockets. It fails without effect if there is less in the first.
func (p *Pockets) Move(from, to *uint64, amount uint64) error {
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

// Held is what the module account must hold.
func (p Pockets) Held() math.Int { return sumOf(p.Escrow, p.Bonds, p.Unbonding, p.Pending) }

// Validate returns ErrInvariant if the ledger contradicts itself.
func (l Ledger) Validate() error {
	t, p := l.Totals, l.Pockets
	for _, total := range []math.Int{t.Deposited, t.Paid, t.Refunded, t.SlashRewards, t.Burned, t.Validators, t.Unbonded, t.Slashed} {
		if total.IsNil() || total.IsNegative() {
			return errorsmod.Wrap(ErrInvariant, "a total of the ledger is missing or negative")
		}
	}
	sum := p.Held()
	for _, left := range []math.Int{t.Paid, t.Refunded, t.SlashRewards, t.Burned, t.Validators, t.Unbonded} {
		sum = sum.Add(left)
	}
	if !sum.Equal(t.Deposited) {
		return errorsmod.Wrapf(ErrInvariant, "deposited %s, but left and held are %s", t.Deposited, sum)
	}
	if p.Liened > p.Bonds {
		return errorsmod.Wrapf(ErrInvariant, "liened %d of bonds of %d", p.Liened, p.Bonds)
	}
	if sumOf(p.PendingBurn, p.PendingValidators).GT(math.NewIntFromUint64(p.Pending)) {
		return errorsmod.Wrapf(ErrInvariant, "pending %d is less than its parts %d and %d", p.Pending, p.PendingBurn, p.PendingValidators)
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
