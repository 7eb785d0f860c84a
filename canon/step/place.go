package step

import (
	"errors"
	"fmt"
	"math/bits"
)

// Arity is how many children a node of the descent has at most: seven levels of the
// binary tree, so that a list of children is 4 KiB while a path stays short.
const Arity = 128

// arityBits is log2(Arity).
const arityBits = 7

// Errors of a move in the descent.
var (
	// ErrChildren: the number of children is not that of the node, or they do not
	// hash to it.
	ErrChildren = errors.New("bad children")
	// ErrChunk: the chunk has another length or does not hash to its node.
	ErrChunk = errors.New("bad chunk")
	// ErrPlace: there is no such child, or the place is not of the asked kind.
	ErrPlace = errors.New("bad place")
)

// Place is a node of the descent: first of the tree over a trace's tensors, then of the
// tree over one tensor's chunks. Level 0 is a chunk in a tensor; the tree over tensors
// has no level 0, because a tensor's leaf is the top of its own tree. A place that did
// not come from Top and Child means nothing.
type Place struct {
	InTensor bool
	Tensor   uint64 // leaf of the tensor, when in one
	Level    uint8  // in steps of Arity
	Index    uint64 // from the left, within the level
}

// height is the number of levels of Arity above n nodes.
func height(n uint64) uint8 {
	return uint8((bits.Len64(n-1) + arityBits - 1) / arityBits)
}

// Top is where every descent begins: the trace root.
func (s Shape) Top() Place { return Place{Level: height(s.Tensors())} }

// width is the number of nodes at the bottom of the tree that a place is in.
func (s Shape) width(p Place) uint64 {
	if !p.InTensor {
		return s.Tensors()
	}
	n, err := s.Chunks(p.Tensor)
	if err != nil {
		return 1 // a place of Child is in a tensor of the shape
	}
	return n
}

// isTop tells whether a place is the root of its tree.
func (s Shape) isTop(p Place) bool { return p.Level == height(s.width(p)) }

// IsChunk tells whether a place is a chunk, where the descent ends.
func (p Place) IsChunk() bool { return p.InTensor && p.Level == 0 }

// Fanout is the number of children of a place, 1 to Arity; 0 for a chunk.
func (s Shape) Fanout(p Place) int {
	if p.Level == 0 {
		return 0
	}
	below := blocks(s.width(p), 1<<(arityBits*uint(p.Level-1)))
	return int(min(Arity, below-p.Index*Arity))
}

// Child is one child of a place. Error: ErrPlace.
func (s Shape) Child(p Place, i int) (Place, error) {
	if i < 0 || i >= s.Fanout(p) {
		return Place{}, fmt.Errorf("%w: child %d of %d", ErrPlace, i, s.Fanout(p))
	}
	p.Level--
	p.Index = p.Index*Arity + uint64(i)
	if p.InTensor || p.Level > 0 {
		return p, nil
	}
	leaf := Place{InTensor: true, Tensor: p.Index}
	leaf.Level = height(s.width(leaf))
	return leaf, nil
}

// Rounds is how many lists of children have to be given from a place to a chunk, at
// most: at the top, for the longest tensor that lies below.
func (s Shape) Rounds(p Place) int {
	if p.InTensor {
		return int(p.Level)
	}
	longest := At{Position: int(s.positions) - 1, Site: SitePartials}
	n := max(blocks(s.layout(longest).bytes(), ChunkBytes), blocks(s.layout(At{Site: SiteLogits}).bytes(), ChunkBytes))
	return int(p.Level) + int(height(n))
}

// finish makes the top of a place's subtree into the hash that names the place.
func (s Shape) finish(p Place, h Hash) Hash {
	switch {
	case !s.isTop(p):
		return h
	case !p.InTensor:
		return bind(traceDomain, s.Tensors(), h)
	}
	n, _ := s.Bytes(p.Tensor) // a place of Child is in a tensor of the shape
	return bind(tensorDomain, n, h)
}

