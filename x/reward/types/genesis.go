package types

import (
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"
)

// DefaultGenesis is a chain without bonds and tasks.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams(), Ledger: NewLedger()}
}

// Validate returns ErrInvalidGenesis or ErrInvalidParams if the state does not fit together: records twice,
// records that break their own invariants, liens that free themselves on no bond, or sums that are not the ledger's.
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	if err := g.Ledger.Validate(); err != nil {
		return errorsmod.Wrap(ErrInvalidGenesis, err.Error())
	}
	if err := g.validateRecords(); err != nil {
		return errorsmod.Wrap(ErrInvalidGenesis, err.Error())
	}
	if err := g.validateLiens(); err != nil {
		return errorsmod.Wrap(ErrInvalidGenesis, err.Error())
	}
	return g.validateSums()
}

func (g GenesisState) validateRecords() error {
	seen := newOnce()
	for _, b := range g.Bonds {
		if err := seen.check("bond", 0, b.Provider, b.Validate()); err != nil {
			return err
		}
	}
	for _, e := range g.Escrows {
		if err := seen.check("escrow", e.TaskId, "", e.Validate()); err != nil {
			return err
		}
	}
	for _, r := range g.LienReleases {
		if err := seen.check("lien release", r.Height, r.Provider, positive(r.Amount)); err != nil {
			return err
		}
	}
	for _, u := range g.Unbondings {
		if err := seen.check("unbonding", u.Height, u.Provider, positive(u.Amount)); err != nil {
			return err
		}
	}
	for _, p := range g.Payouts {
		if err := seen.check("payout", 0, p.Recipient, p.Validate()); err != nil {
			return err
		}
	}
	for _, p := range g.Parked {
		if err := seen.check("parked payout", 0, p.Payout.Recipient, p.Payout.Validate()); err != nil {
			return err
		}
	}
	return nil
}

// validateLiens compares each bond with its lien releases: all that frees itself is under lien on a bond, and it is not all of
// the lien if emission of challenged seats is set aside, because their liens do not free themselves.
func (g GenesisState) validateLiens() error {
	releasing := make(map[string]math.Int, len(g.Bonds))
	for _, b := range g.Bonds {
		releasing[b.Provider] = math.ZeroInt()
	}
	for _, r := range g.LienReleases {
		sum, ok := releasing[r.Provider]
		if !ok {
			return errorsmod.Wrapf(ErrInvariant, "lien release at %d: expected a bond of %s", r.Height, r.Provider)
		}
		releasing[r.Provider] = sum.Add(math.NewIntFromUint64(r.Amount))
	}
	for _, b := range g.Bonds {
		sum, liened := releasing[b.Provider], math.NewIntFromUint64(b.Liened)
		if sum.GT(liened) || sum.Equal(liened) && b.ChallengedEmission > 0 {
			return errorsmod.Wrapf(ErrInvariant, "bond of %s: liened %d, releases %s, challenged emission %d", b.Provider, b.Liened, sum, b.ChallengedEmission)
		}
	}
	return nil
}

// validateSums compares the records with the ledger.
func (g GenesisState) validateSums() error {
	bonds, liened, escrow, unbonding := math.ZeroInt(), math.ZeroInt(), math.ZeroInt(), math.ZeroInt()
	accrued := math.ZeroInt()
	for _, r := range g.LienReleases {
		accrued = accrued.Add(math.NewIntFromUint64(r.Emission))
	}
	for _, b := range g.Bonds {
		accrued = accrued.Add(sumOf(b.Emission, b.ChallengedEmission))
		bonds = bonds.Add(math.NewIntFromUint64(b.Bonded))
		liened = liened.Add(math.NewIntFromUint64(b.Liened))
	}
	for _, e := range g.Escrows {
		escrow = escrow.Add(math.NewIntFromUint64(e.Held))
	}
	for _, u := range g.Unbondings {
		unbonding = unbonding.Add(math.NewIntFromUint64(u.Amount))
	}
	pending := sumOf(g.Ledger.Pockets.PendingBurn, g.Ledger.Pockets.PendingValidators)
	for _, p := range g.Payouts {
		pending = pending.Add(math.NewIntFromUint64(p.Amount))
	}
	for _, p := range g.Parked {
		pending = pending.Add(math.NewIntFromUint64(p.Payout.Amount))
	}
	for _, s := range []struct {
		name string
		sum  math.Int
		want uint64
	}{
		{"bonds", bonds, g.Ledger.Pockets.Bonds},
		{"liened", liened, g.Ledger.Pockets.Liened},
		{"escrow", escrow, g.Ledger.Pockets.Escrow},
		{"unbonding", unbonding, g.Ledger.Pockets.Unbonding},
		{"pending", pending, g.Ledger.Pockets.Pending},
		{"emission", accrued, g.Ledger.Pockets.Emission},
	} {
		if !s.sum.Equal(math.NewIntFromUint64(s.want)) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "%s: ledger says %d, records sum to %s", s.name, s.want, s.sum)
		}
	}
	return nil
}

func positive(amount uint64) error {
	if amount == 0 {
		return errorsmod.Wrap(ErrInvariant, "amount of 0")
	}
	return nil
}

// once finds records that are there twice.
type once map[onceKey]struct{}

type onceKey struct {
	kind   string
	number uint64
	name   string
}

func newOnce() once { return once{} }

// check passes on the record's own fault, else reports a second record of the same key.
func (o once) check(kind string, number uint64, name string, own error) error {
	if own != nil {
		return own
	}
	k := onceKey{kind, number, name}
	if _, twice := o[k]; twice {
		return errorsmod.Wrapf(ErrInvariant, "%s %d %s is there twice", kind, number, name)
	}
	o[k] = struct{}{}
	return nil
}
