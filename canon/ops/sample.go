package ops

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/bits"
)

// MaxTemperatureMilli is the largest sampling temperature, in thousandths.
const MaxTemperatureMilli = 100_000

// drawTag separates the sampling stream from every other use of SHA-256.
const drawTag = "aichain/canon-int/1/draw"

// ArgMax returns the index of the largest logit, the lowest index among equals, and
// 0 for no logits.
func ArgMax(logits []int32) int {
	best := 0
	for i, v := range logits {
		if v > logits[best] {
			best = i
		}
	}
	return best
}

// Draw returns the 64 random bits that choose the token at a position of the
// sequence: the first eight bytes, big-endian, of SHA-256(tag || seed || position),
// position as a big-endian uint64.
func Draw(seed [32]byte, position uint64) uint64 {
	b := append([]byte(drawTag), seed[:]...)
	h := sha256.Sum256(binary.BigEndian.AppendUint64(b, position))
	return binary.BigEndian.Uint64(h[:8])
}

// InverseTemperature returns floor(log2(e) * 2^30 * 1000 / milli), the Q30 factor
// from a difference of logits to a power of two. 1 <= milli <= MaxTemperatureMilli.
func InverseTemperature(milli uint32) uint64 { return log2e * 1000 / uint64(milli) }

// SampleWeight returns the unnormalised weight (Q30) of a logit not above best.
func SampleWeight(logit, best int32, inverseTemperature uint64) uint32 {
	hi, lo := bits.Mul64(uint64(int64(best)-int64(logit)), inverseTemperature)
	lo, carry := bits.Add64(lo, 1<<29, 0)
	hi += carry
	if hi != 0 || lo>>30 > math.MaxUint32 {
		return 0
	}
	return Exp2Neg(uint32(lo >> 30))
}

// Cut is the boundary of the top-k set: a token is kept if its logit is above
// Threshold, or equals it and is among the first Ties such tokens by id.
type Cut struct {
	Threshold int32
	Ties      uint32
}

// NewCut returns the boundary that keeps exactly k tokens, or all of them when k is
// 0 or at least len(logits).
func NewCut(logits []int32, k uint32) Cut {
	if k == 0 || int64(k) >= int64(len(logits)) {
		return Cut{Threshold: math.MinInt32, Ties: math.MaxUint32}
	}
	// The largest threshold that at least k logits reach.
	low, high := int64(math.MinInt32), int64(math.MaxInt32)
	for low < high {
		mid := low + (high-low+1)/2
		if CountFrom(logits, mid) >= k {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return Cut{Threshold: int32(low), Ties: k - CountFrom(logits, low+1)}
}

// Count returns how many logits are above a threshold and how many equal it. Counts of
// blocks add up.
func Count(logits []int32, threshold int32) (above, equal uint32) {
	for _, v := range logits {
		if v > threshold {
			above++
		} else if v == threshold {
			equal++
		}
	}
	return above, equal
}

// CountFrom returns how many logits are at least threshold. Counts of blocks add up.
func CountFrom(logits []int32, threshold int64) (n uint32) {
	for _, v := range logits {
		if int64(v) >= threshold {
			n++
		}
	}
	return n
}

// Sampler holds what a seeded choice needs to know of all logits.
type Sampler struct {
	Cut                Cut
	Best               int32  // the largest logit
	InverseTemperature uint64 // Q30, of InverseTemperature
}

// NewSampler prepares a choice. 1 <= temperatureMilli <= MaxTemperatureMilli.
func NewSampler(logits []int32, temperatureMilli, topK uint32) Sampler {
	return Sampler{NewCut(logits, topK), logits[ArgMax(logits)], InverseTemperature(temperatureMilli)}
}

// Walk adds the weights of the kept tokens of a block in order of id and stops at the
// first at which the sum exceeds target (math.MaxUint64 never is). ties is how many
// tokens at the threshold may still be kept; what is left of it is returned.
func (s Sampler) Walk(block []int32, ties uint32, target uint64) (id int, sum uint64, left uint32) {
	for i, v := range block {
		if v < s.Cut.Threshold || v == s.Cut.Threshold && ties == 0 {
			continue
		}
		if v == s.Cut.Threshold {
			ties--
		}
		sum += uint64(SampleWeight(v, s.Best, s.InverseTemperature))
		if sum > target {
			return i, sum, ties
		}
	}
	return id, sum, ties
}

// Target is the running sum that the chosen token is the first to exceed.
func Target(draw, total uint64) uint64 {
	target, _ := bits.Mul64(draw, total)
	return target
}

// Sample chooses a token: the lowest id at which the running sum of the weights of
// the kept tokens, in order of id, exceeds floor(draw * total / 2^64).
func (s Sampler) Sample(logits []int32, draw uint64) int {
	_, total, _ := s.Walk(logits, s.Cut.Ties, math.MaxUint64)
	id, _, _ := s.Walk(logits, s.Cut.Ties, Target(draw, total))
	return id
}
