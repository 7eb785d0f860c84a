package convert

import (
	"encoding/binary"
	"fmt"
	"math/big"
)

// precision of the rotation table, in bits. An entry is rounded to 30 bits after at
// most 2^17 products, so the result is the correctly rounded one but for cases that
// cannot be met in practice, and equal on every machine always.
const precision = 256

func number(v float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(v) }

func fresh() *big.Float { return new(big.Float).SetPrec(precision) }

// ropeTable returns cos and sin of position*frequency in Q30 as little-endian int32,
// pairs within positions. Frequency i is base^(-2i/headDim) / factors[i].
func ropeTable(base float32, factors []float32, headDim, positions int) ([]byte, error) {
	pairs := headDim / 2
	out := make([]byte, 8*pairs*positions)
	step, frequency := root(number(float64(base)), pairs), number(1)
	for i := range pairs {
		angle := fresh().Set(frequency)
		if factors != nil {
			if !(factors[i] > 0) {
				return nil, fmt.Errorf("%w: rope factor %v", ErrUnsupported, factors[i])
			}
			angle.Quo(angle, number(float64(factors[i])))
		}
		if angle.Cmp(number(1)) > 0 {
			return nil, fmt.Errorf("%w: rope frequency above 1", ErrUnsupported)
		}
		fillPair(out[8*i:], 8*pairs, angle)
		frequency.Quo(frequency, step)
	}
	return out, nil
}

// fillPair writes one pair's entries, stride bytes apart, turning by angle each time.
func fillPair(out []byte, stride int, angle *big.Float) {
	stepCos, stepSin := cosSin(angle)
	c, s := number(1), number(0)
	for at := 0; at < len(out); at += stride {
		binary.LittleEndian.PutUint32(out[at:], uint32(q30(c)))
		binary.LittleEndian.PutUint32(out[at+4:], uint32(q30(s)))
		a, b := fresh().Mul(c, stepCos), fresh().Mul(s, stepSin)
		d, e := fresh().Mul(c, stepSin), fresh().Mul(s, stepCos)
		c, s = a.Sub(a, b), d.Add(d, e)
	}
}

// q30 returns floor(v*2^30 + 1/2) for |v| <= 1.
func q30(v *big.Float) int32 {
	const shift = 1 << 31 // makes the truncation of Int64 a floor
	x := fresh().Mul(v, number(1<<30))
	n, _ := x.Add(x, number(shift+0.5)).Int64()
	return int32(min(max(n-shift, -1<<30), 1<<30))
}

// cosSin sums the Taylor series for 0 <= x <= 1 until a term no longer counts.
func cosSin(x *big.Float) (cos, sin *big.Float) {
	cos, sin = number(0), number(0)
	term := number(1)
	for n := 0; term.Sign() != 0 && term.MantExp(nil) > -precision; n++ {
		sum := cos
		if n%2 == 1 {
			sum = sin
		}
		if n%4 < 2 {
			sum.Add(sum, term)
		} else {
			sum.Sub(sum, term)
		}
		term = fresh().Quo(fresh().Mul(term, x), number(float64(n+1)))
	}
	return cos, sin
}

// root returns v^(1/n) for v >= 1 by Newton's method from above.
func root(v *big.Float, n int) *big.Float {
	r := fresh().Set(v)
	for range 20 * precision {
		power := number(1)
		for range n - 1 {
			power.Mul(power, r)
		}
		next := fresh().Quo(v, power)
		next.Add(next, fresh().Mul(r, number(float64(n-1))))
		next.Quo(next, number(float64(n)))
		gap := fresh().Sub(r, next)
		r = next
		if gap.Sign() <= 0 || gap.MantExp(nil) < -precision+16 {
			break
		}
	}
	return r
}

// attentionScale returns log2(e)/sqrt(headDim) in Q24, rounded to nearest.
func attentionScale(headDim uint32) uint32 {
	if headDim == 0 {
		return 0 // the header's own check names the field
	}
	log2e, _, err := big.ParseFloat("1.44269504088896340735992468100189213742664595415298593413544940693", 10, precision, big.ToNearestEven)
	if err != nil {
		panic("convert: constant log2(e): " + err.Error())
	}
	v := fresh().Quo(log2e, fresh().Sqrt(number(float64(headDim))))
	n, _ := v.Add(v.Mul(v, number(1<<24)), number(0.5)).Uint64()
	return uint32(n)
}
