package run_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/canon/step"
)

// memory is a trace with all its tensors at hand, honest or not.
type memory struct {
	shape step.Shape
	data  [][]byte
	*step.Tree
}

func (m *memory) Tensors(leaves []uint64) ([][]byte, error) {
	var out [][]byte
	for _, i := range leaves {
		out = append(out, m.data[i])
	}
	return out, nil
}

// seal hashes the tensors from the first changed one on.
func (m *memory) seal() *memory {
	leaves := make([]step.Hash, len(m.data))
	for i, d := range m.data {
		leaves[i] = step.LeafHash(d)
	}
	m.Tree = step.NewTree(leaves)
	return m
}

// clone copies the tensors, not their bytes.
func (m *memory) clone() *memory {
	return &memory{shape: m.shape, data: slices.Clone(m.data)}
}

// claimOf is what an honest worker claims for a request.
func claimOf(t testing.TB, e *run.Engine, r run.Request) step.Claim {
	t.Helper()
	result, err := e.Generate(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return step.Claim{
		InputDigest: [32]byte{9}, Prompt: r.Prompt, MaxOutput: uint32(r.MaxTokens),
		Temperature: r.Sampling.Temperature, TopK: r.Sampling.TopK, Seed: r.Sampling.Seed,
		Output: result.Tokens, Stop: uint32(result.Stop),
	}
}

func witness(t testing.TB, e *run.Engine, c step.Claim) *run.Witness {
	t.Helper()
	w, err := e.Witness(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// remember takes all tensors of a witness.
func remember(t testing.TB, w *run.Witness) *memory {
	t.Helper()
	leaves := make([]uint64, w.Shape().Tensors())
	for i := range leaves {
		leaves[i] = uint64(i)
	}
	data, err := w.Trace(context.Background()).Tensors(leaves)
	if err != nil {
		t.Fatal(err)
	}
	m := (&memory{shape: w.Shape(), data: data}).seal()
	if m.TraceRoot() != w.Root() {
		t.Fatal("the tensors do not have the root of the witness")
	}
	return m
}

// rows gives weight rows without proofs.
func rows(t testing.TB, m *model.Model) func(model.RowID) []byte {
	kept := map[model.RowID][]byte{}
	return func(id model.RowID) []byte {
		if kept[id] == nil && id.Part != model.Rope && !model.IsNorm(id.Part) {
			w := m.Matrix(id.Part, id.Layer)
			kept[id] = binary.LittleEndian.AppendUint32(nil, w.Scale(int(id.Row)))
			for _, v := range w.Data[int(id.Row)*w.Cols:][:w.Cols] {
				kept[id] = append(kept[id], byte(v))
			}
		} else if kept[id] == nil {
			row, _, err := m.RowProof(id)
			if err != nil {
				t.Fatal(err)
			}
			kept[id] = row
		}
		return kept[id]
	}
}

// recompute makes tensors from..M-1 what they have to be after those before them, unit
// by unit.
func (m *memory) recompute(t testing.TB, row func(model.RowID) []byte, from uint64) {
	t.Helper()
	read := func(i uint64) []byte { return m.data[i] }
	for i := from; i < m.shape.Tensors(); i++ {
		n, err := m.shape.Units(i)
		if err != nil {
			t.Fatal(err)
		}
		old := m.data[i]
		m.data[i] = make([]byte, 0, len(old)) // a unit may read those before it in its tensor
		for u := range n {
			unit, err := m.shape.Compute(i, u, read, row)
			if errors.Is(err, step.ErrData) { // a forger has to write something
				from, bytes, _ := m.shape.UnitRange(i, u)
				unit = old[from : from+bytes]
			} else if err != nil {
				t.Fatal(err)
			}
			m.data[i] = append(m.data[i], unit...)
		}
	}
}

// requests are one for each way of choosing tokens.
func requests(m *model.Model, prompt int) []run.Request {
	seed := [32]byte{5}
	var out []run.Request
	for i, s := range []run.Sampling{{}, {Temperature: 900, TopK: 20, Seed: seed}, {Temperature: 2500, Seed: seed}} {
		r := run.Request{MaxTokens: 3, Sampling: s}
		for j := range prompt {
			r.Prompt = append(r.Prompt, uint32(4+i+j*13)%(m.Header().Vocab-1))
		}
		out = append(out, r)
	}
	return out
}

// No wrong token can hide between steps: of every tensor but the input, every unit is
// determined by units to its left, by the claim and by the model, and equals what the
// engine computed.
func TestEveryUnitIsDeterminedByEarlierOnes(t *testing.T) {
	units := map[step.Site]int{}
	for name, m := range models(t) {
		e, prompt := engine(t, m, run.Options{}), 9
		if name == "nano" && !testing.Short() {
			prompt = 131 // a second value block
		}
		for _, r := range requests(m, prompt) {
			if name == "nano" && r.Sampling.TopK == 0 {
				r.Prompt = r.Prompt[:3]
			}
			honest := remember(t, witness(t, e, claimOf(t, e, r)))
			again, row := honest.clone(), rows(t, m)
			for i := range again.data[1:] {
				again.data[1+i] = nil // nothing is read before it was computed
			}
			again.data = replayed(t, honest, again, row, units)
			for i, d := range again.data {
				if at, _ := honest.shape.At(uint64(i)); !bytes.Equal(d, honest.data[i]) {
					t.Fatalf("%s: %s is not what its units compute to", name, at)
				}
			}
		}
	}
	for site := step.SiteEmbedding; site <= step.SiteOutput; site++ {
		if units[site] == 0 {
			t.Errorf("%s was not computed", site)
		}
	}
	t.Logf("%d tensor kinds", len(units))
}

// replayed computes all units of a trace from nothing but its first tensor. Of long
// traces it takes every tensor of the first and last positions and some between.
func replayed(t *testing.T, honest, again *memory, row func(model.RowID) []byte, units map[step.Site]int) [][]byte {
	t.Helper()
	read := func(i uint64) []byte { return again.data[i] }
	last := honest.shape.Positions() - 1
	for i := uint64(1); i < honest.shape.Tensors(); i++ {
		at, err := honest.shape.At(i)
		if err != nil {
			t.Fatal(err)
		}
		if p := at.Position; p > 1 && p < last-3 && p != 128 && at.Site != step.SiteOutput {
			again.data[i] = honest.data[i]
			continue
		}
		n, err := honest.shape.Units(i)
		if err != nil {
			t.Fatal(err)
		}
		for u := range n {
			unit, err := honest.shape.Compute(i, u, read, row)
			if err != nil {
				t.Fatalf("%s unit %d: %v", at, u, err)
			}
			again.data[i] = append(again.data[i], unit...)
		}
		units[at.Site] += int(n)
	}
	return again.data
}
