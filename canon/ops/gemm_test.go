package ops

import (
	"math/rand/v2"
	"testing"
)

// randomInt8 fills a slice from a seeded source; extremes are as likely as the rest.
func randomInt8(r *rand.Rand, n int) []int8 {
	out := make([]int8, n)
	for i := range out {
		out[i] = int8(r.IntN(256) - 128)
		if r.IntN(4) == 0 {
			out[i] = [2]int8{-128, 127}[r.IntN(2)]
		}
	}
	return out
}

// plainDot is the definition, in 64 bits and in the order of the text.
func plainDot(a, b []int8) (s int64) {
	for i := range a {
		s += int64(a[i]) * int64(b[i])
	}
	return s
}

// checkGemm compares one implementation with the definition.
func checkGemm(t *testing.T, name string, g Gemm, w, q []int8, k int) {
	t.Helper()
	rows, m := len(w)/k, len(q)/k
	sums := make([]int32, m)
	for i := range sums {
		for _, v := range q[i*k : (i+1)*k] {
			sums[i] += int32(v)
		}
	}
	dst := make([]int32, rows*m)
	g.Rows(dst, w, q, sums, k)
	for i := range m {
		for r := range rows {
			if want := plainDot(w[r*k:(r+1)*k], q[i*k:(i+1)*k]); int64(dst[i*rows+r]) != want {
				t.Fatalf("%s k=%d row %d activation %d: got %d, want %d", name, k, r, i, dst[i*rows+r], want)
			}
		}
	}
}

func TestEveryGemmEqualsTheDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, k := range []int{1, 3, 16, 17, 48, 64, 128, 192, 384, 4096, 20480} {
		for m := 1; m <= 9; m += 2 {
			w, q := randomInt8(r, 5*k), randomInt8(r, m*k)
			checkGemm(t, "portable", PortableGemm(), w, q, k)
			for _, g := range gemmsFor(k) {
				checkGemm(t, g.name, g.gemm, w, q, k)
			}
		}
	}
}

// The bound of the profile: the longest row of the largest magnitudes fits an int32.
func TestGemmAtTheOverflowBound(t *testing.T) {
	const k = 32768
	w, q := make([]int8, k), make([]int8, 4*k)
	for i := range w {
		w[i] = 127
	}
	for i := range q {
		q[i] = -128
	}
	checkGemm(t, "portable", PortableGemm(), w, q, k)
	for _, g := range gemmsFor(k) {
		checkGemm(t, g.name, g.gemm, w, q, k)
	}
}

func FuzzGemm(f *testing.F) {
	f.Add(uint64(1), uint16(64), uint8(4))
	f.Add(uint64(7), uint16(33), uint8(1))
	f.Fuzz(func(t *testing.T, seed uint64, length uint16, activations uint8) {
		r := rand.New(rand.NewPCG(seed, 9))
		k, m := int(length)%1024+1, int(activations)%10+1
		w, q := randomInt8(r, 3*k), randomInt8(r, m*k)
		checkGemm(t, "portable", PortableGemm(), w, q, k)
		for _, g := range gemmsFor(k) {
			checkGemm(t, g.name, g.gemm, w, q, k)
		}
	})
}

type namedGemm struct {
	name string
	gemm Gemm
}

func BenchmarkDot8(b *testing.B) {
	const k = 4096
	r := rand.New(rand.NewPCG(3, 4))
	w, q, dst := randomInt8(r, k), randomInt8(r, k), make([]int32, 1)
	for _, g := range append(gemmsFor(k), namedGemm{"portable", PortableGemm()}) {
		b.Run(g.name, func(b *testing.B) {
			for b.Loop() {
				g.gemm.rows(dst, w, q, 0)
			}
			b.ReportMetric(float64(b.N)*k/1e9/b.Elapsed().Seconds(), "GMAC/s")
		})
	}
}
