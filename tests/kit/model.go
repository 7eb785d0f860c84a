package kit

import (
	"bytes"
	"hash/fnv"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/aichain/aichain/canon/model"
)

// Shape of the small models, in tokens. The context is short enough to be exceeded within the default limits of
// input and output.
const (
	Vocab      = 512
	MaxContext = 4600
)

// Model is a model file as it is published.
type Model struct {
	ID     []byte   // the Merkle root, 32 bytes
	Header []byte   // canonical
	Proof  [][]byte // of the header under the root
}

var (
	modelLock sync.Mutex
	models    = map[string]Model{}
)

// TinyModel returns a published form of a model with no weights to speak of; each name has its own root.
func TinyModel(tb testing.TB, name string) Model {
	tb.Helper()
	modelLock.Lock()
	defer modelLock.Unlock()
	if m, ok := models[name]; ok {
		return m
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(name))
	h := model.Header{
		Vocab: Vocab, Dim: 4, Layers: 1, Heads: 1, KVHeads: 1, HeadDim: 4, FFN: 4, MaxContext: MaxContext,
		NormEps: hash.Sum32()>>1 + 1, AttnScale: 1 << 20, TiedHead: true,
		Widths: model.Widths{AttnIn: 8, AttnOut: 8, FFNIn: 8, FFNOut: 8, Head: 8}, EOS: []uint32{2},
	}
	var file bytes.Buffer
	err := model.Write(&file, h, []byte("no tokenizer"), func(p model.Part, _ int) (model.Weights, error) {
		rows, cols := model.Shape(h, p)
		return zeros(p, rows, cols), nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(tb.TempDir(), "tiny.canon")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		tb.Fatal(err)
	}
	models[name] = ReadModel(tb, path)
	return models[name]
}

// ReadModel returns the published form of a model file.
func ReadModel(tb testing.TB, path string) Model {
	tb.Helper()
	m, err := model.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = m.Close() }()
	root, err := m.Root()
	if err != nil {
		tb.Fatal(err)
	}
	path32, err := m.HeaderProof()
	if err != nil {
		tb.Fatal(err)
	}
	proof := make([][]byte, len(path32))
	for i, n := range path32 {
		proof[i] = append([]byte(nil), n[:]...)
	}
	return Model{ID: root[:], Header: m.Header().Encode(), Proof: proof}
}

// zeros is a tensor of the right size.
func zeros(p model.Part, rows, cols int) model.Weights {
	width := 1
	switch {
	case p == model.Rope:
		return model.Weights{Data: make([]byte, 4*rows*cols)}
	case model.IsNorm(p):
		width = 2
	}
	w := model.Weights{Scales: make([]uint32, rows), Data: make([]byte, width*rows*cols)}
	for i := range w.Scales {
		w.Scales[i] = 1
	}
	return w
}
