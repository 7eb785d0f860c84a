package match

import (
	"errors"
	"math/bits"
)

// Fanout is the number of children of a node. At 32 a model with a million offers has a tree of four
// levels, and a node is some 200 bytes: one read of the store.
const Fanout = 32

// Node holds the bond under each child, uaic.
type Node [Fanout]uint64

// Nodes is where a tree is kept. Level 0 holds positions: its node i has positions 32i to 32i+31; node i of
// level l+1 has nodes 32i to 32i+31 of level l. A node never set, or set to zeros, reads as zeros.
type Nodes interface {
	// Node reads a node.
	Node(level uint32, index uint64) (Node, error)
	// SetNode writes a node.
	SetNode(level uint32, index uint64, n Node) error
}

// ErrTree is returned when a tree is asked beyond its end or its sums do not fit in 64 bits.
var ErrTree = errors.New("draw tree: position or point beyond the end, or sums beyond 64 bits")

// Top is the level of the root of a tree over count positions; 0 for up to 32.
func Top(count uint64) uint32 {
	top := uint32(0)
	for n := count; n > Fanout; n = (n-1)/Fanout + 1 {
		top++
	}
	return top
}

// Total is the bond under the root, uaic.
func Total(t Nodes, count uint64) (uint64, error) {
	root, err := t.Node(Top(count), 0)
	if err != nil {
		return 0, err
	}
	return sum(root)
}

// Find returns the position whose stretch of the line covers point, and how far into the stretch the point
// lies. It fails with ErrTree if point is not below the total.
func Find(t Nodes, count, point uint64) (position, offset uint64, err error) {
	index := uint64(0)
	for level := int64(Top(count)); level >= 0; level-- {
		n, err := t.Node(uint32(level), index)
		if err != nil {
			return 0, 0, err
		}
		child := 0
		for ; child < Fanout && point >= n[child]; child++ {
			point -= n[child]
		}
		if child == Fanout {
			return 0, 0, ErrTree
		}
		index = index*Fanout + uint64(child)
	}
	if index >= count {
		return 0, 0, ErrTree
	}
	return index, point, nil
}

// SetWeight sets the bond of one position of a tree over count positions and corrects the sums above it.
func SetWeight(t Nodes, count, position, weight uint64) error {
	if position >= count {
		return ErrTree
	}
	top := Top(count)
	for level := uint32(0); ; level++ {
		index := position / Fanout
		n, err := t.Node(level, index)
		if err != nil {
			return err
		}
		n[position%Fanout] = weight
		if err := t.SetNode(level, index, n); err != nil {
			return err
		}
		if weight, err = sum(n); err != nil || level == top {
			return err
		}
		position = index
	}
}

// Grow makes room for one more position after count; its weight is 0.
func Grow(t Nodes, count uint64) error {
	if count == 0 || Top(count+1) == Top(count) {
		return nil
	}
	total, err := Total(t, count)
	if err != nil {
		return err
	}
	return t.SetNode(Top(count+1), 0, Node{total})
}

// Shrink drops the last of count positions. Its weight must have been set to 0.
func Shrink(t Nodes, count uint64) error {
	if count <= 1 || Top(count-1) == Top(count) {
		return nil
	}
	return t.SetNode(Top(count), 0, Node{})
}

func sum(n Node) (uint64, error) {
	total, over := uint64(0), uint64(0)
	for _, w := range n {
		var carry uint64
		total, carry = bits.Add64(total, w, 0)
		over |= carry
	}
	if over != 0 {
		return 0, ErrTree
	}
	return total, nil
}
