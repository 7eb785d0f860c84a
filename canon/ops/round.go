package ops

import (
	"math"
	"math/bits"
)

// Round returns floor(v/2^n + 1/2): ties go towards plus infinity, for negative v
// too. It is the only rounding rule of the profile. 1 <= n <= 62 and |v| <= 2^62,
// which every caller guarantees by a stated bound, so the addition cannot overflow.
func Round(v int64, n uint) int64 { return (v + 1<<(n-1)) >> n }

// Sat32 clamps v into an int32.
func Sat32(v int64) int32 {
	if v > math.MaxInt32 {
		return math.MaxInt32
	}
	if v < math.MinInt32 {
		return math.MinInt32
	}
	return int32(v)
}

// Add is the residual sum of two Q16 values, saturated.
func Add(a, b int32) int32 { return Sat32(int64(a) + int64(b)) }

// abs32 returns |x| without overflow for the most negative int32.
func abs32(x int32) uint32 {
	if x < 0 {
		return uint32(-int64(x))
	}
	return uint32(x)
}

// scaleShift is the number of fraction bits that a product accumulator x row scale
// (Q30) x activation scale (Q40 relative to a Q16 result) has to lose.
const scaleShift = 54

// Scale turns an exact integer product into a Q16 activation:
// Sat32(floor((acc*rowScale*actScale + 2^53) / 2^54)).
// rowScale is Q30; actScale comes from NewQuant. The product is formed in 128 bits;
// |acc| < 2^40 and actScale < 2^49 keep it below 2^121.
func Scale(acc int64, rowScale uint32, actScale uint64) int32 {
	const half = 1 << (scaleShift - 1)
	m, bias := uint64(acc), uint64(half)
	if acc < 0 {
		// floor(-m/d + 1/2) = -floor((m + d/2 - 1) / d)
		m, bias = uint64(-acc), half-1
	}
	hi, lo := bits.Mul64(m, uint64(rowScale))
	top, low := bits.Mul64(lo, actScale)
	top += hi * actScale
	low, carry := bits.Add64(low, bias, 0)
	top += carry
	if top >= 1<<(scaleShift-33) { // |result| >= 2^31
		if acc < 0 {
			return math.MinInt32
		}
		return math.MaxInt32
	}
	v := int64(top<<(64-scaleShift) | low>>scaleShift)
	if acc < 0 {
		v = -v
	}
	return int32(v)
}
