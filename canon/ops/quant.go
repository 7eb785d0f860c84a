package ops

// BlockLen is the number of elements over which partial maxima and partial sums of
// squares are taken, so that a referee never needs a whole long row at once.
const BlockLen = 4096

// Limits of a quantised activation. 32639 = 127*256 + 127 is the largest value whose
// two int8 halves (Split) both stay in range.
const (
	Limit8  = 127
	Limit16 = 32639
)

// Quant is how one row of Q16 activations is carried into a matrix product.
type Quant struct {
	// Scale is floor(amax * 2^24 / limit): a quantised unit in Q40. Below 2^49.
	Scale uint64
	// inverse is floor(limit * 2^32 / amax). Below 2^47.
	inverse uint64
}

// AbsMax returns the largest |x|, at least 1, so that a row of zeros has a scale.
// The maximum of the maxima of blocks is the maximum of the row.
func AbsMax(x []int32) uint32 {
	var low, high int32
	for _, v := range x {
		low, high = min(low, v), max(high, v)
	}
	return max(uint32(high), uint32(-int64(low)), 1)
}

// NewQuant derives the scale of a row from its AbsMax (1..2^31) and its width in
// bits, 8 or 16; any other width is taken as 16 (the model header admits no other).
func NewQuant(amax uint32, width uint8) Quant {
	limit := uint64(Limit16)
	if width == 8 {
		limit = Limit8
	}
	return Quant{Scale: uint64(amax) << 24 / limit, inverse: limit << 32 / uint64(amax)}
}

// Element quantises one value of the row: floor((x*inverse + 2^31) / 2^32). The
// result lies in [-limit, limit] because |x| <= amax.
func (q Quant) Element(x int32) int16 { return int16(Round(int64(x)*int64(q.inverse), 32)) }

// Row8 quantises a row of width 8 into dst and returns the sum of what it wrote.
// The sum is needed by fast kernels that offset the weights to be unsigned.
func (q Quant) Row8(dst []int8, x []int32) int32 {
	dst = dst[:len(x)]
	var sum int32
	for i, v := range x {
		e := int8(q.Element(v))
		dst[i] = e
		sum += int32(e)
	}
	return sum
}

// Row16 quantises a row of width 16 into two int8 rows, value = 256*hi + lo, and
// returns the sums of both.
func (q Quant) Row16(hi, lo []int8, x []int32) (sumHi, sumLo int32) {
	hi, lo = hi[:len(x)], lo[:len(x)]
	for i, v := range x {
		hi[i], lo[i] = Split(q.Element(v))
		sumHi += int32(hi[i])
		sumLo += int32(lo[i])
	}
	return sumHi, sumLo
}

// Split divides a 16-bit quantised value into int8 halves with v = 256*hi + lo.
// |v| <= Limit16.
func Split(v int16) (hi, lo int8) {
	h := (int32(v) + 128) >> 8
	return int8(h), int8(int32(v) - h<<8)
}

// Embed returns one element of an embedding row in Q16 from its int8 weight and the
// row's Q30 scale.
func Embed(w int8, rowScale uint32) int32 { return int32(Round(int64(w)*int64(rowScale), 14)) }
