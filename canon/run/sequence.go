package run

import (
	"slices"

	"github.com/aichain/aichain/canon/ops"
	"github.com/aichain/aichain/canon/step"
)

// heads is the cache of one key or value head of one layer: packed 16-bit mantissas
// and one exponent a position.
type heads struct {
	mantissa []int16
	exponent []uint8
}

// sequence is one request in progress.
type sequence struct {
	index   int // of the request in its batch
	request Request
	ids     []uint32 // prompt and answer
	done    int      // ids already computed
	ended   bool
	forced  bool // ids are given: tokens are chosen from the end of the prompt on, and not kept
	result  Result
	keys    []heads // layer x kv head
	values  []heads
}

func (e *Engine) newSequence(index int, r Request) *sequence {
	n := int(e.h.Layers * e.h.KVHeads)
	return &sequence{index: index, request: r, ids: slices.Clone(r.Prompt), keys: make([]heads, n), values: make([]heads, n)}
}

// chooses tells whether a token is chosen after a position.
func (q *sequence) chooses(position int) bool {
	if q.forced {
		return position >= len(q.request.Prompt)-1
	}
	return position == len(q.ids)-1
}

// choose picks the token that follows a row and decides whether the answer ends.
func (s *pass) choose(r row) {
	e, q := s.e, r.seq
	id := s.pick(r, q.request.Sampling)
	if q.forced {
		return
	}
	if slices.Contains(e.h.EOS, id) {
		q.end(StopEOS)
		return
	}
	q.ids = append(q.ids, id)
	q.result.Tokens = append(q.result.Tokens, id)
	if q.request.OnToken != nil {
		q.request.OnToken(id)
	}
	switch {
	case len(q.result.Tokens) == q.request.MaxTokens:
		q.end(StopLength)
	case len(q.ids) == int(e.h.MaxContext):
		q.end(StopContext)
	}
}

// end records the reason and gives the cache back.
func (q *sequence) end(reason StopReason) {
	q.ended, q.result.Stop, q.keys, q.values = true, reason, nil, nil
}

// pick chooses the token that will stand after a row.
func (s *pass) pick(r row, how Sampling) uint32 {
	s.tapBest(r)
	id := ops.ArgMax(r.logits)
	if how.Temperature > 0 {
		sampler := ops.NewSampler(r.logits, how.Temperature, how.TopK)
		s.tapSampler(r, sampler)
		id = sampler.Sample(r.logits, ops.Draw(how.Seed, uint64(r.position)+1))
	}
	emit(s, r, 0, step.SiteToken, uint32(id))
	return uint32(id)
}
