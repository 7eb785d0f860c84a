package match_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/rules/match"
)

// market is a pool of providers without liens and with slots for all.
func market(t *testing.T, bonds map[string][]uint64, order []string) *forest {
	t.Helper()
	f := &forest{}
	var weights []uint64
	for _, who := range order {
		for i, b := range bonds[who] {
			weights = append(weights, b)
			f.cands = append(f.cands, match.Candidate{Provider: fmt.Sprintf("%s-%d", who, i), FreeSlots: 1, FreeBond: b})
		}
	}
	f.nodes = grow(t, weights)
	return f
}

// sigmas is how many standard deviations hits of n are from the chance p.
func sigmas(hits, n int, p float64) float64 {
	return (float64(hits) - float64(n)*p) / math.Sqrt(float64(n)*p*(1-p))
}

// A seat falls on a provider in proportion to its free bond, whatever part of the bond is under lien.
func TestASeatFollowsTheFreeBond(t *testing.T) {
	free := []uint64{1, 10, 100, 1000, 1000, 4000, 0, 3889}
	lien := []uint64{9999, 0, 5000, 0, 3000, 1, 8000, 111}
	f, total := &forest{}, uint64(0)
	var weights []uint64
	for i := range free {
		weights = append(weights, free[i]+lien[i])
		f.cands = append(f.cands, match.Candidate{Provider: fmt.Sprint(i), FreeSlots: 1, FreeBond: free[i]})
		total += free[i]
	}
	f.nodes = grow(t, weights)
	const draws = 100_000
	hits := map[string]int{}
	for id := range uint64(draws) {
		got, err := match.Select(match.NewStream(match.Seed("c", nil, id, 0)), f, match.Need{Seats: 1, MaxDraws: 1000})
		require.NoError(t, err)
		require.Len(t, got, 1)
		hits[got[0].Provider]++
	}
	chi := 0.0
	for i := range free {
		if want := draws * float64(free[i]) / float64(total); want > 0 {
			d := float64(hits[fmt.Sprint(i)]) - want
			chi += d * d / want
		}
	}
	t.Logf("chi-square of %d draws over 7 providers: %.1f (99.99 %% of fair draws stay below 27.9)", draws, chi)
	require.Less(t, chi, 27.9)
	require.Zero(t, hits["6"], "who has no free bond is never drawn")
}

// One bond, or the same bond over 100 names: the first seat falls on the attacker just as often, and of all
// seats it never gets more than its weight. What names do buy is more than one seat on a task; all three then
// fall to it with the c³ that unanimity is reckoned with (protocol, section 4).
func TestSybilSplitOfOneBondInto100(t *testing.T) {
	const tasks, seats, c = 60_000, 3, 0.10
	honest := make([]uint64, 90)
	for i := range honest {
		honest[i] = 1_000_000
	}
	split := make([]uint64, 100)
	for i := range split {
		split[i] = 100_000
	}
	type figures struct{ first, all, captured int }
	run := func(attacker []uint64) (f figures) {
		m := market(t, map[string][]uint64{"honest": honest, "mallory": attacker}, []string{"honest", "mallory"})
		for id := range uint64(tasks) {
			got, err := match.Select(match.NewStream(match.Seed("c", nil, id, 0)), m, match.Need{Seats: seats, MaxDraws: 64})
			require.NoError(t, err)
			require.Len(t, got, seats)
			mine := 0
			for i, s := range got {
				if s.Provider[0] == 'm' {
					mine++
					if i == 0 {
						f.first++
					}
				}
			}
			f.all += mine
			if mine == seats {
				f.captured++
			}
		}
		return f
	}
	whole, many := run([]uint64{10_000_000}), run(split)
	share := func(n, of int) float64 { return 100 * float64(n) / float64(of) }
	t.Logf("10 %% of the bond under 1 name:    first seat %.2f %%, of all seats %.2f %%, all 3 seats %.3f %%",
		share(whole.first, tasks), share(whole.all, tasks*seats), share(whole.captured, tasks))
	t.Logf("10 %% of the bond under 100 names: first seat %.2f %%, of all seats %.2f %%, all 3 seats %.3f %%",
		share(many.first, tasks), share(many.all, tasks*seats), share(many.captured, tasks))
	require.Less(t, math.Abs(sigmas(whole.first, tasks, c)), 4.0)
	require.Less(t, math.Abs(sigmas(many.first, tasks, c)), 4.0)
	require.Less(t, sigmas(many.all, tasks*seats, c), 4.0, "never more seats than weight")
	require.Zero(t, whole.captured)
	require.Less(t, sigmas(many.captured, tasks, c*c*c), 4.0)
}

func TestBelowHasNoModuloBias(t *testing.T) {
	s := match.NewStream([32]byte{1})
	// With n = 3·2^62, a plain remainder would give the lowest third twice as often as the others.
	const n, draws = 3 << 62, 30_000
	low := 0
	for range draws {
		w := s.Below(n)
		require.Less(t, w, uint64(n))
		if w < n/3 {
			low++
		}
	}
	require.Less(t, math.Abs(sigmas(low, draws, 1.0/3)), 4.0)
	require.Zero(t, s.Below(0))
	require.Zero(t, s.Below(1))
}
