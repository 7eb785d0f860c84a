package run_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/ops"
	"github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/canon/step"
)

// trace keeps a hash of every tensor of one request.
type trace map[run.At][32]byte

// tracer collects traces by request.
func tracer(requests int) ([]trace, run.Tap) {
	out := make([]trace, requests)
	for i := range out {
		out[i] = trace{}
	}
	return out, func(at run.At, data []byte) {
		request := at.Request
		at.Request = 0
		if _, twice := out[request][at]; twice {
			panic(fmt.Sprintf("tensor %v came twice", at))
		}
		out[request][at] = sha256.Sum256(data)
	}
}

// graphOrder sorts by position, layer and site, the tail after the layers.
func graphOrder(a, b run.At) int {
	rank := func(at run.At) []int {
		group := 1
		if at.Site == step.SiteEmbedding {
			group = 0
		} else if at.Site >= step.SiteOutSquares {
			group = 2
		}
		return []int{at.Position, group, at.Layer, int(at.Site)}
	}
	return slices.Compare(rank(a), rank(b))
}

// digest hashes a trace in graph order.
func (t trace) digest() (out [32]byte) {
	h := sha256.New()
	for _, at := range slices.SortedFunc(maps.Keys(t), graphOrder) {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(at.Position)<<24|uint64(at.Layer)<<8|uint64(at.Site)))
		sum := t[at]
		h.Write(sum[:])
	}
	h.Sum(out[:0])
	return out
}

// small is a model that uses what nano does not: halves pairing, 16-bit widths, a
// tied head, three query heads to a key head, row lengths that no vector fits.
func small() model.Header {
	return model.Header{
		Vocab: 101, Dim: 42, Layers: 2, Heads: 6, KVHeads: 2, HeadDim: 10, FFN: 70, MaxContext: 96,
		AttnScale: 7654023, TiedHead: true, Widths: model.Widths{AttnIn: 16, AttnOut: 8, FFNIn: 16, FFNOut: 8, Head: 16},
	}
}

// wide has rows and logits of more than one block of 4096.
func wide() model.Header {
	return model.Header{
		Vocab: 4500, Dim: 18, Layers: 1, Heads: 1, KVHeads: 1, HeadDim: 4, FFN: 4200, MaxContext: 96,
		AttnScale: 12102203, RopeInterleaved: true, Widths: model.Widths{AttnIn: 8, AttnOut: 8, FFNIn: 8, FFNOut: 16, Head: 8},
	}
}

// aligned has only rows that the widest kernels take.
func aligned() model.Header {
	return model.Header{
		Vocab: 128, Dim: 64, Layers: 2, Heads: 4, KVHeads: 2, HeadDim: 16, FFN: 128, MaxContext: 96,
		AttnScale: 6051161, RopeInterleaved: true, Widths: model.Widths{AttnIn: 8, AttnOut: 16, FFNIn: 8, FFNOut: 16, Head: 8},
	}
}

// prompts are ids below 100 of several lengths, one longer than a pass.
func prompts() []run.Request {
	var out []run.Request
	for i, length := range []int{1, 7, 40, 3, 33} {
		r := run.Request{MaxTokens: 12}
		for j := range length {
			r.Prompt = append(r.Prompt, uint32(4+(i*31+j*17)%96))
		}
		if i%2 == 1 {
			r.Sampling = run.Sampling{Temperature: 1500, TopK: uint32(40 * (i / 3)), Seed: [32]byte{byte(i)}}
		}
		out = append(out, r)
	}
	return out
}

// outcome is everything that must not change.
type outcome struct {
	result run.Result
	digest [32]byte
}

func runBatch(t *testing.T, m *model.Model, o run.Options, requests []run.Request) []outcome {
	t.Helper()
	traces, tap := tracer(len(requests))
	o.Tap = tap
	results, err := engine(t, m, o).GenerateBatch(context.Background(), requests)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]outcome, len(results))
	for i, r := range results {
		out[i] = outcome{r, traces[i].digest()}
	}
	return out
}

