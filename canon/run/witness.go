package run

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/aichain/aichain/canon/step"
)

// Witness is the honest trace of a claim: the model run over the claim's own tokens,
// with every tensor hashed. The root of a right claim is the root that its solver has
// to post; in that of a wrong claim the leftmost difference from the solver's is where
// the solver went wrong.
//
// It holds 64 bytes a tensor and no tensor: those that a dispute asks for are computed
// anew, up to their position and no further, without hashing. For a model of 8 billion
// parameters and 2 048 tokens that is 168 MB, where the tensors are 66 GB. Its
// methods must not be called concurrently.
type Witness struct {
	e      *Engine
	shape  step.Shape
	tree   *step.Tree
	chosen []uint32
	kept   map[uint64][]byte // tensors of the last question
}

// Witness runs the model over a claim. Errors: step.ErrTask and step.ErrClaim, or ctx's.
func (e *Engine) Witness(ctx context.Context, c step.Claim) (*Witness, error) {
	shape, err := step.NewShape(e.h, c)
	if err != nil {
		return nil, err
	}
	w := &Witness{e: e, shape: shape, chosen: make([]uint32, shape.Positions()-len(c.Prompt)+1)}
	leaves := make([]step.Hash, shape.Tensors())
	var wg sync.WaitGroup
	var bad error
	err = e.force(ctx, shape, shape.Positions(), nil, func(at At, data []byte) {
		leaf, err := w.leaf(at)
		if err != nil {
			bad = err
			return
		}
		if at.Site == step.SiteToken {
			w.chosen[at.Position+1-len(c.Prompt)] = token(data)
		}
		e.hash(&wg, &leaves[leaf], data)
	})
	wg.Wait()
	if err != nil || bad != nil {
		return nil, firstOf(err, bad)
	}
	leaves[0], leaves[len(leaves)-1] = step.LeafHash(shape.Input()), step.LeafHash(shape.Output(w.chosen))
	w.tree = step.NewTree(leaves)
	return w, nil
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func token(data []byte) uint32 {
	return uint32(data[0]) | uint32(data[1])<<8 | uint32(data[2])<<16 | uint32(data[3])<<24
}

// hash writes a tensor's leaf, on another core when one is idle.
func (e *Engine) hash(wg *sync.WaitGroup, leaf *step.Hash, data []byte) {
	select {
	case e.helpers <- struct{}{}:
		data = bytes.Clone(data)
		wg.Go(func() {
			*leaf = step.LeafHash(data)
			<-e.helpers
		})
	default:
		*leaf = step.LeafHash(data)
	}
}

// leaf is the place of a tensor in the trace.
func (w *Witness) leaf(at At) (uint64, error) {
	return w.shape.Index(step.At{Position: at.Position, Layer: at.Layer, Site: at.Site})
}

// force runs the model over the first tokens of a claim and lets tap hear the tensors
// that wants asks for, or all.
func (e *Engine) force(ctx context.Context, shape step.Shape, positions int, wants func(At) bool, tap Tap) error {
	t, c := *e, shape.Claim()
	t.tap, t.wants = tap, wants
	q := t.newSequence(0, Request{Prompt: c.Prompt, Sampling: Sampling{c.Temperature, c.TopK, c.Seed}})
	q.forced, q.ids = true, slices.Concat(c.Prompt, c.Output)[:positions]
	for s := t.newPass(); s.gather([]*sequence{q}); {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.compute()
	}
	return nil
}

// Shape is the order and size of the tensors.
func (w *Witness) Shape() step.Shape { return w.shape }

// Root is the trace root.
func (w *Witness) Root() step.Hash { return w.tree.TraceRoot() }

// Ends returns the paths of the first and the last leaf, for Shape.CheckEnds. They
// prove the claimed answer only when the claim is right.
func (w *Witness) Ends() (first, last []step.Hash) {
	return w.tree.Path(0), w.tree.Path(w.shape.Tensors() - 1)
}

// IsRight tells whether the model gives the claimed answer.
func (w *Witness) IsRight() bool {
	c := w.shape.Claim()
	end := c.Stop != step.StopEnd || slices.Contains(w.e.h.EOS, w.chosen[len(c.Output)])
	return end && slices.Equal(w.chosen[:len(c.Output)], c.Output)
}

// Trace gives access to the tensors, for the functions of package step.
func (w *Witness) Trace(ctx context.Context) step.Trace { return witnessTrace{w, ctx} }

// witnessTrace joins a witness with the context of one use of it.
type witnessTrace struct {
	*Witness
	ctx context.Context
}

// Node implements step.Trace.
func (t witnessTrace) Node(level int, index uint64) step.Hash { return t.tree.Node(level, index) }

// Tensors implements step.Trace: it runs the model up to the last position asked for.
func (t witnessTrace) Tensors(leaves []uint64) ([][]byte, error) {
	missing, positions, err := t.missing(leaves)
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		t.kept = t.ends(leaves)
		wants := func(at At) bool {
			leaf, err := t.leaf(at)
			_, wanted := slices.BinarySearch(leaves, leaf)
			return err == nil && wanted
		}
		err := t.e.force(t.ctx, t.shape, positions, wants, func(at At, data []byte) {
			if leaf, err := t.leaf(at); err == nil {
				t.kept[leaf] = bytes.Clone(data)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	out := make([][]byte, len(leaves))
	for i, leaf := range leaves {
		if out[i] = t.kept[leaf]; out[i] == nil {
			return nil, fmt.Errorf("tensor %d was not computed", leaf)
		}
	}
	return out, nil
}

// ends returns those of the first and the last tensor that are asked for.
func (t witnessTrace) ends(leaves []uint64) map[uint64][]byte {
	out := map[uint64][]byte{}
	for _, leaf := range leaves {
		switch leaf {
		case 0:
			out[leaf] = t.shape.Input()
		case t.shape.Tensors() - 1:
			out[leaf] = t.shape.Output(t.chosen)
		}
	}
	return out
}

// missing returns the tensors that are not kept and the number of positions to run for
// all that are asked for.
func (t witnessTrace) missing(leaves []uint64) (missing []uint64, positions int, err error) {
	for _, leaf := range leaves {
		at, err := t.shape.At(leaf)
		if err != nil {
			return nil, 0, err
		}
		positions = max(positions, at.Position+1)
		if t.kept[leaf] == nil {
			missing = append(missing, leaf)
		}
	}
	return missing, positions, nil
}
