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
		BurnedTake: zero, Emitted: zero, Forfeited: zero,
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

// Accrue counts emission that seats of a task have earned and may claim later.
func (p *Pockets) Accrue(amount uint64) (err error) {
	p.Emission, err = Add(p.Emission, amount)
	return err
}

// Emit counts accrued emission that is minted now. It fails without effect if less has accrued (ErrLedger), or if more
// would have been minted than takes have burned (ErrEmissionAhead).
func (l *Ledger) Emit(amount uint64) error {
	rest, err := Sub(l.Pockets.Emission, amount)
	if err != nil {
		return err
	}
	emitted := l.Totals.Emitted.Add(math.NewIntFromUint64(amount))
	if emitted.GT(l.Totals.BurnedTake) {
		return errorsmod.Wrapf(ErrEmissionAhead, "expected at most %s in all, got %s", l.Totals.BurnedTake, emitted)
	}
	l.Pockets.Emission, l.Totals.Emitted = rest, emitted
	return nil
}

// Burn counts all that was to be burned as burned, and which of it were takes.
func (l *Ledger) Burn() error {
	amount, take := l.Pockets.PendingBurn, l.Pockets.PendingTake
	if err := l.Leave(&l.Totals.Burned, amount); err != nil {
		return err
	}
	l.Pockets.PendingBurn, l.Pockets.PendingTake = 0, 0
	l.Totals.BurnedTake = l.Totals.BurnedTake.Add(math.NewIntFromUint64(take))
	return nil
}

// HasEmission says whether the totals were stored since there is emission: before, none of its three was written.
func (t Totals) HasEmission() bool { return !t.BurnedTake.IsNil() }

// Fill sets the totals that a ledger from before emission does not have to 0.
func (t *Totals) Fill() {
	for _, total := range []*math.Int{&t.BurnedTake, &t.Emitted, &t.Forfeited} {
		if total.IsNil() {
			*total = math.ZeroInt()
		}
	}
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
	return l.validateEmission()
}

// validateEmission returns ErrInvariant if more emission was minted, has accrued or was forfeited than takes were burned:
// what is forfeited had accrued, and gives nobody else the room to earn it.
func (l Ledger) validateEmission() error {
	t, p := l.Totals, l.Pockets
	t.Fill()
	if t.BurnedTake.IsNegative() || t.Emitted.IsNegative() || t.Forfeited.IsNegative() {
		return errorsmod.Wrap(ErrInvariant, "a total of emission is negative")
	}
	if t.BurnedTake.GT(t.Burned) || p.PendingTake > p.PendingBurn {
		return errorsmod.Wrapf(ErrInvariant, "takes of %s and %d burned, but of all only %s and %d", t.BurnedTake, p.PendingTake, t.Burned, p.PendingBurn)
	}
	least := t.Emitted.Add(t.Forfeited).Add(math.NewIntFromUint64(p.Emission))
	most := t.BurnedTake.Add(math.NewIntFromUint64(p.PendingTake))
	if least.GT(most) {
		return errorsmod.Wrapf(ErrInvariant, "emission of %s, takes burned of %s", least, most)
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
