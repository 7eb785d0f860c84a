package ops

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// randomMix makes packed heads and weights in which the extremes are common.
func randomMix(r *rand.Rand, d, n int) (query, heads []int16, weights []int32) {
	draw := func(n int) []int16 {
		out := make([]int16, n)
		for i := range out {
			out[i] = int16(r.IntN(2*mantissaLimit+1) - mantissaLimit)
			if r.IntN(3) == 0 {
				out[i] = [2]int16{-mantissaLimit, mantissaLimit}[r.IntN(2)]
			}
		}
		return out
	}
	for range n {
		weights = append(weights, Weight(1<<22>>r.IntN(24), uint8(r.IntN(9))))
	}
	return draw(d), draw(d * n), weights
}

func checkMix(t *testing.T, name string, m Mix, d, n int, r *rand.Rand) {
	t.Helper()
	query, heads, weights := randomMix(r, d, n)
	dots, acc := make([]int64, n), make([]int64, d)
	want, wantAcc := make([]int64, n), make([]int64, d)
	for i := range acc {
		acc[i] = int64(i) << 40
		wantAcc[i] = acc[i]
	}
	for t := range n {
		for i := range d {
			want[t] += int64(query[i]) * int64(heads[t*d+i])
			wantAcc[i] += int64(weights[t]) * int64(heads[t*d+i])
		}
	}
	m.Dots(dots, query, heads)
	m.Weigh(acc, heads, weights)
	if !slices.Equal(dots, want) || !slices.Equal(acc, wantAcc) {
		t.Fatalf("%s d=%d n=%d differs from the definition", name, d, n)
	}
}

func TestEveryMixEqualsTheDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for _, d := range []int{4, 10, 16, 32, 48, 64, 80, 128, 256} {
		for n := range 20 {
			checkMix(t, "portable", PortableMix(), d, n, r)
			checkMix(t, "fast", FastMix(d), d, n, r)
		}
	}
}

func FuzzMix(f *testing.F) {
	f.Add(uint64(1), uint8(64), uint8(9))
	f.Fuzz(func(t *testing.T, seed uint64, d, n uint8) {
		r := rand.New(rand.NewPCG(seed, 3))
		checkMix(t, "portable", PortableMix(), int(d)+1, int(n), r)
		checkMix(t, "fast", FastMix(int(d)+1), int(d)+1, int(n), r)
		wide := (int(d)%16 + 1) * 16 // always a length for the assembly
		checkMix(t, "fast", FastMix(wide), wide, int(n), r)
	})
}

// One head of 128 over 1024 positions.
func BenchmarkMix(b *testing.B) {
	const d, n = 128, 1024
	query, heads, weights := randomMix(rand.New(rand.NewPCG(1, 1)), d, n)
	dots, acc := make([]int64, n), make([]int64, d)
	for name, m := range map[string]Mix{"portable": PortableMix(), "fast": FastMix(d)} {
		b.Run("dots/"+name, func(b *testing.B) {
			for b.Loop() {
				m.Dots(dots, query, heads)
			}
			b.ReportMetric(float64(b.N)*d*n/1e9/b.Elapsed().Seconds(), "GMAC/s")
		})
		b.Run("weigh/"+name, func(b *testing.B) {
			for b.Loop() {
				clear(acc)
				m.Weigh(acc, heads, weights)
			}
			b.ReportMetric(float64(b.N)*d*n/1e9/b.Elapsed().Seconds(), "GMAC/s")
		})
	}
}
