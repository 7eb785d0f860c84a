package run_test

import (
	"context"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/run"
)

const nanoFile = "../../models/nano/nano.canon"

// open opens a model file for a test.
func open(t testing.TB, path string) *model.Model {
	t.Helper()
	m, err := model.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// engine prepares a model.
func engine(t testing.TB, m *model.Model, o run.Options) *run.Engine {
	t.Helper()
	e, err := run.New(m, o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// randomModel writes a model of random weights with rows of a trained model's scale.
func randomModel(t testing.TB, h model.Header) *model.Model {
	t.Helper()
	path := filepath.Join(t.TempDir(), "random.canon")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeRandom(f, h); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, path)
}

func writeRandom(w io.Writer, h model.Header) error {
	r := rand.NewChaCha8([32]byte{1})
	h.NormEps, h.EOS = 42950, []uint32{h.Vocab - 1}
	return model.Write(w, h, []byte("{}"), func(part model.Part, _ int) (model.Weights, error) {
		rows, cols := model.Shape(h, part)
		switch {
		case part == model.Rope:
			return model.Weights{Data: randomRope(r, rows*cols)}, nil
		case model.IsNorm(part):
			data := make([]byte, 0, 2*cols)
			for range cols {
				data = binary.LittleEndian.AppendUint16(data, 16384)
			}
			return model.Weights{Scales: []uint32{1 << 16}, Data: data}, nil // gain 1
		}
		out := model.Weights{Scales: make([]uint32, rows), Data: make([]byte, rows*cols)}
		for i := range out.Scales {
			out.Scales[i] = 1 << 30 / 127 / 8
		}
		_, err := r.Read(out.Data)
		return out, err
	})
}

// randomRope is not a rotation, but within its bounds.
func randomRope(r *rand.ChaCha8, n int) []byte {
	out := make([]byte, 0, 4*n)
	for range n {
		out = binary.LittleEndian.AppendUint32(out, uint32(int32(r.Uint64())>>2))
	}
	return out
}

// about100M is a model of 101 M parameters, two thirds of GPT-2's depth.
func about100M() model.Header {
	return model.Header{Vocab: 16384, Dim: 768, Layers: 12, Heads: 12, KVHeads: 4, HeadDim: 64, FFN: 2304, MaxContext: 512,
		AttnScale: 3025581, RopeInterleaved: true, TiedHead: true, Widths: model.Widths{AttnIn: 8, AttnOut: 8, FFNIn: 8, FFNOut: 16, Head: 8}}
}

var kernels = []struct {
	name     string
	portable bool
}{{"fast", false}, {"portable", true}}

// benchmark measures tokens per second on one thread: reading a prompt of 64 tokens,
// and producing 64 tokens after one.
func benchmark(b *testing.B, m *model.Model) {
	const tokens = 64
	prompt := make([]uint32, tokens)
	for i := range prompt {
		prompt[i] = uint32(i*7+5) % (m.Header().Vocab - 1)
	}
	for _, k := range kernels {
		e := engine(b, m, run.Options{Threads: 1, Portable: k.portable})
		b.Run("prefill/"+k.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := e.Generate(context.Background(), run.Request{Prompt: prompt, MaxTokens: 1}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*tokens)/b.Elapsed().Seconds(), "tok/s")
		})
		b.Run("decode/"+k.name, func(b *testing.B) {
			made := 0
			for b.Loop() {
				r, err := e.Generate(context.Background(), run.Request{Prompt: prompt[:1], MaxTokens: tokens})
				if err != nil {
					b.Fatal(err)
				}
				made += 1 + len(r.Tokens)
			}
			b.ReportMetric(float64(made)/b.Elapsed().Seconds(), "tok/s")
		})
	}
}

func BenchmarkNano(b *testing.B) { benchmark(b, open(b, nanoFile)) }

func Benchmark100M(b *testing.B) { benchmark(b, randomModel(b, about100M())) }
