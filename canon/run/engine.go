package run

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/ops"
)

// Errors of a request, found before anything is computed.
var (
	// ErrEmptyPrompt: a prompt needs at least one token.
	ErrEmptyPrompt = errors.New("empty prompt")
	// ErrTokenOutOfVocabulary: a prompt token is not below the model's vocabulary.
	ErrTokenOutOfVocabulary = errors.New("token out of vocabulary")
	// ErrPromptTooLong: no place is left in the context for an answer.
	ErrPromptTooLong = errors.New("prompt too long")
	// ErrMaxTokens: at least one token must be asked for.
	ErrMaxTokens = errors.New("bad max tokens")
	// ErrTemperature: the temperature is above ops.MaxTemperatureMilli.
	ErrTemperature = errors.New("bad temperature")
	// ErrThreads: a negative number of threads was asked for.
	ErrThreads = errors.New("bad threads")
)

// StopReason tells why an answer ended. The numbers enter result digests and never
// change.
type StopReason uint8

// Reasons to stop; the first that holds, in this order, is reported.
const (
	// StopEOS: the model produced a stop token, which is not part of the answer.
	StopEOS StopReason = 1
	// StopLength: the answer has MaxTokens tokens.
	StopLength StopReason = 2
	// StopContext: prompt and answer together fill the model's context.
	StopContext StopReason = 3
)

// Sampling chooses tokens. The zero value is greedy: the largest logit, the lowest id
// among equals.
type Sampling struct {
	Temperature uint32   // thousandths; 0 is greedy; at most ops.MaxTemperatureMilli
	TopK        uint32   // keep the k largest logits, lowest ids first; 0 keeps all
	Seed        [32]byte // of the random stream; unused when greedy
}

// Request is one prompt. MaxTokens is at least 1; the context may end an answer
// sooner. OnToken, which may be nil, hears each answer token as it is chosen, on the
// caller's goroutine.
type Request struct {
	Prompt    []uint32
	MaxTokens int
	Sampling  Sampling
	OnToken   func(uint32)
}

// Result is an answer without its stop token.
type Result struct {
	Tokens []uint32
	Stop   StopReason
}

// Options tune an engine; none changes a single bit of what it computes.
type Options struct {
	// Threads is the number of cores used by one call; 0 means all.
	Threads int
	// Portable turns the fast kernels off.
	Portable bool
	// Tap, when set, hears every intermediate tensor and slows everything down.
	Tap Tap
}

// layer is one transformer block's weights in place.
type layer struct {
	attnNorm, ffnNorm []int32
	query, key, value model.Matrix
	attnOut           model.Matrix
	gate, up, down    model.Matrix
}

// Engine computes one model. It is safe for concurrent use; the model must stay open.
type Engine struct {
	m       *model.Model
	h       model.Header
	layers  []layer
	outNorm []int32
	embed   model.Matrix
	head    model.Matrix
	gemm    func(k int) ops.Gemm
	mix     ops.Mix
	tap     Tap
	wants   func(At) bool // which tensors the tap hears; nil for all
	threads int
	helpers chan struct{}
}

// New prepares an engine over an open model, without reading the weights.
func New(m *model.Model, o Options) (*Engine, error) {
	if o.Threads < 0 {
		return nil, fmt.Errorf("%w: %d", ErrThreads, o.Threads)
	}
	e := &Engine{m: m, h: m.Header(), gemm: ops.FastGemm, mix: ops.FastMix(int(m.Header().HeadDim)), tap: o.Tap, threads: o.Threads}
	if e.threads == 0 {
		e.threads = runtime.GOMAXPROCS(0)
	}
	if o.Portable {
		e.gemm, e.mix = func(int) ops.Gemm { return ops.PortableGemm() }, ops.PortableMix()
	}
	e.helpers = make(chan struct{}, e.threads-1)
	for i := range int(e.h.Layers) {
		e.layers = append(e.layers, layer{
			attnNorm: m.Gains(model.AttnNorm, i), ffnNorm: m.Gains(model.FFNNorm, i),
			query: m.Matrix(model.Query, i), key: m.Matrix(model.Key, i), value: m.Matrix(model.Value, i),
			attnOut: m.Matrix(model.AttnOut, i),
			gate:    m.Matrix(model.Gate, i), up: m.Matrix(model.Up, i), down: m.Matrix(model.Down, i),
		})
	}
	e.outNorm = m.Gains(model.OutputNorm, 0)
	e.embed, e.head = m.Matrix(model.Embedding, 0), m.Matrix(model.Head, 0)
	return e, nil
}

