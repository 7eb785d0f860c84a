package payout_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aichain/aichain/rules/payout"
)

// inputs draws valid inputs whose slashes fit in 64 bits.
func inputs(r *rapid.T) payout.Input {
	bps := rapid.OneOf(rapid.Uint32Range(0, 10_000), rapid.SampledFrom([]uint32{0, 1, 500, 5_000, 9_999, 10_000}))
	in := payout.Input{
		Escrow:    rapid.OneOf(rapid.Uint64Range(0, 5_000), rapid.Uint64()).Draw(r, "escrow"),
		Settled:   rapid.Bool().Draw(r, "settled"),
		InTokens:  rapid.Uint32Range(0, 5_000).Draw(r, "in"),
		OutTokens: rapid.Uint32Range(0, 5_000).Draw(r, "out"),
		Rates: payout.Rates{
			Take: bps.Draw(r, "take"), TakeBurn: bps.Draw(r, "take burn"), SlashBurn: bps.Draw(r, "slash burn"),
			SoftFault: bps.Draw(r, "soft"), ModelFee: bps.Draw(r, "fee"),
		},
	}
	in.Splits = splits(r)
	fates := []payout.Fate{payout.NoCommit, payout.NoReveal, payout.Freed, payout.Wrong, payout.NoDefence}
	if in.Settled {
		fates = append(fates, payout.Right, payout.Right)
		in.Seats = append(in.Seats, seat(r, "first", []payout.Fate{payout.Right}))
	}
	for i := range rapid.IntRange(0, 12).Draw(r, "seats") {
		in.Seats = append(in.Seats, seat(r, string(rune('a'+i)), fates))
	}
	return in
}

func seat(r *rapid.T, name string, fates []payout.Fate) payout.Seat {
	price := rapid.OneOf(rapid.Uint64Range(0, 3_000), rapid.Uint64())
	return payout.Seat{
		Provider: name,
		Fate:     rapid.SampledFrom(fates).Draw(r, "fate"),
		Lien:     rapid.OneOf(rapid.Uint64Range(0, 1_000), rapid.Uint64Range(0, 1<<59)).Draw(r, "lien"),
		PriceIn:  price.Draw(r, "price in"), PriceOut: price.Draw(r, "price out"),
	}
}

func splits(r *rapid.T) []payout.Split {
	left := uint32(10_000)
	var out []payout.Split
	for i := range rapid.IntRange(0, 4).Draw(r, "splits") {
		share := rapid.Uint32Range(0, left).Draw(r, "share")
		left -= share
		out = append(out, payout.Split{Recipient: string(rune('p' + i)), ShareBps: share})
	}
	return append(out, payout.Split{Recipient: "last", ShareBps: left})
}

func settle(t require.TestingT, in payout.Input) payout.Outcome {
	out, err := payout.Settle(in)
	require.NoError(t, err)
	return out
}

// TestSettleConserves: the escrow and the slashes are divided to the last uaic. Sums are taken without bounds,
// so a hidden overflow or a negative amount would show.
func TestSettleConserves(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		in := inputs(r)
		out := settle(r, in)
		requireSum(r, in.Escrow, out.PaidSeats, out.PaidModel, out.Validators, out.BurnedTake, out.Refund)
		requireSum(r, out.Slashed, out.Rewarded, out.BurnedSlash)
		byWhy := map[payout.Why][]uint64{}
		for _, tr := range out.Transfers {
			require.NotZero(r, tr.Amount)
			byWhy[tr.Why] = append(byWhy[tr.Why], tr.Amount)
		}
		requireSum(r, out.PaidSeats, byWhy[payout.WhySeat]...)
		requireSum(r, out.PaidModel, byWhy[payout.WhyModelFee]...)
		requireSum(r, out.Rewarded, byWhy[payout.WhySlashReward]...)
		require.Len(r, out.Seats, len(in.Seats))
		for i, end := range out.Seats {
			requireSum(r, in.Seats[i].Lien, end.Slash, end.Hold, end.Free)
		}
		if !in.Settled {
			require.Equal(r, in.Escrow, out.Refund)
		}
	})
}

func requireSum(t require.TestingT, want uint64, parts ...uint64) {
	sum := new(big.Int)
	for _, p := range parts {
		sum.Add(sum, new(big.Int).SetUint64(p))
	}
	require.Equal(t, new(big.Int).SetUint64(want).String(), sum.String())
}

// earned sums what name gets, less what its seats lose.
func earned(in payout.Input, out payout.Outcome, why ...payout.Why) map[string]*big.Int {
	sum := map[string]*big.Int{}
	at := func(name string) *big.Int {
		if sum[name] == nil {
			sum[name] = new(big.Int)
		}
		return sum[name]
	}
	for _, tr := range out.Transfers {
		for _, w := range why {
			if tr.Why == w {
				at(tr.Recipient).Add(at(tr.Recipient), new(big.Int).SetUint64(tr.Amount))
			}
		}
	}
	for i, end := range out.Seats {
		at(in.Seats[i].Provider).Sub(at(in.Seats[i].Provider), new(big.Int).SetUint64(end.Slash))
	}
	return sum
}

