package ops

import "golang.org/x/sys/cpu"

// dotsAVX2 writes n products of heads of d elements; d is a positive multiple of 16.
//
//go:noescape
func dotsAVX2(dst *int64, query, keys *int16, d, n int)

// weighAVX2 adds n weighted heads of d elements; d is a positive multiple of 16.
//
//go:noescape
func weighAVX2(acc *int64, values *int16, weights *int32, d, n int)

func fastMix(d int) Mix {
	if d > 0 && d%avx2Step == 0 && cpu.X86.HasAVX2 {
		return Mix{dotsFast, weighFast}
	}
	return PortableMix()
}

func dotsFast(dst []int64, query, keys []int16) {
	if len(dst) == 0 {
		return
	}
	_ = keys[len(dst)*len(query)-1]
	dotsAVX2(&dst[0], &query[0], &keys[0], len(query), len(dst))
}

func weighFast(acc []int64, values []int16, weights []int32) {
	if len(weights) == 0 {
		return
	}
	_ = values[len(weights)*len(acc)-1]
	weighAVX2(&acc[0], &values[0], &weights[0], len(acc), len(weights))
}