func models(t *testing.T) map[string]*model.Model {
	return map[string]*model.Model{
		"nano": open(t, nanoFile), "small": randomModel(t, small()), "wide": randomModel(t, wide()),
		"extreme": extremeModel(t, small()), "extreme vectors": extremeModel(t, aligned()),
	}
}

// Tokens and all intermediate values are those of one request alone on one thread of
// plain Go, whatever the batch, the threads and the kernels.
func TestNothingDependsOnBatchThreadsOrKernel(t *testing.T) {
	for name, m := range models(t) {
		var want []outcome
		for _, r := range prompts() {
			want = append(want, runBatch(t, m, run.Options{Threads: 1, Portable: true}, []run.Request{r})...)
		}
		for _, o := range []run.Options{{Threads: 1}, {Threads: 2}, {Threads: 7}, {Threads: 3, Portable: true}, {}} {
			got := runBatch(t, m, o, prompts())
			for i := range want {
				if !slices.Equal(got[i].result.Tokens, want[i].result.Tokens) || got[i].result.Stop != want[i].result.Stop {
					t.Errorf("%s %+v request %d: %v, alone %v", name, o, i, got[i].result, want[i].result)
				}
				if got[i].digest != want[i].digest {
					t.Errorf("%s %+v request %d: other intermediate values", name, o, i)
				}
			}
		}
	}
}

// A token has the same tensors whether it was produced or read as part of a prompt.
func TestPrefillEqualsDecode(t *testing.T) {
	for name, m := range models(t) {
		for i, r := range prompts() {
			traces, tap := tracer(1)
			first, err := engine(t, m, run.Options{Tap: tap}).Generate(context.Background(), r)
			if err != nil {
				t.Fatal(err)
			}
			again, tap := tracer(1)
			longer := run.Request{Prompt: slices.Concat(r.Prompt, first.Tokens), MaxTokens: 1, Sampling: r.Sampling}
			if _, err := engine(t, m, run.Options{Tap: tap}).Generate(context.Background(), longer); err != nil {
				t.Fatal(err)
			}
			for at, hash := range again[0] {
				if before, ok := traces[0][at]; ok && before != hash {
					t.Fatalf("%s request %d: %+v differs between prefill and decode", name, i, at)
				}
			}
		}
	}
}

func TestLogitsAreThoseOfGenerate(t *testing.T) {
	m, ids := open(t, nanoFile), prompts()[2].Prompt
	e := engine(t, m, run.Options{})
	logits, err := e.Logits(context.Background(), ids)
	if err != nil {
		t.Fatal(err)
	}
	for i := range ids {
		r, err := e.Generate(context.Background(), run.Request{Prompt: ids[:i+1], MaxTokens: 1})
		if err != nil {
			t.Fatal(err)
		}
		if id := uint32(ops.ArgMax(logits[i])); r.Stop == run.StopLength && r.Tokens[0] != id || r.Stop == run.StopEOS && id != 3 {
			t.Fatalf("position %d: logits say %d, answer %v", i, id, r)
		}
	}
}

func TestSamplingFollowsItsSeed(t *testing.T) {
	e := engine(t, randomModel(t, small()), run.Options{})
	answer := func(s run.Sampling) []uint32 {
		r, err := e.Generate(context.Background(), run.Request{Prompt: []uint32{1, 2}, MaxTokens: 20, Sampling: s})
		if err != nil {
			t.Fatal(err)
		}
		return r.Tokens
	}
	hot := run.Sampling{Temperature: 5000, Seed: [32]byte{1}}
	other := run.Sampling{Temperature: 5000, Seed: [32]byte{2}}
	if !slices.Equal(answer(hot), answer(hot)) {
		t.Error("one seed, two answers")
	}
	if slices.Equal(answer(hot), answer(other)) {
		t.Error("two seeds, one answer")
	}
	if hot.TopK = 1; !slices.Equal(answer(hot), answer(run.Sampling{})) {
		t.Error("the best token alone is not the greedy answer")
	}
}

