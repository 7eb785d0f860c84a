package step

import (
	"errors"
	"fmt"

	"github.com/aichain/aichain/canon/model"
)

// Rows gives weight rows with their proofs; an open model does.
type Rows interface {
	RowProof(id model.RowID) (payload []byte, proof [][32]byte, err error)
}

// Trace is one party's own trace, from which steps are opened.
type Trace interface {
	// Node is a node of the binary tree over leaves: level from the bottom, index from
	// the left.
	Node(level int, index uint64) Hash
	// Tensors returns the bytes of tensors, in the order of leaves (ascending).
	Tensors(leaves []uint64) ([][]byte, error)
}

// View is another party's trace as far as it was shown in a descent: lists of children
// on the way down, and chunks. What was never shown lies left of the descent and is, by
// the rule of the leftmost difference, as in one's own.
type View struct {
	nodes  map[viewKey]Hash
	chunks map[chunkKey][]byte
}

type viewKey struct {
	tensor uint64 // 0 in the tree over tensors: the first leaf is never disputed
	level  int
	index  uint64
}

type chunkKey struct{ tensor, chunk uint64 }

// NewView returns a view of nothing.
func NewView() *View { return &View{map[viewKey]Hash{}, map[chunkKey][]byte{}} }

// Learn records the children of a place, which were checked (CheckChildren).
func (v *View) Learn(p Place, children []Hash) {
	level, first := arityBits*int(p.Level-1), p.Index*Arity
	for list := append([]Hash(nil), children...); ; list = foldInto(list, list) {
		for i, h := range list {
			v.nodes[viewKey{p.Tensor, level, first + uint64(i)}] = h
		}
		if len(list) == 1 {
			return
		}
		level, first = level+1, first/2
	}
}

// LearnChunk records the bytes of a chunk, which were checked (CheckChunk).
func (v *View) LearnChunk(p Place, data []byte) {
	v.chunks[chunkKey{p.Tensor, p.Index}] = data
	v.nodes[viewKey{p.Tensor, 0, p.Index}] = hashChunk(data)
}

// node returns what the view knows, or own's.
func (v *View) node(tensor uint64, level int, index uint64, own func(int, uint64) Hash) Hash {
	if v != nil {
		if h, ok := v.nodes[viewKey{tensor, level, index}]; ok {
			return h
		}
	}
	return own(level, index)
}

// chunk returns what the view knows of a chunk, or own's.
func (v *View) chunk(tensor, index uint64, own []byte) []byte {
	if v != nil {
		if data, ok := v.chunks[chunkKey{tensor, index}]; ok {
			return data
		}
	}
	return own[index*ChunkBytes : min((index+1)*ChunkBytes, uint64(len(own)))]
}

// Open makes the step about a unit. With a view it is a step under the root that the
// view is of; without one, under own's. Errors: those of Plan, of own and of rows.
func Open(s Shape, own Trace, rows Rows, v *View, tensor, unit uint64) (Step, error) {
	st, err := open(s, own, rows, v, Step{Tensor: tensor, Unit: unit})
	if err != nil {
		return Step{}, err
	}
	p, err := s.Plan(tensor, unit, 0)
	if err != nil {
		return Step{}, err
	}
	var other wrongHint
	if _, err := p.judge(s, st); errors.As(err, &other) {
		return open(s, own, rows, v, Step{Tensor: tensor, Unit: unit, Hint: uint64(other)})
	}
	return st, nil
}

// open makes the step with the hint that st has.
func open(s Shape, own Trace, rows Rows, v *View, st Step) (Step, error) {
	p, err := s.Plan(st.Tensor, st.Unit, st.Hint)
	if err != nil {
		return Step{}, err
	}
	leaves := p.Leaves()
	data, err := own.Tensors(leaves)
	if err != nil {
		return Step{}, err
	}
	for i, c := range p.covers {
		if uint64(len(data[i])) != c.bytes {
			return Step{}, fmt.Errorf("tensor %d: expected %d bytes, got %d", c.leaf, c.bytes, len(data[i]))
		}
		st.open(c, data[i], v)
	}
	siblingsOf(leaves, s.Tensors(), func(level int, index uint64) {
		h := v.node(0, level, index, own.Node)
		st.Proof = append(st.Proof, h[:]...)
	})
	if p.RowBytes == 0 {
		return st, nil
	}
	row, proof, err := rows.RowProof(p.row)
	if err != nil {
		return Step{}, err
	}
	st.Row = row
	for _, h := range proof {
		st.RowProof = append(st.RowProof, h[:]...)
	}
	return st, nil
}

// open adds the chunks of one tensor and their proof.
func (st *Step) open(c cover, own []byte, v *View) {
	tree := newTensorTree(own)
	for _, k := range c.chunks {
		st.Data = append(st.Data, v.chunk(c.leaf, k, own)...)
	}
	siblingsOf(c.chunks, c.width, func(level int, index uint64) {
		h := v.node(c.leaf, level, index, tree.Node)
		st.Proof = append(st.Proof, h[:]...)
	})
}

// Children returns the hashes of a place's children in one's own trace, from left to
// right. Errors: ErrPlace for a chunk, and own's.
func Children(s Shape, own Trace, p Place) ([]Hash, error) {
	n := s.Fanout(p)
	if n == 0 {
		return nil, fmt.Errorf("%w: a chunk has no children", ErrPlace)
	}
	if p.InTensor {
		data, err := own.Tensors([]uint64{p.Tensor})
		if err != nil {
			return nil, err
		}
		return newTensorTree(data[0]).children(p, n), nil
	}
	out := make([]Hash, n)
	for i := range out {
		out[i] = own.Node(arityBits*int(p.Level-1), p.Index*Arity+uint64(i))
	}
	return out, nil
}

// Chunk returns the bytes of a chunk in one's own trace. Errors: ErrPlace, and own's.
func Chunk(own Trace, p Place) ([]byte, error) {
	if !p.IsChunk() {
		return nil, fmt.Errorf("%w: no chunk", ErrPlace)
	}
	data, err := own.Tensors([]uint64{p.Tensor})
	if err != nil {
		return nil, err
	}
	return data[0][p.Index*ChunkBytes : min((p.Index+1)*ChunkBytes, uint64(len(data[0])))], nil
}

// Compute returns one unit from the tensors to its left: what Check computes, without
// proofs. read gives a whole tensor, row the payload of a weight row. It is the plain
// definition of the graph. Errors: those of Plan, and ErrData when an honest run cannot
// have such inputs.
func (s Shape) Compute(leaf, unit uint64, read func(leaf uint64) []byte, row func(model.RowID) []byte) ([]byte, error) {
	hint := uint64(0)
	for {
		p, err := s.Plan(leaf, unit, hint)
		if err != nil {
			return nil, err
		}
		var in inputs
		for _, x := range p.spans[1:] {
			var b []byte
			if x.bytes > 0 {
				i, err := s.Index(x.at)
				if err != nil {
					return nil, err
				}
				b = read(i)[x.from:][:x.bytes]
			}
			in.part = append(in.part, b)
		}
		if p.RowBytes > 0 {
			in.row = row(p.row)
		}
		out, err := operators[p.At.Site].value(spot{s, p.At, unit, hint}, in)
		var other wrongHint
		if errors.As(err, &other) && uint64(other) != hint {
			hint = uint64(other)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrData, err)
		}
		return out, nil
	}
}