// Check returns the error that Generate would return for a request before computing.
func (e *Engine) Check(r Request) error {
	if len(r.Prompt) == 0 {
		return ErrEmptyPrompt
	}
	if limit := int(e.h.MaxContext) - 1; len(r.Prompt) > limit {
		return fmt.Errorf("%w: %d tokens, at most %d", ErrPromptTooLong, len(r.Prompt), limit)
	}
	if r.MaxTokens < 1 {
		return fmt.Errorf("%w: %d", ErrMaxTokens, r.MaxTokens)
	}
	if r.Sampling.Temperature > ops.MaxTemperatureMilli {
		return fmt.Errorf("%w: %d thousandths, at most %d", ErrTemperature, r.Sampling.Temperature, ops.MaxTemperatureMilli)
	}
	return e.checkTokens(r.Prompt)
}

func (e *Engine) checkTokens(ids []uint32) error {
	for i, id := range ids {
		if id >= e.h.Vocab {
			return fmt.Errorf("%w: token %d at %d, vocabulary %d", ErrTokenOutOfVocabulary, id, i, e.h.Vocab)
		}
	}
	return nil
}

// Generate answers one request. Errors: those of Check, or ctx's, in which case
// nothing of the answer is returned.
func (e *Engine) Generate(ctx context.Context, r Request) (Result, error) {
	out, err := e.GenerateBatch(ctx, []Request{r})
	if err != nil {
		return Result{}, err
	}
	return out[0], nil
}

// GenerateBatch answers several requests together; results are in their order and
// equal those of Generate. One bad request fails the batch before anything is
// computed, and the error says which.
func (e *Engine) GenerateBatch(ctx context.Context, requests []Request) ([]Result, error) {
	sequences := make([]*sequence, len(requests))
	for i, r := range requests {
		if err := e.Check(r); err != nil {
			return nil, fmt.Errorf("request %d: %w", i, err)
		}
		sequences[i] = e.newSequence(i, r)
	}
	s := e.newPass()
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !s.gather(sequences) {
			break
		}
		s.compute()
	}
	out := make([]Result, len(sequences))
	for i, q := range sequences {
		out[i] = q.result
	}
	return out, nil
}

// compute takes the gathered tokens through the model and chooses those that follow.
func (s *pass) compute() {
	s.forward()
	for _, r := range s.rows {
		if r.last {
			s.choose(r)
		}
	}
}

// Logits returns the Q16 logits after each of the given tokens, as the engine would
// see them at that position. Errors: those of a request's prompt, or ctx's.
func (e *Engine) Logits(ctx context.Context, ids []uint32) ([][]int32, error) {
	if len(ids) == 0 {
		return nil, ErrEmptyPrompt
	}
	if len(ids) > int(e.h.MaxContext) {
		return nil, fmt.Errorf("%w: %d tokens, at most %d", ErrPromptTooLong, len(ids), e.h.MaxContext)
	}
	if err := e.checkTokens(ids); err != nil {
		return nil, err
	}
	q, s := e.newSequence(0, Request{Prompt: ids}), e.newPass()
	var out [][]int32
	for len(out) < len(ids) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s.gather([]*sequence{q})
		for i := range s.rows {
			s.rows[i].last = true
		}
		s.forward()
		for _, r := range s.rows {
			out = append(out, append([]int32{}, r.logits...))
		}
	}
	return out, nil
}
