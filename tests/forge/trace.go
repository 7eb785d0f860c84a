package forge

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/canon/step"
)

// Trace is a trace with all its tensors in memory, honest or not. It implements step.Trace; its tree gives TraceRoot
// and Path.
type Trace struct {
	*step.Tree

	shape step.Shape
	data  [][]byte
}

// Remember takes all tensors of a witness: the honest trace of its claim. It has the root of the witness, and in the
// last tensor what the model answers, not what is claimed; Solver claims.
func Remember(ctx context.Context, w *run.Witness) (*Trace, error) {
	leaves := make([]uint64, w.Shape().Tensors())
	for i := range leaves {
		leaves[i] = uint64(i)
	}
	data, err := w.Trace(ctx).Tensors(leaves)
	if err != nil {
		return nil, err
	}
	t := &Trace{shape: w.Shape(), data: data}
	if t.seal(); t.TraceRoot() != w.Root() {
		return nil, errors.New("the tensors do not have the root of the witness")
	}
	return t, nil
}

// Shape is the order and size of the tensors.
func (t *Trace) Shape() step.Shape { return t.shape }

// Tensors implements step.Trace.
func (t *Trace) Tensors(leaves []uint64) ([][]byte, error) {
	out := make([][]byte, len(leaves))
	for i, leaf := range leaves {
		if leaf >= uint64(len(t.data)) {
			return nil, fmt.Errorf("%w: %d", step.ErrTensor, leaf)
		}
		out[i] = t.data[leaf]
	}
	return out, nil
}

// Ends returns the paths of the first and the last leaf.
func (t *Trace) Ends() (first, last []step.Hash) {
	return t.Path(0), t.Path(t.shape.Tensors() - 1)
}

// Clone copies the trace; the copy may be forged without changing the original.
func (t *Trace) Clone() *Trace {
	return &Trace{Tree: t.Tree, shape: t.shape, data: slices.Clone(t.data)}
}

// Solver is the trace as a solver has to post it: with the claimed answer in the last tensor. Of a right claim it is
// the same trace, of a wrong one it is the lie in which nothing but the output is forged.
func (t *Trace) Solver() *Trace {
	s := t.Clone()
	s.claim()
	return s
}

// claim puts the claimed answer into the last tensor and seals.
func (t *Trace) claim() {
	c := t.shape.Claim()
	var b []byte
	for _, id := range c.Output {
		b = binary.LittleEndian.AppendUint32(b, id)
	}
	t.data[len(t.data)-1] = binary.LittleEndian.AppendUint32(b, c.Stop)
	t.seal()
}

// seal hashes the tree anew.
func (t *Trace) seal() {
	leaves := make([]step.Hash, len(t.data))
	for i, d := range t.data {
		leaves[i] = step.LeafHash(d)
	}
	t.Tree = step.NewTree(leaves)
}

// recompute makes the tensors from, from+1 … end-1 what they have to be after those before them, unit by unit. Where
// the inputs are impossible it leaves what was there: a forger has to write something.
func (t *Trace) recompute(row func(model.RowID) []byte, from, end uint64) error {
	read := func(i uint64) []byte { return t.data[i] }
	for i := from; i < end; i++ {
		n, err := t.shape.Units(i)
		if err != nil {
			return err
		}
		old := t.data[i]
		t.data[i] = make([]byte, 0, len(old)) // a unit may read those before it in its tensor
		for u := range n {
			unit, err := t.shape.Compute(i, u, read, row)
			if errors.Is(err, step.ErrData) {
				from, bytes, err := t.shape.UnitRange(i, u)
				if err != nil {
					return err
				}
				unit = old[from : from+bytes]
			} else if err != nil {
				return err
			}
			t.data[i] = append(t.data[i], unit...)
		}
	}
	return nil
}
