package ops

import "math/bits"

// Wide is an unsigned 128-bit sum.
type Wide struct{ Hi, Lo uint64 }

// Add returns the sum; the caller's bound (n <= 2^20 squares below 2^62) keeps it in range.
func (w Wide) Add(o Wide) Wide {
	lo, c := bits.Add64(w.Lo, o.Lo, 0)
	hi, _ := bits.Add64(w.Hi, o.Hi, c)
	return Wide{hi, lo}
}

// SumSquares returns the exact sum of the squares of Q16 values, in Q32. Sums of
// blocks add up to the sum of the row.
func SumSquares(x []int32) Wide {
	var hi, lo, c uint64
	for _, v := range x {
		lo, c = bits.Add64(lo, uint64(int64(v)*int64(v)), 0)
		hi += c
	}
	return Wide{hi, lo}
}

// NormFactor is one over the root mean square of a row: Mantissa * 2^-Shift takes a
// Q16 value to its normalised Q16 value. 2^30 < Mantissa <= 2^31, 15 <= Shift <= 46.
type NormFactor struct {
	Mantissa uint32
	Shift    uint8
}

// NewNormFactor computes the factor from the sum of squares of n values and the
// epsilon (Q32, 1..2^32-1). n >= 1.
func NewNormFactor(sum Wide, n uint32, eps uint32) NormFactor {
	mean, _ := bits.Div64(sum.Hi, sum.Lo, uint64(n)) // sum <= n*2^62, so Hi < n
	v := mean + uint64(eps)
	e := uint(bits.LeadingZeros64(v)) &^ 1
	root := sqrt64(v << e) // in [2^31, 2^32)
	return NormFactor{Mantissa: uint32(1 << 62 / root), Shift: uint8(46 - e/2)}
}

// NormElement returns one normalised value times its gain (both Q16).
func NormElement(x int32, f NormFactor, gain int32) int32 {
	n := Sat32(Round(int64(x)*int64(f.Mantissa), uint(f.Shift)))
	return Sat32(Round(int64(n)*int64(gain), 16))
}

// NormGain returns the Q16 gain of one channel from its int16 weight and Q30 scale.
func NormGain(w int16, rowScale uint32) int32 { return Sat32(Round(int64(w)*int64(rowScale), 14)) }

// NormRow writes the normalised row and returns the factor it used.
func NormRow(dst, x, gain []int32, eps uint32) NormFactor {
	f := NewNormFactor(SumSquares(x), uint32(len(x)), eps)
	dst, gain = dst[:len(x)], gain[:len(x)]
	for i, v := range x {
		dst[i] = NormElement(v, f, gain[i])
	}
	return f
}

// sqrt64 returns floor(sqrt(v)) for v >= 2^62, by Newton's method from above: the
// sequence falls strictly until it reaches the root.
func sqrt64(v uint64) uint64 {
	r := uint64(1)<<32 - 1
	for {
		next := (r + v/r) / 2
		if next >= r {
			return r
		}
		r = next
	}
}
