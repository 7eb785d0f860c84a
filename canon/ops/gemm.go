package ops

// Gemm multiplies weight rows by quantised activation rows. All results are exact,
// so every implementation gives the same numbers: |sum| <= K*127*128 < 2^31 for the
// K <= 32768 that a model header allows.
type Gemm struct {
	rows  rowsFunc
	block blockFunc // nil when there is no kernel for four activation rows
}

// rowsFunc writes dst[r] = dot(w[r*k:], q) for each of len(dst) weight rows. qSum is
// the sum of q.
type rowsFunc func(dst []int32, w, q []int8, qSum int32)

// blockFunc does rowsFunc for blockRows activation rows at once; row m of q begins
// at m*k and its results at m*rows.
type blockFunc func(dst []int32, w, q []int8, qSums []int32, k int)

// blockRows is how many activation rows the widest kernel takes in one pass over a
// weight row.
const blockRows = 4

// PortableGemm returns the reference implementation, plain Go on every machine.
func PortableGemm() Gemm { return Gemm{rows: rowsPortable} }

// FastGemm returns the fastest implementation this machine can run for products of
// length k. It may be the portable one.
func FastGemm(k int) Gemm { return fastGemm(k) }

// Rows writes dst[m*rows+r] = dot(weight row r, activation row m). w holds rows of k
// elements, q holds len(qSums) rows of k elements whose sums are qSums, and dst has
// len(qSums)*rows places.
func (g Gemm) Rows(dst []int32, w, q []int8, qSums []int32, k int) {
	rows, m := len(w)/k, 0
	if g.block != nil {
		for ; m+blockRows <= len(qSums); m += blockRows {
			g.block(dst[m*rows:(m+blockRows)*rows], w, q[m*k:(m+blockRows)*k], qSums[m:m+blockRows], k)
		}
	}
	for ; m < len(qSums); m++ {
		g.rows(dst[m*rows:(m+1)*rows], w, q[m*k:(m+1)*k], qSums[m])
	}
}

// Dot8 is one exact int8 product; a and b have the same length.
func Dot8(a, b []int8) int32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 int32
	i := 0
	for ; i+4 <= len(a); i += 4 {
		x, y := a[i:i+4:i+4], b[i:i+4:i+4]
		s0 += int32(x[0]) * int32(y[0])
		s1 += int32(x[1]) * int32(y[1])
		s2 += int32(x[2]) * int32(y[2])
		s3 += int32(x[3]) * int32(y[3])
	}
	for ; i < len(a); i++ {
		s0 += int32(a[i]) * int32(b[i])
	}
	return s0 + s1 + s2 + s3
}

func rowsPortable(dst []int32, w, q []int8, _ int32) {
	k := len(q)
	for r := range dst {
		dst[r] = Dot8(w[r*k:(r+1)*k], q)
	}
}

// Wide16 joins the products of the two halves of a 16-bit activation row.
func Wide16(hi, lo int32) int64 { return int64(hi)<<8 + int64(lo) }
