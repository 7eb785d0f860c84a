package ops

import "golang.org/x/sys/cpu"

// Lengths that the assembly handles: whole vectors only.
const (
	avx2Step = 16
	vnniStep = 64
)

// dotRowsAVX2 writes rows products of length k; k is a positive multiple of 16.
//
//go:noescape
func dotRowsAVX2(dst *int32, w, q *int8, k, rows int)

// dotRowsVNNI is dotRowsAVX2 with AVX-512 VNNI; k is a positive multiple of 64. The
// weights enter as w+128 (unsigned), so offset = 128*sum(q) is taken off each result.
//
//go:noescape
func dotRowsVNNI(dst *int32, w, q *int8, k, rows int, offset int32)

// dotBlockVNNI is dotRowsVNNI for four activation rows k apart; the results of
// activation row m begin at dst[m*rows].
//
//go:noescape
func dotBlockVNNI(dst *int32, w, q *int8, k, rows int, offsets *[4]int32)

func fastGemm(k int) Gemm {
	switch {
	case k > 0 && k%vnniStep == 0 && cpu.X86.HasAVX512VNNI && cpu.X86.HasAVX512BW:
		return Gemm{rows: rowsVNNI, block: blockVNNI}
	case k > 0 && k%avx2Step == 0 && cpu.X86.HasAVX2:
		return Gemm{rows: rowsAVX2}
	}
	return PortableGemm()
}

func rowsAVX2(dst []int32, w, q []int8, _ int32) {
	if len(dst) == 0 {
		return
	}
	_ = w[len(dst)*len(q)-1]
	dotRowsAVX2(&dst[0], &w[0], &q[0], len(q), len(dst))
}

func rowsVNNI(dst []int32, w, q []int8, qSum int32) {
	if len(dst) == 0 {
		return
	}
	_ = w[len(dst)*len(q)-1]
	dotRowsVNNI(&dst[0], &w[0], &q[0], len(q), len(dst), qSum<<7)
}

func blockVNNI(dst []int32, w, q []int8, qSums []int32, k int) {
	rows := len(dst) / blockRows
	if rows == 0 {
		return
	}
	_, _ = w[rows*k-1], q[blockRows*k-1]
	offsets := [blockRows]int32{qSums[0] << 7, qSums[1] << 7, qSums[2] << 7, qSums[3] << 7}
	dotBlockVNNI(&dst[0], &w[0], &q[0], k, rows, &offsets)
}
