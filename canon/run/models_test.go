package run_test

import (
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
func randomModel(t testing.TB, h model.Header) *model.Model { return written(t, h, writeRandom) }

// extremeModel writes a model of which every stored number is the largest or the
// smallest that its type holds: whatever overflows, overflows here.
func extremeModel(t testing.TB, h model.Header) *model.Model { return written(t, h, writeExtreme) }

func written(t testing.TB, h model.Header, write func(io.Writer, model.Header) error) *model.Model {
	t.Helper()
	path := filepath.Join(t.TempDir(), "random.canon")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := write(f, h); err != nil {
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
	return model.Header{
		Vocab: 16384, Dim: 768, Layers: 12, Heads: 12, KVHeads: 4, HeadDim: 64, FFN: 2304, MaxContext: 512,
		AttnScale: 3025581, RopeInterleaved: true, TiedHead: true, Widths: model.Widths{AttnIn: 8, AttnOut: 8, FFNIn: 8, FFNOut: 16, Head: 8},
	}
}

func writeExtreme(w io.Writer, h model.Header) error {
	r := rand.New(rand.NewPCG(8, 8))
	h.NormEps, h.EOS, h.AttnScale = 1, []uint32{h.Vocab - 1}, 1<<24
	return model.Write(w, h, []byte("{}"), func(part model.Part, _ int) (model.Weights, error) {
		rows, cols := model.Shape(h, part)
		var out model.Weights
		for range rows * cols {
			least := r.IntN(2) == 0
			switch {
			case part == model.Rope && least:
				out.Data = binary.LittleEndian.AppendUint32(out.Data, 1<<31)
			case part == model.Rope:
				out.Data = binary.LittleEndian.AppendUint32(out.Data, 1<<31-1)
			case model.IsNorm(part) && least:
				out.Data = binary.LittleEndian.AppendUint16(out.Data, 1<<15)
			case model.IsNorm(part):
				out.Data = binary.LittleEndian.AppendUint16(out.Data, 1<<15-1)
			default:
				out.Data = append(out.Data, [2]byte{0x80, 0x7f}[r.IntN(2)])
			}
		}
		if part != model.Rope {
			for range rows {
				out.Scales = append(out.Scales, 1<<32-1)
			}
		}
		return out, nil
	})
}
