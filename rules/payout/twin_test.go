package payout_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aichain/aichain/rules/payout"
)

// slow is the rule of money once more, in numbers without bounds and without regard for speed, written from
// its description and not from the code.
type slow struct {
	get                                          map[string]*big.Int
	refund, burned, validators, slashed, liensUp *big.Int
}

func slowly(in payout.Input) slow {
	s := slow{
		get: map[string]*big.Int{}, refund: n(in.Escrow), burned: n(0), validators: n(0), slashed: n(0), liensUp: n(0),
	}
	take, fee := n(0), n(0)
	for _, seat := range in.Seats {
		if seat.Fate != payout.Right {
			continue
		}
		gross := sum(mul(n(uint64(in.InTokens)), n(seat.PriceIn)), mul(n(uint64(in.OutTokens)), n(seat.PriceOut)))
		gross.Quo(gross, n(1_000))
		if gross.Cmp(s.refund) > 0 {
			gross = sum(s.refund)
		}
		s.refund.Sub(s.refund, gross)
		t := part(gross, in.Rates.Take)
		f := part(gross, in.Rates.ModelFee)
		if sum(t, f).Cmp(gross) > 0 {
			f.Sub(gross, t)
		}
		take.Add(take, t)
		fee.Add(fee, f)
		s.credit(seat.Provider, gross.Sub(gross, sum(t, f)))
		s.liensUp.Add(s.liensUp, n(seat.Lien))
	}
	s.burned.Add(s.burned, part(take, in.Rates.TakeBurn))
	s.validators.Sub(take, s.burned)
	left := sum(fee)
	for _, split := range in.Splits {
		p := part(fee, split.ShareBps)
		left.Sub(left, p)
		s.credit(split.Recipient, p)
	}
	s.credit(in.Splits[0].Recipient, left)
	s.slash(in)
	return s
}

func (s slow) slash(in payout.Input) {
	honest := []string{}
	for _, seat := range in.Seats {
		switch seat.Fate {
		case payout.Wrong, payout.NoReveal:
			s.slashed.Add(s.slashed, n(seat.Lien))
		case payout.NoCommit, payout.NoDefence:
			s.slashed.Add(s.slashed, part(n(seat.Lien), in.Rates.SoftFault))
		}
		if in.Settled && seat.Fate == payout.Right || !in.Settled && seat.Fate == payout.Freed {
			honest = append(honest, seat.Provider)
		}
	}
	fire := sum(s.slashed)
	pot := sum(s.slashed)
	pot.Sub(pot, part(s.slashed, in.Rates.SlashBurn))
	for range honest {
		fire.Sub(fire, new(big.Int).Quo(pot, n(uint64(len(honest)))))
	}
	for _, name := range honest {
		s.credit(name, new(big.Int).Quo(pot, n(uint64(len(honest)))))
	}
	s.burned.Add(s.burned, fire)
}

func (s slow) credit(name string, amount *big.Int) {
	if amount.Sign() == 0 {
		return
	}
	if s.get[name] == nil {
		s.get[name] = n(0)
	}
	s.get[name].Add(s.get[name], amount)
}

func n(x uint64) *big.Int { return new(big.Int).SetUint64(x) }

func mul(a, b *big.Int) *big.Int { return new(big.Int).Mul(a, b) }

func sum(xs ...*big.Int) *big.Int {
	s := new(big.Int)
	for _, x := range xs {
		s.Add(s, x)
	}
	return s
}

func part(x *big.Int, bps uint32) *big.Int {
	return new(big.Int).Quo(mul(x, n(uint64(bps))), n(10_000))
}

func TestSettleEqualsSlowTwin(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		in := inputs(r)
		out, want := settle(r, in), slowly(in)
		got := map[string]*big.Int{}
		for _, tr := range out.Transfers {
			if got[tr.Recipient] == nil {
				got[tr.Recipient] = n(0)
			}
			got[tr.Recipient].Add(got[tr.Recipient], n(tr.Amount))
		}
		require.Len(r, got, len(want.get))
		for name, amount := range want.get {
			require.Equal(r, amount.String(), got[name].String(), name)
		}
		require.Equal(r, want.refund.String(), n(out.Refund).String())
		require.Equal(r, want.validators.String(), n(out.Validators).String())
		require.Equal(r, want.slashed.String(), n(out.Slashed).String())
		require.Equal(r, want.burned.String(), sum(n(out.BurnedTake), n(out.BurnedSlash)).String())
		held := n(0)
		for _, end := range out.Seats {
			held.Add(held, n(end.Hold))
		}
		require.Equal(r, want.liensUp.String(), held.String())
	})
}
