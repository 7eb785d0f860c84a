package payout_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aichain/aichain/rules/payout"
)

func TestPricesEqualBigInt(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		in, out := rapid.Uint32().Draw(r, "in"), rapid.Uint32().Draw(r, "out")
		pi, po := rapid.Uint64().Draw(r, "pi"), rapid.Uint64().Draw(r, "po")
		sum := new(big.Int).Add(
			new(big.Int).Mul(big.NewInt(int64(in)), new(big.Int).SetUint64(pi)),
			new(big.Int).Mul(big.NewInt(int64(out)), new(big.Int).SetUint64(po)))
		floor, rem := new(big.Int).QuoRem(sum, big.NewInt(1000), new(big.Int))
		ceil := new(big.Int).Set(floor)
		if rem.Sign() > 0 {
			ceil.Add(ceil, big.NewInt(1))
		}
		check(r, floor, func() (uint64, error) { return payout.Gross(in, out, pi, po) })
		check(r, ceil, func() (uint64, error) { return payout.WorstPrice(in, out, pi, po) })
	})
}

func check(t require.TestingT, want *big.Int, f func() (uint64, error)) {
	got, err := f()
	if !want.IsUint64() {
		require.ErrorIs(t, err, payout.ErrOverflow)
		return
	}
	require.NoError(t, err)
	require.Equal(t, want.Uint64(), got)
}

func TestShareEqualsBigInt(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a, bps := rapid.Uint64().Draw(r, "amount"), rapid.Uint32Range(0, 10_000).Draw(r, "bps")
		want := new(big.Int).Mul(new(big.Int).SetUint64(a), big.NewInt(int64(bps)))
		want.Quo(want, big.NewInt(10_000))
		require.Equal(r, want.Uint64(), payout.Share(a, bps))
	})
}

func TestPricesByHand(t *testing.T) {
	// 7 tokens in at 100 and 3 out at 500 per 1 000 cost 2.2 uaic: the buyer reserves 3, the seller earns 2.
	worst, err := payout.WorstPrice(7, 3, 100, 500)
	require.NoError(t, err)
	require.EqualValues(t, 3, worst)
	gross, err := payout.Gross(7, 3, 100, 500)
	require.NoError(t, err)
	require.EqualValues(t, 2, gross)
}
