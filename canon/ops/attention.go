package ops

import "math/bits"

const (
	// ValueLimit bounds the magnitude of attention values, in Q16 (just under 128).
	ValueLimit = 1<<23 - 1
	// keyLimit bounds queries and keys; it only removes the most negative int32.
	keyLimit = 1<<31 - 1
	// scoreShift is Q32 of the product of two Q16 vectors, plus the Q24 of the
	// attention scale, minus the Q16 of a score.
	scoreShift = 40
	// mantissaLimit is the largest magnitude of a 16-bit mantissa.
	mantissaLimit = 1<<15 - 1
	// weightShift takes Exp2Neg's Q30 to the Q22 of an attention weight. 22 bits
	// keep |sum of weight*2^exponent*mantissa| below 2^62 over 2^17 positions.
	weightShift = 8
)

// Exponent returns the smallest shift that takes the largest |x| into 15 bits. It is
// 0..16 for queries and keys and 0..8 for values (magnitudes clamped to limit first).
func exponent(x []int32, limit int32) uint8 {
	m := min(AbsMax(x), uint32(limit))
	return uint8(max(bits.Len32(m)-15, 0))
}

// mantissa returns the 16-bit mantissa of x under a shared exponent.
func mantissa(x, limit int32, exp uint8) int16 {
	v := int64(min(max(x, -limit), limit))
	if exp > 0 {
		v = Round(v, uint(exp))
	}
	return int16(min(max(v, -mantissaLimit), mantissaLimit))
}

// PackKey writes a query or key head as 16-bit mantissas and returns the exponent
// they share (0..16): x is about dst * 2^exponent.
func PackKey(dst []int16, x []int32) uint8 { return pack(dst, x, keyLimit) }

// PackValue is PackKey for a value head, clamped to ValueLimit; exponent 0..8.
func PackValue(dst []int16, x []int32) uint8 { return pack(dst, x, ValueLimit) }

func pack(dst []int16, x []int32, limit int32) uint8 {
	exp := exponent(x, limit)
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = mantissa(v, limit, exp)
	}
	return exp
}

// Dot16 is the exact product of two packed heads. At most 256 elements, so the
// result is below 2^38.
func Dot16(a, b []int16) int64 {
	b = b[:len(a)]
	var s int64
	for i, v := range a {
		s += int64(v) * int64(b[i])
	}
	return s
}

// Score turns a Dot16 into an attention score: a Q16 exponent of two, so that the
// weight of a position is 2^(score - best). attnScale is Q24, log2(e)/sqrt(head dim),
// 1..2^24. The exponents are those of the query and the key.
func Score(dot int64, attnScale uint32, queryExp, keyExp uint8) int32 {
	return Sat32(Round(dot*int64(attnScale), scoreShift-uint(queryExp)-uint(keyExp)))
}

// AttentionWeight returns the unnormalised weight (Q22, 0..2^22) of a position whose
// score is not above best.
func AttentionWeight(score, best int32) uint32 {
	e := Exp2Neg(uint32(int64(best) - int64(score)))
	return (e + 1<<(weightShift-1)) >> weightShift
}

// AttentionOutput divides an accumulated element by the sum of the weights:
// floor((acc + floor(total/2)) / total). total >= 2^22; |acc| <= 2^62, which 2^17
// positions of the largest weights and values reach.
func AttentionOutput(acc, total int64) int32 {
	n := acc + total/2
	q := n / total
	if n%total < 0 {
		q--
	}
	return Sat32(q)
}
