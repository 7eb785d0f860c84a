package forge

import (
	"encoding/binary"
	"io"
	"math/rand/v2"

	"github.com/aichain/aichain/canon/model"
)

// Small is the header of a model that runs in microseconds and whose steps are of every kind. Vocabulary and context
// may be changed before it is written.
func Small() model.Header {
	return model.Header{
		Vocab: 512, Dim: 8, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 4, FFN: 12, MaxContext: 64, NormEps: 42950, AttnScale: 12102203,
		Widths: model.Widths{AttnIn: 8, AttnOut: 16, FFNIn: 16, FFNOut: 8, Head: 8}, EOS: []uint32{2},
	}
}

// WriteRandom writes a model of random weights, with rows of a trained model's scale. A seed is a model.
func WriteRandom(w io.Writer, h model.Header, seed [32]byte) error {
	r := rand.NewChaCha8(seed)
	return model.Write(w, h, []byte("{}"), func(part model.Part, _ int) (model.Weights, error) {
		rows, cols := model.Shape(h, part)
		switch {
		case part == model.Rope: // not a rotation, but within its bounds
			var out []byte
			for range rows * cols {
				out = binary.LittleEndian.AppendUint32(out, uint32(int32(r.Uint64())>>2))
			}
			return model.Weights{Data: out}, nil
		case model.IsNorm(part):
			var gain []byte
			for range cols {
				gain = binary.LittleEndian.AppendUint16(gain, 16384)
			}
			return model.Weights{Scales: []uint32{1 << 16}, Data: gain}, nil // gain 1
		}
		out := model.Weights{Scales: make([]uint32, rows), Data: make([]byte, rows*cols)}
		for i := range out.Scales {
			out.Scales[i] = 1 << 30 / 127 / 8
		}
		_, err := r.Read(out.Data)
		return out, err
	})
}
