package ops

// log2e is log2(e) in Q30, rounded to nearest; docs/canon.md prints it.
const log2e = 1549082005

// Sigmoid returns 1/(1+exp(-g)) in Q30 for g in Q16.
func Sigmoid(g int32) uint32 {
	const one = 1 << 30
	d := uint32(Round(int64(abs32(g))*log2e, 30))
	e := uint64(Exp2Neg(d))
	den, num := one+e, e<<30
	if g >= 0 {
		num = one << 30
	}
	return uint32((num + den/2) / den)
}

// GatedSiLU returns silu(gate)*up, all Q16: the gate's silu is rounded to Q16 first.
func GatedSiLU(gate, up int32) int32 {
	h := Sat32(Round(int64(gate)*int64(Sigmoid(gate)), 30))
	return Sat32(Round(int64(h)*int64(up), 16))
}
