package ops

// Mix computes the two long sums of attention over packed heads. All results are
// exact, so every implementation gives the same numbers.
type Mix struct {
	// Dots writes dst[t] = the product of the query with key t, for len(dst) keys.
	Dots func(dst []int64, query, keys []int16)
	// Weigh adds weights[t]*value t to acc for all t; see Weight.
	Weigh func(acc []int64, values []int16, weights []int32)
}

// Weight joins an attention weight and a value's exponent: at most 2^30.
func Weight(weight uint32, valueExp uint8) int32 { return int32(weight << valueExp) }

// PortableMix returns the reference implementation.
func PortableMix() Mix { return Mix{dotsPortable, weighPortable} }

// FastMix returns the fastest implementation this machine can run for heads of d
// elements. It may be the portable one.
func FastMix(d int) Mix { return fastMix(d) }

func dotsPortable(dst []int64, query, keys []int16) {
	d := len(query)
	for t := range dst {
		dst[t] = Dot16(query, keys[t*d:(t+1)*d])
	}
}

func weighPortable(acc []int64, values []int16, weights []int32) {
	d := len(acc)
	for t, w := range weights {
		if w == 0 {
			continue
		}
		for i, v := range values[t*d : (t+1)*d] {
			acc[i] += int64(w) * int64(v)
		}
	}
}
