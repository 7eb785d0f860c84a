package step

import (
	"math"
	"slices"

	"github.com/aichain/aichain/canon/ops"
)

// searchBits is the number of bits of a logit, found one by one.
const searchBits = 32

// biased orders logits as unsigned numbers.
const biased = 1 << 31

// logits spans a block of the logits of this position.
func (x spot) logits(b uint64) span { return blockOf(x.here(SiteLogits), b, uint64(x.h.Vocab)) }

var bestLogit = operator{
	reads:    func(x spot) []span { return []span{x.logits(x.unit)} },
	value:    func(_ spot, in inputs) ([]byte, error) { return b32(largest(in.ints(0))), nil },
	products: block,
}

// prefix spans what the search knew before a round; nothing in the first.
func (x spot) prefix(round uint64) span {
	per := x.logitBlocks() + 1
	if round == 0 {
		return span{at: x.here(SiteCutSearch)}
	}
	return some(x.here(SiteCutSearch), round*per-1, 1, 4)
}

// cutSearch finds the k-th largest logit bit by bit from the top: for each bit, how many
// logits of each block reach the bits known so far with this one set, then the bits
// known after it, which keep it if k logits do.
var cutSearch = operator{
	reads: func(x spot) []span {
		per := x.logitBlocks() + 1
		round, b := x.unit/per, x.unit%per
		if b == per-1 {
			return []span{x.prefix(round), some(x.here(SiteCutSearch), round*per, per-1, 4)}
		}
		return []span{x.prefix(round), x.logits(b)}
	},
	value: func(x spot, in inputs) ([]byte, error) {
		per, known := x.logitBlocks()+1, uint32(0)
		round, b := x.unit/per, x.unit%per
		if round > 0 {
			known = in.u32(0, 0)
		}
		tried := known | 1<<(searchBits-1-round)
		if b < per-1 {
			return b32(ops.CountFrom(in.ints(1), int64(int32(tried^biased)))), nil
		}
		total := uint64(0)
		for i := range int(per - 1) {
			total += uint64(in.u32(1, i))
		}
		if total >= uint64(x.claim.TopK) {
			known = tried
		}
		return b32(known), nil
	},
	products: block,
}

// threshold is the end of the search, in that part, or below all logits.
func (x spot) threshold(in inputs, part int) int32 {
	if !x.hasSearch() {
		return math.MinInt32
	}
	return int32(in.u32(part, 0) ^ biased)
}

// found spans the end of the search; nothing when there was none.
func (x spot) found() span {
	if !x.hasSearch() {
		return span{at: x.here(SiteLogits)}
	}
	return x.prefix(searchBits)
}

var cutCount = operator{
	reads: func(x spot) []span { return []span{x.found(), x.logits(x.unit)} },
	value: func(x spot, in inputs) ([]byte, error) {
		above, equal := ops.Count(in.ints(1), x.threshold(in, 0))
		return append(b32(above), b32(equal)...), nil
	},
	products: block,
}

var cut = operator{
	reads: func(x spot) []span { return []span{x.found(), x.all(x.here(SiteCutCounts))} },
	value: func(x spot, in inputs) ([]byte, error) {
		ties := uint32(math.MaxUint32)
		if x.hasSearch() {
			above := uint64(0)
			for i := 0; i < len(in.part[1])/4; i += 2 {
				above += uint64(in.u32(1, i))
			}
			if above >= uint64(x.claim.TopK) {
				return nil, errImpossible
			}
			ties = x.claim.TopK - uint32(above)
		}
		return append(b32(x.threshold(in, 0)), b32(ties)...), nil
	},
	products: one,
}

// sampler reads the cut and the best logit from their parts.
func (x spot) sampler(in inputs, cut, best int) ops.Sampler {
	return ops.Sampler{
		Cut:  ops.Cut{Threshold: in.i32(cut, 0), Ties: in.u32(cut, 1)},
		Best: largest(in.ints(best)), InverseTemperature: ops.InverseTemperature(x.claim.Temperature),
	}
}

// tiesLeft is how many tokens at the threshold may be kept after some blocks.
func tiesLeft(in inputs, counts, blocks int, ties uint32) uint32 {
	for b := range blocks {
		ties -= min(ties, in.u32(counts, 2*b+1))
	}
	return ties
}

var keptWeights = operator{
	reads: func(x spot) []span {
		return []span{x.logits(x.unit), x.all(x.here(SiteLogitBest)), some(x.here(SiteCutCounts), 0, x.unit, 8), x.all(x.here(SiteCut))}
	},
	value: func(x spot, in inputs) ([]byte, error) {
		s, block := x.sampler(in, 3, 1), in.ints(0)
		if largest(block) > s.Best {
			return nil, errImpossible
		}
		_, sum, _ := s.Walk(block, tiesLeft(in, 2, int(x.unit), s.Cut.Ties), math.MaxUint64)
		return b64(sum), nil
	},
	products: block,
}

// token is the choice. The hint names the block of logits that it lies in.
var token = operator{
	reads: func(x spot) []span {
		out := []span{x.logits(x.hint), x.all(x.here(SiteLogitBest))}
		if x.claim.Temperature > 0 {
			out = append(out, x.all(x.here(SiteCut)), x.all(x.here(SiteCutCounts)), x.all(x.here(SiteWeightSums)))
		}
		return out
	},
	value: func(x spot, in inputs) ([]byte, error) {
		if x.claim.Temperature > 0 {
			return x.sampledToken(in)
		}
		block, tops := in.ints(0), in.ints(1)
		b := ops.ArgMax(tops)
		if uint64(b) != x.hint {
			return nil, wrongHint(b)
		}
		i := ops.ArgMax(block)
		if block[i] != tops[b] {
			return nil, errImpossible
		}
		return b32(uint32(b*ops.BlockLen + i)), nil
	},
	products: block,
}

func (x spot) sampledToken(in inputs) ([]byte, error) {
	s, block, total := x.sampler(in, 2, 1), in.ints(0), uint64(0)
	n := len(in.part[4]) / 8
	for b := range n {
		sum := in.u64(4, b)
		if sum > ops.BlockLen<<30 {
			return nil, errImpossible
		}
		total += sum
	}
	target := ops.Target(ops.Draw(x.claim.Seed, uint64(x.at.Position)+1), total)
	b := 0
	for ; b < n-1 && target >= in.u64(4, b); b++ {
		target -= in.u64(4, b)
	}
	if uint64(b) != x.hint {
		return nil, wrongHint(b)
	}
	if largest(block) > s.Best {
		return nil, errImpossible
	}
	id, sum, _ := s.Walk(block, tiesLeft(in, 3, b, s.Cut.Ties), target)
	if sum <= target {
		return nil, errImpossible
	}
	return b32(uint32(b*ops.BlockLen + id)), nil
}

// output repeats the chosen tokens, and says whether the last one ended the answer
// where the claim says that it did. A reason of length was checked with the claim.
var output = operator{
	reads: func(x spot) []span {
		if int(x.unit) == len(x.claim.Output) && x.claim.Stop != StopEnd {
			return nil
		}
		return []span{x.all(At{int(x.prompt-1) + int(x.unit), 0, SiteToken})}
	},
	value: func(x spot, in inputs) ([]byte, error) {
		switch {
		case int(x.unit) < len(x.claim.Output):
			return in.part[0], nil
		case x.claim.Stop != StopEnd:
			return b32(x.claim.Stop), nil
		case slices.Contains(x.h.EOS, in.u32(0, 0)):
			return b32(StopEnd), nil
		}
		return b32(uint32(0)), nil
	},
	products: one,
}