func TestStopReasons(t *testing.T) {
	// Small's stop token is its last; a greedy run on random weights rarely meets it.
	e := engine(t, randomModel(t, small()), run.Options{})
	var heard []uint32
	r, err := e.Generate(context.Background(), run.Request{Prompt: make([]uint32, 90), MaxTokens: 1 << 30, OnToken: func(id uint32) { heard = append(heard, id) }})
	if err != nil || r.Stop != run.StopContext || len(r.Tokens) != 6 || !slices.Equal(heard, r.Tokens) {
		t.Errorf("context: %v %v, heard %v", r, err, heard)
	}
	if r, err = e.Generate(context.Background(), run.Request{Prompt: make([]uint32, 90), MaxTokens: 6}); err != nil || r.Stop != run.StopLength {
		t.Errorf("length before context: %v %v", r, err)
	}
	e = engine(t, open(t, nanoFile), run.Options{})
	prompt := []uint32{0, 1, 55, 59, 47, 56, 57, 65, 2} // 37+45=
	if r, err = e.Generate(context.Background(), run.Request{Prompt: prompt, MaxTokens: 8}); err != nil || r.Stop != run.StopEOS || slices.Contains(r.Tokens, 3) {
		t.Errorf("stop token: %v %v", r, err)
	}
}

func TestBadRequests(t *testing.T) {
	e := engine(t, open(t, nanoFile), run.Options{})
	for name, c := range map[string]struct {
		request run.Request
		want    error
	}{
		"no prompt":        {run.Request{MaxTokens: 1}, run.ErrEmptyPrompt},
		"unknown token":    {run.Request{Prompt: []uint32{512}, MaxTokens: 1}, run.ErrTokenOutOfVocabulary},
		"no room":          {run.Request{Prompt: make([]uint32, 512), MaxTokens: 1}, run.ErrPromptTooLong},
		"no answer wanted": {run.Request{Prompt: []uint32{1}}, run.ErrMaxTokens},
		"less than none":   {run.Request{Prompt: []uint32{1}, MaxTokens: -5}, run.ErrMaxTokens},
		"absurdly hot":     {run.Request{Prompt: []uint32{1}, MaxTokens: 1, Sampling: run.Sampling{Temperature: 100_001}}, run.ErrTemperature},
	} {
		if _, err := e.Generate(context.Background(), c.request); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if r, err := e.Generate(context.Background(), run.Request{Prompt: make([]uint32, 511), MaxTokens: 5}); err != nil || len(r.Tokens)+int(r.Stop) == 0 {
		t.Errorf("the longest prompt: %v %v", r, err)
	}
	if _, err := e.Logits(context.Background(), []uint32{600}); !errors.Is(err, run.ErrTokenOutOfVocabulary) {
		t.Error(err)
	}
	if _, err := run.New(open(t, nanoFile), run.Options{Threads: -1}); !errors.Is(err, run.ErrThreads) {
		t.Error(err)
	}
}

func TestCancelEndsARun(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	e := engine(t, randomModel(t, small()), run.Options{})
	heard := 0
	_, err := e.Generate(ctx, run.Request{Prompt: []uint32{1}, MaxTokens: 50, OnToken: func(uint32) {
		if heard++; heard == 3 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || heard != 3 {
		t.Fatalf("%v after %d tokens", err, heard)
	}
}

func TestOneEngineServesManyCallers(t *testing.T) {
	e := engine(t, open(t, nanoFile), run.Options{Threads: 3})
	want, err := e.GenerateBatch(context.Background(), prompts())
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i, r := range prompts() {
				if got, err := e.Generate(context.Background(), r); err != nil || !slices.Equal(got.Tokens, want[i].Tokens) {
					t.Errorf("request %d: %v %v, want %v", i, got, err, want[i])
				}
			}
		})
	}
	wg.Wait()
}
