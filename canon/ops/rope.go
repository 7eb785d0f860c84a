package ops

// ropeOne is 1.0 in the Q30 of the rotation table.
const ropeOne = 1 << 30

// RopeEntry clamps one stored cosine or sine into [-1, 1] (Q30), so that a hostile
// table cannot make RopePair overflow.
func RopeEntry(stored int32) int32 { return min(max(stored, -ropeOne), ropeOne) }

// RopePair rotates the pair (a, b) of Q16 values by the angle whose cosine and sine
// are given in Q30, |cos|, |sin| <= 2^30.
func RopePair(a, b, cos, sin int32) (int32, int32) {
	x, y, c, s := int64(a), int64(b), int64(cos), int64(sin)
	return Sat32(Round(x*c-y*s, 30)), Sat32(Round(x*s+y*c, 30))
}

// RopeHead rotates one head in place. table holds cos, sin for each of the len(x)/2
// pairs. Pair i is elements (2i, 2i+1) when interleaved, else (i, i+len(x)/2).
func RopeHead(x, table []int32, interleaved bool) {
	half := len(x) / 2
	for i := 0; i < half; i++ {
		a, b := i, i+half
		if interleaved {
			a, b = 2*i, 2*i+1
		}
		x[a], x[b] = RopePair(x[a], x[b], table[2*i], table[2*i+1])
	}
}