// TestSeatOrderDoesNotMatter: while the escrow lasts, no seat gains by its place. Rounding never depends on
// the order either, for remainders belong to the model's first recipient, the validators and the fire.
func TestSeatOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		in := inputs(r)
		in.Escrow = ^uint64(0)
		for i := range in.Seats {
			in.Seats[i].PriceIn %= 1 << 40
			in.Seats[i].PriceOut %= 1 << 40
		}
		turned := in
		turned.Seats = rapid.Permutation(in.Seats).Draw(r, "order")
		a, b := settle(r, in), settle(r, turned)
		require.Equal(r, earned(in, a, payout.WhySeat, payout.WhySlashReward),
			earned(turned, b, payout.WhySeat, payout.WhySlashReward))
		require.Equal(r, a.Refund, b.Refund)
		require.Equal(r, a.BurnedTake, b.BurnedTake)
		require.Equal(r, a.BurnedSlash, b.BurnedSlash)
	})
}

// TestHonestSeatsNeverLose: whatever the rates, the escrow, the fates of the others and the order of the seats, a
// right or a freed seat keeps all of its bond, so that what it nets is what it is paid, and that is never negative.
func TestHonestSeatsNeverLose(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		in := inputs(r)
		out := settle(r, in)
		net := earned(in, out, payout.WhySeat, payout.WhySlashReward)
		for i, s := range in.Seats { // each has a name of its own
			if s.Fate == payout.Right || s.Fate == payout.Freed {
				require.Zero(r, out.Seats[i].Slash)
				require.GreaterOrEqual(r, net[s.Provider].Sign(), 0)
			} else {
				require.LessOrEqual(r, net[s.Provider].Sign(), 0, "only honest seats are paid")
			}
			require.Equal(r, s.Fate == payout.Right && s.Lien > 0, out.Seats[i].Hold > 0, "only a right seat can be challenged")
		}
	})
}

// TestWithholdingNeverBeatsLying: whatever the rates, a seat that committed and hid its result loses at least
// what it would lose by revealing a wrong one, and both lose at least what silence costs, at the commit or later.
func TestWithholdingNeverBeatsLying(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		in := inputs(r)
		in.Settled = true
		in.Seats = append(in.Seats, seat(r, "right", []payout.Fate{payout.Right}), seat(r, "bad", []payout.Fate{payout.Wrong}))
		bad := len(in.Seats) - 1
		lose := func(f payout.Fate) uint64 {
			in.Seats[bad].Fate = f
			return settle(r, in).Seats[bad].Slash
		}
		require.GreaterOrEqual(r, lose(payout.NoReveal), lose(payout.Wrong))
		require.GreaterOrEqual(r, lose(payout.Wrong), lose(payout.NoCommit))
		require.Equal(r, lose(payout.NoDefence), lose(payout.NoCommit))
		require.GreaterOrEqual(r, lose(payout.NoDefence), lose(payout.Right))
	})
}

// TestBeingProvenWrongCostsTheSameWithoutAResult: a liar gains nothing by making the task end in a refund.
func TestBeingProvenWrongCostsTheSameWithoutAResult(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		in := inputs(r)
		in.Seats = []payout.Seat{seat(r, "liar", []payout.Fate{payout.Wrong}), seat(r, "other", []payout.Fate{payout.Right})}
		in.Settled = true
		settled := settle(r, in)
		in.Settled, in.Seats[1].Fate = false, payout.Freed
		refunded := settle(r, in)
		require.Equal(r, in.Seats[0].Lien, refunded.Seats[0].Slash)
		require.Equal(r, settled.Seats[0], refunded.Seats[0])
		require.Equal(r, settled.Rewarded, refunded.Rewarded)
	})
}

// TestSlashingOneselfNeverGains: a group of seats that splits its stake over several names, some honest and
// some not, never gets more back in rewards than it lost, and the names do not matter.
func TestSlashingOneselfNeverGains(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		in := inputs(r)
		out := settle(r, in)
		all := new(big.Int)
		for _, v := range earned(in, out, payout.WhySlashReward) {
			all.Add(all, v)
		}
		require.LessOrEqual(r, all.Sign(), 0)

		one := in
		one.Seats = append([]payout.Seat(nil), in.Seats...)
		for i := range one.Seats {
			one.Seats[i].Provider = "one"
		}
		whole := earned(one, settle(r, one), payout.WhySlashReward)["one"]
		if whole == nil {
			whole = new(big.Int)
		}
		require.Equal(r, all.String(), whole.String())
	})
}

// TestHalvingALienNeverLosesLess: a liar that puts half of the stake under each of two seats loses, with both
// seats wrong, what the one seat would have lost.
func TestHalvingALienNeverLosesLess(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		in := inputs(r)
		if len(in.Seats) < 2 {
			return
		}
		last := len(in.Seats) - 1
		in.Seats[last].Fate = payout.NoReveal
		whole := settle(r, in).Seats[last].Slash
		half := in.Seats[last]
		half.Lien /= 2
		in.Seats[last].Lien -= half.Lien
		in.Seats = append(in.Seats, half)
		out := settle(r, in)
		require.Equal(r, whole, out.Seats[last].Slash+out.Seats[last+1].Slash)
	})
}

func BenchmarkSettle(b *testing.B) {
	in := payout.Input{
		Escrow: 1_000_000, Settled: true, InTokens: 100, OutTokens: 50,
		Rates:  payout.Rates{Take: 500, TakeBurn: 5_000, SlashBurn: 5_000, SoftFault: 1_000, ModelFee: 500},
		Splits: []payout.Split{{Recipient: "maker", ShareBps: 10_000}},
	}
	for _, name := range []string{"a", "b", "c"} {
		in.Seats = append(in.Seats, payout.Seat{Provider: name, Fate: payout.Right, Lien: 500, PriceIn: 1_000, PriceOut: 4_000})
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := payout.Settle(in); err != nil {
			b.Fatal(err)
		}
	}
}