// CheckChildren checks that all children of a place hash to it. At most 127 hashes, none
// before the number is right. Error: ErrChildren.
func (s Shape) CheckChildren(p Place, hash Hash, children []Hash) error {
	if n := s.Fanout(p); len(children) != n || n == 0 {
		return fmt.Errorf("%w: need %d, have %d", ErrChildren, n, len(children))
	}
	if s.finish(p, top(append([]Hash(nil), children...))) != hash {
		return fmt.Errorf("%w: they do not hash to their parent", ErrChildren)
	}
	return nil
}

// CheckChild checks that one child belongs to a place, by a path of at most seven
// hashes, and returns where it is: who follows the descent need not keep the lists.
// Errors: ErrPlace, ErrProof.
func (s Shape) CheckChild(p Place, hash Hash, i int, child Hash, path []Hash) (Place, error) {
	below, err := s.Child(p, i)
	if err != nil {
		return Place{}, err
	}
	width := uint64(s.Fanout(p))
	if want := proofLen([]uint64{uint64(i)}, width); len(path) != want {
		return Place{}, fmt.Errorf("%w: path of %d hashes, need %d", ErrProof, len(path), want)
	}
	if s.finish(p, climb([]node{{uint64(i), child}}, width, path)) != hash {
		return Place{}, fmt.Errorf("%w: child %d is not under its parent", ErrProof, i)
	}
	return below, nil
}

// ChildPath is the path of a child for CheckChild, from all children of its place.
func ChildPath(children []Hash, i int) []Hash { return NewTree(children).Path(uint64(i)) }

// CheckChunk checks the bytes of a chunk. Errors: ErrPlace, ErrChunk.
func (s Shape) CheckChunk(p Place, hash Hash, data []byte) error {
	if !p.IsChunk() {
		return fmt.Errorf("%w: no chunk", ErrPlace)
	}
	n, err := s.Bytes(p.Tensor)
	if err != nil {
		return err
	}
	if want := min(ChunkBytes, n-p.Index*ChunkBytes); uint64(len(data)) != want {
		return fmt.Errorf("%w: need %d bytes, have %d", ErrChunk, want, len(data))
	}
	if s.finish(p, hashChunk(data)) != hash {
		return fmt.Errorf("%w: it does not hash to its node", ErrChunk)
	}
	return nil
}

// ChunkUnits returns the first unit of a chunk and the number of units in it. Errors:
// ErrPlace, ErrTensor.
func (s Shape) ChunkUnits(p Place) (first, count uint64, err error) {
	if !p.IsChunk() {
		return 0, 0, fmt.Errorf("%w: no chunk", ErrPlace)
	}
	n, err := s.Bytes(p.Tensor)
	if err != nil {
		return 0, 0, err
	}
	from := p.Index * ChunkBytes
	if first, err = s.UnitAt(p.Tensor, from); err != nil {
		return 0, 0, err
	}
	last, err := s.UnitAt(p.Tensor, min(from+ChunkBytes, n)-1)
	return first, last - first + 1, err
}

// children returns the hashes of a place's children in a tree.
func (t *Tree) children(p Place, fanout int) []Hash {
	level := t.levels[arityBits*int(p.Level-1)]
	return append([]Hash(nil), level[p.Index*Arity:][:fanout]...)
}

// WrongUnit returns the first unit of a chunk in which two parties' bytes, both of the
// chunk's length, differ. ErrPlace when the place is no chunk or they are equal.
func (s Shape) WrongUnit(p Place, own, theirs []byte) (uint64, error) {
	for i := range min(len(own), len(theirs)) {
		if own[i] != theirs[i] && p.IsChunk() {
			return s.UnitAt(p.Tensor, p.Index*ChunkBytes+uint64(i))
		}
	}
	return 0, fmt.Errorf("%w: no chunk that differs", ErrPlace)
}
