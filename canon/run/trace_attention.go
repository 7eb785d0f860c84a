package run

import (
	"math"
	"slices"

	"github.com/aichain/aichain/canon/ops"
	"github.com/aichain/aichain/canon/step"
)

// tapPacked gives the packed heads of each row and the values of its block so far.
func (s *pass) tapPacked(layer int) {
	if s.e.tap == nil {
		return
	}
	n, count, kv := int(s.e.h.Heads*s.e.h.HeadDim), int(s.e.h.Heads), int(s.e.h.KVHeads)
	for i, r := range s.rows {
		s.emitPacked(r, layer, step.SiteQueryPacked, s.packed[i*n:(i+1)*n], s.exponents[i*count:(i+1)*count])
		s.emitCached(r, layer, step.SiteKeyPacked, r.seq.keys[layer*kv:(layer+1)*kv])
		s.emitCached(r, layer, step.SiteValuePacked, r.seq.values[layer*kv:(layer+1)*kv])
		s.emitBlock(r, layer, r.seq.values[layer*kv:(layer+1)*kv])
	}
}

// emitCached gives what a row put into the caches of one layer.
func (s *pass) emitCached(r row, layer int, site step.Site, cache []heads) {
	if !s.hears(r, layer, site) {
		return
	}
	d := int(s.e.h.HeadDim)
	var exponents []uint8
	var mantissas []int16
	for _, c := range cache {
		exponents = append(exponents, c.exponent[r.position])
		mantissas = append(mantissas, c.mantissa[r.position*d:(r.position+1)*d]...)
	}
	s.emitPacked(r, layer, site, mantissas, exponents)
}

// emitBlock gives the values of a row's block of positions up to the row, element by
// element, so that one step finds those of a partial sum side by side.
func (s *pass) emitBlock(r row, layer int, cache []heads) {
	if !s.hears(r, layer, step.SiteValueBlock) {
		return
	}
	d, first := int(s.e.h.HeadDim), r.position/step.PartialPositions*step.PartialPositions
	n := r.position + 1 - first
	exponents, mantissas := make([]uint8, 0, len(cache)*n), make([]int16, len(cache)*d*n)
	for k, c := range cache {
		exponents = append(exponents, c.exponent[first:][:n]...)
		for t := range n {
			for i, v := range c.mantissa[(first+t)*d:][:d] {
				mantissas[(k*d+i)*n+t] = v
			}
		}
	}
	s.emitPacked(r, layer, step.SiteValueBlock, mantissas, exponents)
}

func (s *pass) emitPacked(r row, layer int, site step.Site, mantissas []int16, exponents []uint8) {
	if s.hears(r, layer, site) {
		s.bytes = append(encode(s.bytes[:0], mantissas), exponents...)
		s.e.tap(At{r.seq.index, r.position, layer, site}, s.bytes)
	}
}

// mixTrace collects the tensors of one row's attention over its heads.
type mixTrace struct {
	scores, blockBest, best []int32
	weights                 []uint32
	blockTotals, totals     []int64
	partials                []int64
}

// hearsMix tells whether somebody wants what is only known while heads are mixed.
func (s *pass) hearsMix(r row, layer int) bool {
	for site := step.SiteScores; site <= step.SitePartials; site++ {
		if s.hears(r, layer, site) {
			return true
		}
	}
	return false
}

// tapMix repeats the attention of each row and gives its tensors.
func (s *pass) tapMix(layer int) {
	if s.e.tap == nil {
		return
	}
	count := int(s.e.h.Heads)
	for i, r := range s.rows {
		if !s.hearsMix(r, layer) {
			continue
		}
		traces := make([]mixTrace, count)
		s.e.share(count, parallelWork/(2*(r.position+1)*int(s.e.h.HeadDim))+1, func(from, to int) {
			for head := from; head < to; head++ {
				s.traceHead(layer, i*count+head, &traces[head])
			}
		})
		var t mixTrace
		for _, h := range traces {
			t.join(h)
		}
		emit(s, r, layer, step.SiteScores, t.scores...)
		emit(s, r, layer, step.SiteBest, append(t.blockBest, t.best...)...)
		emit(s, r, layer, step.SiteWeights, t.weights...)
		emit(s, r, layer, step.SiteTotals, append(t.blockTotals, t.totals...)...)
		emit(s, r, layer, step.SitePartials, t.partials...)
	}
	s.tapRows(layer, step.SiteMixed, s.mixed)
}

// join adds the next head.
func (t *mixTrace) join(h mixTrace) {
	t.scores, t.weights, t.partials = append(t.scores, h.scores...), append(t.weights, h.weights...), append(t.partials, h.partials...)
	t.blockBest, t.best = append(t.blockBest, h.blockBest...), append(t.best, h.best...)
	t.blockTotals, t.totals = append(t.blockTotals, h.blockTotals...), append(t.totals, h.totals...)
}

// traceHead computes one head. The partial sums are over step.PartialPositions positions
// each and add up to the accumulator.
func (s *pass) traceHead(layer, i int, t *mixTrace) {
	d := int(s.e.h.HeadDim)
	_, values, n := s.cached(layer, i)
	b := newScratch(n, d)
	s.mixHead(layer, i, b)
	best, total := int32(math.MinInt32), int64(0)
	for at := 0; at < n; at += ops.BlockLen {
		to, blockTotal := min(at+ops.BlockLen, n), int64(0)
		for _, w := range b.weights[at:to] {
			blockTotal += int64(w)
		}
		blockBest := slices.Max(b.scores[at:to])
		t.blockBest, t.blockTotals = append(t.blockBest, blockBest), append(t.blockTotals, blockTotal)
		best, total = max(best, blockBest), total+blockTotal
	}
	t.best, t.totals = []int32{best}, []int64{total}
	t.scores, t.weights = b.scores, b.weights
	parts := (n + step.PartialPositions - 1) / step.PartialPositions
	t.partials = make([]int64, d*parts)
	for part := range parts {
		at := part * step.PartialPositions
		to, acc := min(at+step.PartialPositions, n), make([]int64, d)
		s.e.mix.Weigh(acc, values.mantissa[at*d:to*d], b.shifted[at:to])
		for j, v := range acc {
			t.partials[j*parts+part] = v
		}
	}
}
