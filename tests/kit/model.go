package kit

import (
	"context"
	"crypto/sha256"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/tests/forge"
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

// Brain is a model that can be run: what a worker has of it. It is safe for concurrent use.
type Brain struct {
	Model

	File   *model.Model // open for as long as the process lives
	Engine *run.Engine

	lock    sync.Mutex
	rows    map[model.RowID]provenRow
	answers map[[32]byte]Answer
}

type provenRow struct {
	row   []byte
	proof [][32]byte
}

var (
	brainLock sync.Mutex
	brains    = map[string]*Brain{}
	byID      = map[string]*Brain{}
)

// brainOf is the model with a root; nil for one that nobody has.
func brainOf(id []byte) *Brain {
	brainLock.Lock()
	defer brainLock.Unlock()
	return byID[string(id)]
}

// brain opens a model once.
func brain(tb testing.TB, name string, open func() (*Brain, error)) *Brain {
	tb.Helper()
	brainLock.Lock()
	defer brainLock.Unlock()
	if brains[name] == nil {
		b, err := open()
		if err != nil {
			tb.Fatal(err)
		}
		brains[name], byID[string(b.ID)] = b, b
	}
	return brains[name]
}

// Tiny is a model of random weights that answers in microseconds; each name has its own root.
func Tiny(tb testing.TB, name string) *Brain {
	tb.Helper()
	return brain(tb, "tiny "+name, func() (*Brain, error) {
		h := forge.Small()
		h.Vocab, h.MaxContext = Vocab, MaxContext
		return written(h, sha256.Sum256([]byte(name)))
	})
}

// Minute is a model of 23 tokens, four of which end an answer: for many games in little time.
func Minute(tb testing.TB) *Brain {
	tb.Helper()
	return brain(tb, "minute", func() (*Brain, error) {
		h := forge.Small()
		h.Vocab, h.MaxContext, h.EOS = 23, 24, []uint32{2, 11, 17, 22}
		return written(h, [32]byte{1})
	})
}

// Nano is the model that ships.
func Nano(tb testing.TB) *Brain {
	tb.Helper()
	return brain(tb, "nano", func() (*Brain, error) {
		_, here, _, _ := runtime.Caller(0)
		return newBrain(filepath.Join(filepath.Dir(here), "..", "..", "models", "nano", "nano.canon"))
	})
}

// written is a model of random weights.
func written(h model.Header, seed [32]byte) (*Brain, error) {
	f, err := os.CreateTemp("", "*.canon")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(f.Name()) }() // it stays mapped
	if err := forge.WriteRandom(f, h, seed); err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	return newBrain(f.Name())
}

// newBrain opens a model file.
func newBrain(path string) (*Brain, error) {
	m, err := model.Open(path)
	if err != nil {
		return nil, err
	}
	b := &Brain{File: m, rows: map[model.RowID]provenRow{}, answers: map[[32]byte]Answer{}}
	root, err := m.Root()
	if err != nil {
		return nil, err
	}
	path32, err := m.HeaderProof()
	if err != nil {
		return nil, err
	}
	b.ID, b.Header = root[:], m.Header().Encode()
	for _, n := range path32 {
		b.Proof = append(b.Proof, slices.Clone(n[:]))
	}
	b.Engine, err = run.New(m, run.Options{Threads: 1})
	return b, err
}

// RowProof implements step.Rows; proofs are kept, because making one hashes a thousand rows.
func (b *Brain) RowProof(id model.RowID) ([]byte, [][32]byte, error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	r, ok := b.rows[id]
	if !ok {
		var err error
		if r.row, r.proof, err = b.File.RowProof(id); err != nil {
			return nil, nil, err
		}
		b.rows[id] = r
	}
	return r.row, r.proof, nil
}

// Answer is what the model answers to a task: to the claim without its output.
func (b *Brain) Answer(c step.Claim) (Answer, error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	if a, ok := b.answers[c.InputDigest]; ok {
		return a, nil
	}
	got, err := b.Engine.Generate(context.Background(), run.Request{
		Prompt: c.Prompt, MaxTokens: int(c.MaxOutput), Sampling: run.Sampling{Temperature: c.Temperature, TopK: c.TopK, Seed: c.Seed},
	})
	if err != nil {
		return Answer{}, err
	}
	b.answers[c.InputDigest] = Answer{Output: got.Tokens, Stop: uint32(got.Stop)}
	return b.answers[c.InputDigest], nil
}

// TinyModel is Tiny as it is published.
func TinyModel(tb testing.TB, name string) Model {
	tb.Helper()
	return Tiny(tb, name).Model
}
