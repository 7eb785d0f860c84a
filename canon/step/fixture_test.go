package step_test

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/ops"
	"github.com/aichain/aichain/canon/step"
)

// valid completes a header to one that ParseHeader accepts.
func valid(t testing.TB, h model.Header) model.Header {
	t.Helper()
	h.Profile, h.Arch, h.TablesHash = model.Profile, model.Arch, ops.TablesHash()
	h.NormEps, h.AttnScale, h.TokenizerBytes = 42950, 3025581, 2
	if h.EOS == nil {
		h.EOS = []uint32{h.Vocab - 1}
	}
	out, err := model.ParseHeader(h.Encode())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// llama8B is the shape of an 8-billion-parameter model.
func llama8B(t testing.TB) model.Header {
	return valid(t, model.Header{
		Vocab: 128256, Dim: 4096, Layers: 32, Heads: 32, KVHeads: 8, HeadDim: 128, FFN: 14336, MaxContext: 8192,
		RopeInterleaved: true, Widths: model.Widths{AttnIn: 8, AttnOut: 8, FFNIn: 8, FFNOut: 16, Head: 8},
	})
}

// largest are headers at the limits: every row as long as it may be.
func largest(t testing.TB) map[string]model.Header {
	w8, w16 := model.Widths{AttnIn: 8, AttnOut: 8, FFNIn: 8, FFNOut: 8, Head: 8}, model.Widths{AttnIn: 16, AttnOut: 16, FFNIn: 16, FFNOut: 16, Head: 16}
	return map[string]model.Header{
		"8 bits": valid(t, model.Header{
			Vocab: model.MaxVocab, Dim: model.MaxRow8, Layers: model.MaxLayers, Heads: 120, KVHeads: 120, HeadDim: 256,
			FFN: model.MaxRow8, MaxContext: model.MaxContext, Widths: w8,
		}),
		"16 bits": valid(t, model.Header{
			Vocab: model.MaxVocab, Dim: model.MaxRow16, Layers: model.MaxLayers, Heads: 80, KVHeads: 1, HeadDim: 256,
			FFN: model.MaxRow16, MaxContext: model.MaxContext, Widths: w16,
		}),
		"many heads": valid(t, model.Header{Vocab: 2, Dim: 2, Layers: 1, Heads: 1024, KVHeads: 1024, HeadDim: 20, FFN: 2, MaxContext: model.MaxContext, Widths: w16}),
		"smallest":   valid(t, model.Header{Vocab: 2, Dim: 2, Layers: 1, Heads: 1, KVHeads: 1, HeadDim: 4, FFN: 2, MaxContext: 2, Widths: w8}),
	}
}

// claim is some claim of so many tokens, ended by length.
func claim(prompt, output int, temperature, topK uint32) step.Claim {
	return step.Claim{
		Prompt: make([]uint32, prompt), MaxOutput: uint32(output), Temperature: temperature, TopK: topK,
		Output: make([]uint32, output), Stop: step.StopLength,
	}
}

func shape(t testing.TB, h model.Header, c step.Claim) step.Shape {
	t.Helper()
	s, err := step.NewShape(h, c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// randomHash is cheap and never twice the same.
func randomHash(r *rand.Rand) (h step.Hash) {
	for i := 0; i < 32; i += 8 {
		binary.LittleEndian.PutUint64(h[i:], r.Uint64())
	}
	return h
}

// fakeRows gives rows of random weights under a root that it makes up: the path of the
// only row that is asked for is random, and decides the root.
type fakeRows struct {
	h      model.Header
	root   step.Hash
	random *rand.Rand
}

// leaf is the place of a row in the model's tree, and the number of its leaves.
func (f *fakeRows) leaf(id model.RowID) (at, leaves uint64) {
	at, leaves = 1, 1
	for part := model.Embedding; part <= model.Rope; part++ {
		rows, _ := model.Shape(f.h, part)
		n := uint64(rows)
		if part >= model.AttnNorm && part <= model.Down {
			if part < id.Part || id.Part > model.Down {
				at += n
			}
			if id.Part >= model.AttnNorm {
				at += n * uint64(min(id.Layer, int(f.h.Layers)-1))
			}
			n *= uint64(f.h.Layers)
		} else if part < id.Part {
			at += n
		}
		leaves += n
	}
	return at + id.Row, leaves
}

func (f *fakeRows) RowProof(id model.RowID) ([]byte, [][32]byte, error) {
	_, cols := model.Shape(f.h, id.Part)
	bytes := 4 + cols
	if model.IsNorm(id.Part) {
		bytes += cols
	}
	row := make([]byte, bytes)
	for i := range row {
		row[i] = byte(f.random.Uint32())
	}
	hash := sha256.Sum256(append([]byte{0}, row...))
	var proof [][32]byte
	i, leaves := f.leaf(id)
	for n := leaves; n > 1; i, n = i/2, (n+1)/2 {
		if i^1 >= n {
			continue
		}
		sibling := randomHash(f.random)
		proof = append(proof, sibling)
		if i%2 == 0 {
			hash = sha256.Sum256(append(append([]byte{1}, hash[:]...), sibling[:]...))
		} else {
			hash = sha256.Sum256(append(append([]byte{1}, sibling[:]...), hash[:]...))
		}
	}
	f.root = sha256.Sum256(append(binary.LittleEndian.AppendUint64([]byte{2}, leaves), hash[:]...))
	return row, proof, nil
}
