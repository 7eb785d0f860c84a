package run

import (
	"math"
	"slices"

	"github.com/aichain/aichain/canon/ops"
)

// tapBest gives the maxima of blocks of logits.
func (e *Engine) tapBest(r row) {
	if e.tap == nil {
		return
	}
	var best []int32
	for block := range slices.Chunk(r.logits, ops.BlockLen) {
		best = append(best, slices.Max(block))
	}
	emit(e, r, 0, SiteLogitBest, best...)
}

// tapSampler gives what a seeded choice found out, block by block.
func (e *Engine) tapSampler(r row, s ops.Sampler) {
	if e.tap == nil {
		return
	}
	var counts []uint32
	var sums []uint64
	ties := s.Cut.Ties
	for block := range slices.Chunk(r.logits, ops.BlockLen) {
		above, equal := ops.Count(block, s.Cut.Threshold)
		_, sum, left := s.Walk(block, ties, math.MaxUint64)
		counts, sums, ties = append(counts, above, equal), append(sums, sum), left
	}
	emit(e, r, 0, SiteCut, s.Cut)
	emit(e, r, 0, SiteCutCounts, counts...)
	emit(e, r, 0, SiteWeightSums, sums...)
}

func (e *Engine) tapToken(r row, id uint32) {
	if e.tap != nil {
		emit(e, r, 0, SiteToken, id)
	}
}
