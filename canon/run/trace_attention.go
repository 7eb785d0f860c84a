package run

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/aichain/aichain/canon/ops"
)

// tapPacked gives the packed heads of each row.
func (s *step) tapPacked(layer int) {
	if s.e.tap == nil {
		return
	}
	n, count, kv := int(s.e.h.Heads*s.e.h.HeadDim), int(s.e.h.Heads), int(s.e.h.KVHeads)
	for i, r := range s.rows {
		s.emitPacked(r, layer, SiteQueryPacked, s.exponents[i*count:(i+1)*count], s.packed[i*n:(i+1)*n])
		s.emitCached(r, layer, SiteKeyPacked, r.seq.keys[layer*kv:(layer+1)*kv])
		s.emitCached(r, layer, SiteValuePacked, r.seq.values[layer*kv:(layer+1)*kv])
	}
}

// emitCached gives what a row put into the caches of one layer.
func (s *step) emitCached(r row, layer int, site Site, cache []heads) {
	d := int(s.e.h.HeadDim)
	var exponents []uint8
	var mantissas []int16
	for _, c := range cache {
		exponents = append(exponents, c.exponent[r.position])
		mantissas = append(mantissas, c.mantissa[r.position*d:(r.position+1)*d]...)
	}
	s.emitPacked(r, layer, site, exponents, mantissas)
}

func (s *step) emitPacked(r row, layer int, site Site, exponents []uint8, mantissas []int16) {
	data := append([]byte{}, exponents...)
	for _, v := range mantissas {
		data = binary.LittleEndian.AppendUint16(data, uint16(v))
	}
	s.e.tap(At{r.seq.index, r.position, layer, site}, data)
}

// mixTrace collects the tensors of one row's attention over its heads.
type mixTrace struct {
	scores, blockBest, best []int32
	weights                 []uint32
	blockTotals, totals     []int64
	partials                []int64
}

// tapMix repeats the attention of each row and gives its tensors.
func (s *step) tapMix(layer int) {
	if s.e.tap == nil {
		return
	}
	count := int(s.e.h.Heads)
	for i, r := range s.rows {
		var t mixTrace
		for head := range count {
			s.traceHead(layer, i*count+head, &t)
		}
		emit(s.e, r, layer, SiteScores, t.scores...)
		emit(s.e, r, layer, SiteBest, append(t.blockBest, t.best...)...)
		emit(s.e, r, layer, SiteWeights, t.weights...)
		emit(s.e, r, layer, SiteTotals, append(t.blockTotals, t.totals...)...)
		emit(s.e, r, layer, SitePartials, t.partials...)
	}
	s.tapRows(layer, SiteMixed, s.mixed)
}

// traceHead adds one head. The partial sums are over 64 positions each and add up to
// the accumulator.
func (s *step) traceHead(layer, i int, t *mixTrace) {
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
	t.best, t.totals = append(t.best, best), append(t.totals, total)
	t.scores, t.weights = append(t.scores, b.scores...), append(t.weights, b.weights...)
	for at := 0; at < n; at += partialPositions {
		to, acc := min(at+partialPositions, n), make([]int64, d)
		s.e.mix.Weigh(acc, values.mantissa[at*d:to*d], b.shifted[at:to])
		t.partials = append(t.partials, acc...)
	}
}
