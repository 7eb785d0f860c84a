package run

import (
	"math"
	"slices"

	"github.com/aichain/aichain/canon/ops"
	"github.com/aichain/aichain/canon/step"
)

// tapBest gives the maxima of blocks of logits.
func (s *pass) tapBest(r row) {
	if s.e.tap == nil {
		return
	}
	var best []int32
	for block := range slices.Chunk(r.logits, ops.BlockLen) {
		best = append(best, slices.Max(block))
	}
	emit(s, r, 0, step.SiteLogitBest, best...)
}

// tapSampler gives what a seeded choice found out, block by block.
func (s *pass) tapSampler(r row, x ops.Sampler) {
	if s.e.tap == nil {
		return
	}
	if k := r.seq.request.Sampling.TopK; k > 0 && k < s.e.h.Vocab && s.hears(r, 0, step.SiteCutSearch) {
		emit(s, r, 0, step.SiteCutSearch, searchCut(r.logits, k)...)
	}
	var counts []uint32
	var sums []uint64
	ties := x.Cut.Ties
	for block := range slices.Chunk(r.logits, ops.BlockLen) {
		above, equal := ops.Count(block, x.Cut.Threshold)
		_, sum, left := x.Walk(block, ties, math.MaxUint64)
		counts, sums, ties = append(counts, above, equal), append(sums, sum), left
	}
	emit(s, r, 0, step.SiteCutCounts, counts...)
	emit(s, r, 0, step.SiteCut, x.Cut)
	emit(s, r, 0, step.SiteWeightSums, sums...)
}

// searchCut repeats the search for the k-th largest logit, bit by bit from the top: for
// each bit the counts of the blocks and the bits known after it.
func searchCut(logits []int32, k uint32) []uint32 {
	const biased = 1 << 31 // orders logits as unsigned numbers
	var out []uint32
	known := uint32(0)
	for bit := 31; bit >= 0; bit-- {
		tried, total := known|1<<bit, uint32(0)
		for block := range slices.Chunk(logits, ops.BlockLen) {
			n := ops.CountFrom(block, int64(int32(tried^biased)))
			out, total = append(out, n), total+n
		}
		if total >= k {
			known = tried
		}
		out = append(out, known)
	}
	return out
}
