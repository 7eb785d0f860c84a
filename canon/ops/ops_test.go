package ops

import (
	"cmp"
	"encoding/hex"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// The tests of this file compare each operator with its definition in docs/canon.md,
// computed with numbers of any size.

func n(v int64) *big.Int  { return big.NewInt(v) }
func u(v uint64) *big.Int { return new(big.Int).SetUint64(v) }

// product multiplies; shift is floor(v/2^s + 1/2).
func product(v ...*big.Int) *big.Int {
	out := n(1)
	for _, x := range v {
		out.Mul(out, x)
	}
	return out
}

func shift(v *big.Int, s uint) *big.Int {
	half := new(big.Int).Lsh(n(1), s-1)
	return new(big.Int).Rsh(half.Add(half, v), s) // Rsh of a big.Int rounds down
}

func clamp32(v *big.Int) int32 {
	if v.Cmp(n(math.MaxInt32)) > 0 {
		return math.MaxInt32
	}
	if v.Cmp(n(math.MinInt32)) < 0 {
		return math.MinInt32
	}
	return int32(v.Int64())
}

// corner draws an int32 with the extremes and small values over-represented.
func corner(r *rand.Rand) int32 {
	switch r.IntN(6) {
	case 0:
		return math.MinInt32
	case 1:
		return math.MaxInt32
	case 2:
		return int32(r.IntN(7) - 3)
	}
	return int32(r.Uint32()) >> r.IntN(31)
}

func source() *rand.Rand { return rand.New(rand.NewPCG(11, 13)) }

const draws = 20_000

// drawVector is the recorded draw of seed 010203 and zeros at position 42.
const drawVector = 0x5074ea7e49d040ea

func TestRoundTakesTiesUp(t *testing.T) {
	for _, c := range []struct {
		v    int64
		n    uint
		want int64
	}{{1, 1, 1}, {-1, 1, 0}, {3, 1, 2}, {-3, 1, -1}, {5, 2, 1}, {6, 2, 2}, {-6, 2, -1}, {-7, 2, -2}, {1 << 62, 62, 1}, {-1 << 62, 62, -1}} {
		if got := Round(c.v, c.n); got != c.want {
			t.Errorf("Round(%d, %d) = %d, want %d", c.v, c.n, got, c.want)
		}
	}
	r := source()
	for range draws {
		v, s := int64(r.Uint64())>>(1+r.IntN(40)), uint(1+r.IntN(62))
		if got, want := Round(v, s), shift(n(v), s); want.Cmp(n(got)) != 0 {
			t.Fatalf("Round(%d, %d) = %d, want %v", v, s, got, want)
		}
	}
}

func TestScaleIsTheExactProduct(t *testing.T) {
	r := source()
	for range draws {
		acc, row := int64(r.Uint64())>>(24+r.IntN(38)), r.Uint32()>>r.IntN(31)
		act := NewQuant(max(abs32(corner(r)), 1), uint8(8*(1+r.IntN(2)))).Scale
		if got, want := Scale(acc, row, act), clamp32(shift(product(n(acc), u(uint64(row)), u(act)), 54)); got != want {
			t.Fatalf("Scale(%d, %d, %d) = %d, want %d", acc, row, act, got, want)
		}
	}
}

func TestQuantStaysWithinItsLimit(t *testing.T) {
	r := source()
	for range draws {
		x := []int32{corner(r), corner(r), corner(r)}
		top := AbsMax(x)
		for width, limit := range map[uint8]int64{8: 127, 16: 32639} {
			q := NewQuant(top, width)
			if want := product(u(uint64(top)), n(1<<24)); u(q.Scale).Cmp(want.Quo(want, n(limit))) != 0 {
				t.Fatalf("scale of %v", x)
			}
			inverse := product(n(limit), n(1<<32))
			inverse.Quo(inverse, u(uint64(top)))
			for _, v := range x {
				got, want := q.Element(v), shift(product(n(int64(v)), inverse), 32).Int64()
				if int64(got) != want || want > limit || want < -limit {
					t.Fatalf("element %d of %v at width %d = %d, want %d", v, x, width, got, want)
				}
			}
		}
	}
}

func TestSplitIsExactForEveryValue(t *testing.T) {
	for v := -Limit16; v <= Limit16; v++ {
		if hi, lo := Split(int16(v)); Wide16(int32(hi), int32(lo)) != int64(v) {
			t.Fatalf("%d splits into %d and %d", v, hi, lo)
		}
	}
}

func TestRowsOfHalvesAreTheirElements(t *testing.T) {
	r := source()
	x := make([]int32, 100)
	for i := range x {
		x[i] = corner(r)
	}
	q8, q16 := NewQuant(AbsMax(x), 8), NewQuant(AbsMax(x), 16)
	a, hi, lo := make([]int8, 100), make([]int8, 100), make([]int8, 100)
	sum := q8.Row8(a, x)
	sumHi, sumLo := q16.Row16(hi, lo, x)
	for i, v := range x {
		sum, sumHi, sumLo = sum-int32(a[i]), sumHi-int32(hi[i]), sumLo-int32(lo[i])
		if int16(a[i]) != q8.Element(v) || Wide16(int32(hi[i]), int32(lo[i])) != int64(q16.Element(v)) {
			t.Fatalf("element %d", i)
		}
	}
	if sum != 0 || sumHi != 0 || sumLo != 0 {
		t.Fatalf("sums are off by %d %d %d", sum, sumHi, sumLo)
	}
}

func TestNormFactorIsTheDefinition(t *testing.T) {
	r := source()
	for range draws / 10 {
		x, eps := make([]int32, 1+r.IntN(40)), 1+r.Uint32()>>r.IntN(32)
		sum := n(0)
		for i := range x {
			x[i] = corner(r)
			sum.Add(sum, product(n(int64(x[i])), n(int64(x[i]))))
		}
		v := sum.Quo(sum, n(int64(len(x))))
		v.Add(v, n(int64(eps)))
		even := uint(64-v.BitLen()) &^ 1
		root := new(big.Int).Sqrt(new(big.Int).Lsh(v, even))
		want := NormFactor{uint32(new(big.Int).Quo(n(1<<62), root).Uint64()), uint8(46 - even/2)}
		gain, dst := make([]int32, len(x)), make([]int32, len(x))
		for i := range gain {
			gain[i] = corner(r)
		}
		if got := NormRow(dst, x, gain, eps); got != want {
			t.Fatalf("factor of %v eps %d: %v, want %v", x, eps, got, want)
		}
		for i, v := range x {
			y := clamp32(shift(product(n(int64(v)), n(int64(want.Mantissa))), uint(want.Shift)))
			if want := clamp32(shift(product(n(int64(y)), n(int64(gain[i]))), 16)); dst[i] != want {
				t.Fatalf("element %d = %d, want %d", i, dst[i], want)
			}
		}
	}
}

func TestSumSquaresOfBlocksAddUp(t *testing.T) {
	x := slices.Repeat([]int32{math.MinInt32, 5, -7}, 1000)
	if whole := SumSquares(x); SumSquares(x[:1234]).Add(SumSquares(x[1234:])) != whole {
		t.Fatalf("blocks differ from %v", whole)
	}
}

func TestExp2NegIsCloseAndNeverRises(t *testing.T) {
	last := uint32(1 << 30)
	for d := range uint32(33 << 16) {
		got := Exp2Neg(d)
		want := math.Exp2(30 - float64(d)/65536)
		if math.Abs(float64(got)-want) > 1.5 {
			t.Fatalf("Exp2Neg(%d) = %d, want about %f", d, got, want)
		}
		if got > last {
			t.Fatalf("Exp2Neg rises at %d", d)
		}
		last = got
	}
	if Exp2Neg(0) != 1<<30 || Exp2Neg(math.MaxUint32) != 0 {
		t.Fatal("ends")
	}
}

func TestTablesAreTheCommittedOnes(t *testing.T) {
	const want = "bfcade2ded108a7e2f58b31bdccb50ca025a0258e8f9d00a350d591fbc80f76a"
	if got := TablesHash(); hex.EncodeToString(got[:]) != want {
		t.Fatalf("tables hash %x, docs/canon.md says %s", got, want)
	}
}

func TestRopePairIsExactAtTheExtremes(t *testing.T) {
	r := source()
	for range draws {
		a, b, c, s := corner(r), corner(r), RopeEntry(corner(r)), RopeEntry(corner(r))
		x, y := RopePair(a, b, c, s)
		A, B, C, S := n(int64(a)), n(int64(b)), n(int64(c)), n(int64(s))
		wantX := clamp32(shift(new(big.Int).Sub(product(A, C), product(B, S)), 30))
		wantY := clamp32(shift(new(big.Int).Add(product(A, S), product(B, C)), 30))
		if x != wantX || y != wantY {
			t.Fatalf("RopePair(%d, %d, %d, %d) = %d, %d, want %d, %d", a, b, c, s, x, y, wantX, wantY)
		}
	}
}

func TestRopePairings(t *testing.T) {
	table := []int32{ropeOne, 0, 0, ropeOne} // pair 0 stays, pair 1 turns by a quarter
	a, b := []int32{1, 2, 3, 4}, []int32{1, 2, 3, 4}
	RopeHead(a, table, true)
	RopeHead(b, table, false)
	if !slices.Equal(a, []int32{1, 2, -4, 3}) || !slices.Equal(b, []int32{1, -4, 3, 2}) {
		t.Fatalf("interleaved %v, halves %v", a, b)
	}
}

func TestPackKeepsFourteenBits(t *testing.T) {
	r := source()
	for range draws / 10 {
		x, dst := []int32{corner(r), corner(r)}, make([]int16, 2)
		for _, p := range []struct {
			pack  func([]int16, []int32) uint8
			limit int64
			top   uint8
		}{{PackKey, math.MaxInt32, 16}, {PackValue, ValueLimit, 8}} {
			exp := p.pack(dst, x)
			if exp > p.top {
				t.Fatalf("exponent %d of %v", exp, x)
			}
			for i, v := range x {
				want := min(max(int64(v), -p.limit), p.limit)
				if d := want - int64(dst[i])<<exp; d > 1<<exp || d < -1<<exp || dst[i] == math.MinInt16 {
					t.Fatalf("%d packs into %d * 2^%d", v, dst[i], exp)
				}
			}
		}
	}
}

func TestScoreAndOutputAreExactAtTheExtremes(t *testing.T) {
	r := source()
	for range draws {
		dot := int64(r.Uint64()) >> (26 + r.IntN(30)) // below 2^37 and its largest, 256 * 32767^2
		if r.IntN(10) == 0 {
			dot = 256 * 32767 * 32767
		}
		scale, q, k := 1+r.Uint32N(1<<24), uint8(r.IntN(17)), uint8(r.IntN(17))
		if got, want := Score(dot, scale, q, k), clamp32(shift(product(n(dot), n(int64(scale))), 40-uint(q)-uint(k))); got != want {
			t.Fatalf("Score(%d, %d, %d, %d) = %d, want %d", dot, scale, q, k, got, want)
		}
		acc, total := int64(r.Uint64())>>(2+r.IntN(30)), int64(1<<22)+r.Int64N(1<<39)
		want := new(big.Int).Div(n(acc+total/2), n(total)) // Euclid's, which rounds down for total > 0
		if got := AttentionOutput(acc, total); got != clamp32(want) {
			t.Fatalf("AttentionOutput(%d, %d) = %d, want %v", acc, total, got, want)
		}
	}
}

// The bound that keeps attention in 64 bits: the longest context of the largest
// values with the largest weights.
func TestAttentionAccumulatorAtItsBound(t *testing.T) {
	perPosition := int64(1<<22) << 8 * mantissaLimit
	if total := perPosition * (1 << 17); total > 1<<62 || total/(1<<17) != perPosition {
		t.Fatalf("%d positions of %d leave 62 bits", 1<<17, perPosition)
	}
	acc := make([]int64, 1)
	PortableMix().Weigh(acc, []int16{mantissaLimit}, []int32{Weight(1<<22, 8)})
	if acc[0] != perPosition {
		t.Fatal(acc)
	}
}

func TestAttentionWeight(t *testing.T) {
	for _, c := range []struct {
		score, best int32
		want        uint32
	}{{7, 7, 1 << 22}, {0, 1 << 16, 1 << 21}, {0, 22 << 16, 1}, {0, 23 << 16, 1}, {0, 24 << 16, 0}, {math.MinInt32, math.MaxInt32, 0}} {
		if got := AttentionWeight(c.score, c.best); got != c.want {
			t.Errorf("weight of %d under %d = %d, want %d", c.score, c.best, got, c.want)
		}
	}
}

func TestSiLUIsCloseToTheFunction(t *testing.T) {
	for g := int32(-30 << 16); g < 30<<16; g += 977 {
		x := float64(g) / 65536
		want := x / (1 + math.Exp(-x)) * 65536
		if got := GatedSiLU(g, 1<<16); math.Abs(float64(got)-want) > 1+math.Abs(want)*1e-4 {
			t.Fatalf("silu(%f) = %d, want about %f", x, got, want)
		}
	}
	if GatedSiLU(math.MaxInt32, math.MaxInt32) != math.MaxInt32 || GatedSiLU(math.MinInt32, math.MaxInt32) != 0 {
		t.Fatal("ends")
	}
	if Sigmoid(0) != 1<<29 || Sigmoid(math.MaxInt32) != 1<<30 || Sigmoid(math.MinInt32) != 0 {
		t.Fatal("sigmoid")
	}
}

func TestArgMaxTakesTheLowestOfEquals(t *testing.T) {
	if got := ArgMax([]int32{3, 9, 9, 1}); got != 1 {
		t.Fatal(got)
	}
}

// plainSample is the sampling rule by sorting and exact arithmetic.
func plainSample(logits []int32, milli, k uint32, draw uint64) int {
	ids := make([]int, len(logits))
	for i := range ids {
		ids[i] = i
	}
	slices.SortStableFunc(ids, func(a, b int) int { return cmp.Compare(logits[b], logits[a]) })
	best := logits[ids[0]]
	if k > 0 && int(k) < len(ids) {
		ids = ids[:k]
	}
	slices.Sort(ids)
	inverse := n(1549082005 * 1000 / int64(milli))
	weights, total := make([]int64, len(ids)), int64(0)
	for i, id := range ids {
		if d := shift(product(n(int64(best)-int64(logits[id])), inverse), 30); d.Cmp(n(31<<16)) < 0 {
			weights[i] = int64(Exp2Neg(uint32(d.Int64())))
		}
		total += weights[i]
	}
	target, sum := new(big.Int).Rsh(product(u(draw), n(total)), 64).Int64(), int64(0)
	for i, w := range weights {
		if sum += w; sum > target {
			return ids[i]
		}
	}
	return -1
}

func TestSampleIsTheRule(t *testing.T) {
	r := source()
	for range draws / 10 {
		logits := make([]int32, 1+r.IntN(30))
		for i := range logits {
			logits[i] = corner(r)
			if r.IntN(2) == 0 {
				logits[i] = int32(r.IntN(8)) << 14 // many ties
			}
		}
		milli, k, draw := 1+r.Uint32N(3000), r.Uint32N(33), r.Uint64()
		switch r.IntN(5) {
		case 0:
			milli = 1
		case 1:
			milli = MaxTemperatureMilli
		case 2:
			draw = math.MaxUint64
		}
		if got, want := NewSampler(logits, milli, k).Sample(logits, draw), plainSample(logits, milli, k, draw); got != want {
			t.Fatalf("Sample(%v, %d, %d, %d) = %d, want %d", logits, milli, k, draw, got, want)
		}
	}
}

func TestSampleFollowsTheDistribution(t *testing.T) {
	// Logits 0 and -ln 3 (Q16) at temperature 1: three draws in four are the first.
	logits, first := []int32{0, -71999}, 0
	const rounds = 40_000
	for i := range rounds {
		if NewSampler(logits, 1000, 0).Sample(logits, Draw([32]byte{1}, uint64(i))) == 0 {
			first++
		}
	}
	if share := float64(first) / rounds; math.Abs(share-0.75) > 0.01 {
		t.Fatalf("first drawn %f of the time", share)
	}
}

func TestDrawVector(t *testing.T) {
	if got := Draw([32]byte{1, 2, 3}, 42); got != drawVector {
		t.Fatalf("draw %#x, docs/canon.md says %#x", got, uint64(drawVector))
	}
}
