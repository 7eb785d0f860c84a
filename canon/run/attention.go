package run

import (
	"slices"

	"github.com/aichain/aichain/canon/ops"
	"github.com/aichain/aichain/canon/step"
)

// rotate turns the query and key heads by their positions.
func (s *pass) rotate(layer int) {
	h := s.e.h
	d := int(h.HeadDim)
	if layer == 0 { // the angles are those of every layer
		s.rope = grow(s.rope, len(s.rows)*d)
		for i, r := range s.rows {
			s.e.m.RopeRow(s.rope[i*d:(i+1)*d], r.position)
		}
	}
	for _, x := range [][]int32{s.q, s.k} {
		perRow := len(x) / len(s.rows)
		for at := 0; at < len(x); at += d {
			i := at / perRow
			ops.RopeHead(x[at:at+d], s.rope[i*d:(i+1)*d], h.RopeInterleaved)
		}
	}
	s.tapRows(layer, step.SiteQueryRotated, s.q)
	s.tapRows(layer, step.SiteKeyRotated, s.k)
}

// pack turns queries, keys and values into 16-bit mantissas; keys and values go to
// the caches of their sequences.
func (s *pass) pack(layer int) {
	h := s.e.h
	d, kv := int(h.HeadDim), int(h.KVHeads)
	s.packed, s.exponents = grow(s.packed, len(s.q)), grow(s.exponents, len(s.q)/d)
	for i := range s.exponents {
		s.exponents[i] = ops.PackKey(s.packed[i*d:(i+1)*d], s.q[i*d:(i+1)*d])
	}
	for i, r := range s.rows {
		for head := range kv {
			from := (i*kv + head) * d
			r.seq.keys[layer*kv+head].push(s.k[from:from+d], ops.PackKey)
			r.seq.values[layer*kv+head].push(s.v[from:from+d], ops.PackValue)
		}
	}
	s.tapPacked(layer)
}

// push packs one position's head onto the end of the cache.
func (c *heads) push(x []int32, pack func([]int16, []int32) uint8) {
	n := len(c.mantissa)
	c.mantissa = append(c.mantissa, make([]int16, len(x))...)
	c.exponent = append(c.exponent, pack(c.mantissa[n:], x))
}

// scratch is what one worker needs to mix heads, for the longest row of a pass.
type scratch struct {
	dots    []int64
	scores  []int32
	weights []uint32
	shifted []int32 // weights joined with the exponents of the values
	acc     []int64
}

func newScratch(positions, headDim int) *scratch {
	return &scratch{make([]int64, positions), make([]int32, positions), make([]uint32, positions), make([]int32, positions), make([]int64, headDim)}
}

// mix computes every head of every row. A row sees the positions up to its own, which
// are all in the cache by now.
func (s *pass) mix(layer int) {
	h := s.e.h
	n, d := len(s.rows)*int(h.Heads), int(h.HeadDim)
	longest := 0
	for _, r := range s.rows {
		longest = max(longest, r.position+1)
	}
	s.e.share(n, parallelWork/(2*longest*d)+1, func(from, to int) {
		b := newScratch(longest, d)
		for i := from; i < to; i++ {
			s.mixHead(layer, i, b)
		}
	})
	s.tapMix(layer)
}

// cached returns the key and value heads that query head i (counted over rows) uses.
func (s *pass) cached(layer, i int) (keys, values heads, positions int) {
	h, r := s.e.h, s.rows[i/int(s.e.h.Heads)]
	at := layer*int(h.KVHeads) + i%int(h.Heads)/int(h.Heads/h.KVHeads)
	return r.seq.keys[at], r.seq.values[at], r.position + 1
}

// mixHead computes one head of one row, i counting heads over rows.
func (s *pass) mixHead(layer, i int, b *scratch) {
	d, kernel := int(s.e.h.HeadDim), s.e.mix
	keys, values, n := s.cached(layer, i)
	dots, scores := b.dots[:n], b.scores[:n]
	kernel.Dots(dots, s.packed[i*d:(i+1)*d], keys.mantissa)
	for t, dot := range dots {
		scores[t] = ops.Score(dot, s.e.h.AttnScale, s.exponents[i], keys.exponent[t])
	}
	best, total := slices.Max(scores), int64(0)
	for t, score := range scores {
		w := ops.AttentionWeight(score, best)
		b.weights[t], b.shifted[t] = w, ops.Weight(w, values.exponent[t])
		total += int64(w)
	}
	clear(b.acc)
	kernel.Weigh(b.acc, values.mantissa, b.shifted[:n])
	for j, v := range b.acc {
		s.mixed[i*d+j] = ops.AttentionOutput(v, total)
	}
}
