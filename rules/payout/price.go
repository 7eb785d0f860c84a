package payout

import (
	"errors"
	"math/bits"
)

// ErrOverflow is returned when an amount does not fit in 64 bits.
var ErrOverflow = errors.New("amount does not fit in 64 bits")

// WorstPrice is the most that a seat can cost, rounded up: ceil((in·priceIn + maxOut·priceOut) / 1000) uaic.
// Prices are uaic per 1 000 tokens. It returns ErrOverflow if the result does not fit in 64 bits.
func WorstPrice(inTokens, maxOut uint32, priceIn, priceOut uint64) (uint64, error) {
	hi, lo, err := thousandfold(inTokens, maxOut, priceIn, priceOut)
	if err != nil {
		return 0, err
	}
	lo, carry := bits.Add64(lo, PriceUnit-1, 0)
	hi += carry
	return perUnit(hi, lo)
}

// Gross is what a seat earned before the take, rounded down against the seller:
// floor((in·priceIn + out·priceOut) / 1000) uaic. Prices are uaic per 1 000 tokens. It is never more than
// WorstPrice for a longer output. It returns ErrOverflow if the result does not fit in 64 bits.
func Gross(inTokens, outTokens uint32, priceIn, priceOut uint64) (uint64, error) {
	hi, lo, err := thousandfold(inTokens, outTokens, priceIn, priceOut)
	if err != nil {
		return 0, err
	}
	return perUnit(hi, lo)
}

// thousandfold is in·priceIn + out·priceOut in 128 bits. A product of 32 and 64 bits has at most 96, so the
// sum cannot leave 128.
func thousandfold(in, out uint32, priceIn, priceOut uint64) (hi, lo uint64, err error) {
	ihi, ilo := bits.Mul64(uint64(in), priceIn)
	ohi, olo := bits.Mul64(uint64(out), priceOut)
	lo, carry := bits.Add64(ilo, olo, 0)
	hi, over := bits.Add64(ihi, ohi, carry)
	if over != 0 {
		return 0, 0, ErrOverflow
	}
	return hi, lo, nil
}

func perUnit(hi, lo uint64) (uint64, error) {
	if hi >= PriceUnit {
		return 0, ErrOverflow
	}
	q, _ := bits.Div64(hi, lo, PriceUnit)
	return q, nil
}

// Share is floor(amount · bps / 10 000), without overflow for bps up to 10 000; more is taken as 10 000.
func Share(amount uint64, bps uint32) uint64 {
	if bps >= FullBps {
		return amount
	}
	hi, lo := bits.Mul64(amount, uint64(bps))
	q, _ := bits.Div64(hi, lo, FullBps) // hi < bps < FullBps
	return q
}
