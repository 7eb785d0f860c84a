package run

import (
	"slices"

	"github.com/aichain/aichain/canon/ops"
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
	result  Result
	keys    []heads // layer x kv head
	values  []heads
}

func (e *Engine) newSequence(index int, r Request) *sequence {
	n := int(e.h.Layers * e.h.KVHeads)
	return &sequence{index: index, request: r, ids: slices.Clone(r.Prompt), keys: make([]heads, n), values: make([]heads, n)}
}

// choose picks the token that follows a row and decides whether the answer ends.
func (e *Engine) choose(r row) {
	q := r.seq
	id := uint32(pick(r.logits, q.request.Sampling, uint64(len(q.ids))))
	e.tapToken(r, id)
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

// pick chooses from logits; position is where the chosen token will stand.
func pick(logits []int32, s Sampling, position uint64) int {
	if s.Temperature == 0 {
		return ops.ArgMax(logits)
	}
	return ops.Sample(logits, s.Temperature, s.TopK, ops.Draw(s.Seed, position))
}
