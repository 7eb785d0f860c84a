package step

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// ChunkBytes is the length of a chunk; the last of a tensor may be shorter. It is the
// largest power of two with which every step of every model that a header admits
// stays within MaxStepBytes: a norm of 30 720 elements needs its whole weight row, one
// chunk of its input and one of its output.
const ChunkBytes = 512

// Domain bytes: a chunk can never be read as a node, a tensor or a trace, and nothing
// of a trace as part of a model's tree.
const (
	chunkDomain  = 0x10
	nodeDomain   = 0x11
	tensorDomain = 0x12
	traceDomain  = 0x13
)

// ErrProof is returned when hashes do not lead to the root, or are too many or too few.
var ErrProof = errors.New("bad trace proof")

// Hash is a node of a trace.
type Hash = [32]byte

// hashChunk hashes at most ChunkBytes bytes.
func hashChunk(data []byte) Hash {
	var b [1 + ChunkBytes]byte
	b[0] = chunkDomain
	return sha256.Sum256(b[:1+copy(b[1:], data)])
}

func hashNode(left, right Hash) Hash {
	var b [65]byte
	b[0] = nodeDomain
	copy(b[1:], left[:])
	copy(b[33:], right[:])
	return sha256.Sum256(b[:])
}

// bind makes the top of a tree into a root that also fixes its size.
func bind(domain byte, size uint64, top Hash) Hash {
	var b [41]byte
	b[0] = domain
	binary.LittleEndian.PutUint64(b[1:], size)
	copy(b[9:], top[:])
	return sha256.Sum256(b[:])
}

// foldInto writes the level above into dst, which may be level itself: neighbours
// paired from the left, an odd last node carried up unchanged.
func foldInto(dst, level []Hash) []Hash {
	dst = dst[:(len(level)+1)/2]
	for i := range len(level) / 2 {
		dst[i] = hashNode(level[2*i], level[2*i+1])
	}
	if len(level)%2 == 1 {
		dst[len(dst)-1] = level[len(level)-1]
	}
	return dst
}

// top folds a level to its single top and overwrites it.
func top(level []Hash) Hash {
	for len(level) > 1 {
		level = foldInto(level, level)
	}
	return level[0]
}

// chunkHashes returns the lowest level of a tensor's tree.
func chunkHashes(data []byte) []Hash {
	out := make([]Hash, 0, blocks(uint64(len(data)), ChunkBytes))
	for len(data) > ChunkBytes {
		out = append(out, hashChunk(data[:ChunkBytes]))
		data = data[ChunkBytes:]
	}
	return append(out, hashChunk(data))
}

// LeafHash is a tensor's leaf in the trace: the root over its chunks and its length.
func LeafHash(data []byte) Hash {
	return bind(tensorDomain, uint64(len(data)), top(chunkHashes(data)))
}

// Tree is a binary tree with all its levels in memory: 64 bytes a leaf.
type Tree struct{ levels [][]Hash }

// NewTree builds the tree over leaves (at least one), which it keeps and does not
// change.
func NewTree(leaves []Hash) *Tree {
	t := &Tree{[][]Hash{leaves}}
	for level := leaves; len(level) > 1; {
		level = foldInto(make([]Hash, (len(level)+1)/2), level)
		t.levels = append(t.levels, level)
	}
	return t
}

// newTensorTree is the tree over a tensor's chunks.
func newTensorTree(data []byte) *Tree { return NewTree(chunkHashes(data)) }

// Node returns a node by level from the bottom and index from the left. Both must
// exist.
func (t *Tree) Node(level int, index uint64) Hash { return t.levels[level][index] }

// Top returns the node above all others.
func (t *Tree) Top() Hash { return t.levels[len(t.levels)-1][0] }

// TraceRoot is the root of a trace whose leaves are this tree's.
func (t *Tree) TraceRoot() Hash { return bind(traceDomain, uint64(len(t.levels[0])), t.Top()) }

// siblingsOf calls use for each node that has to be given so that the nodes at the
// indices (ascending, below width) lead to the top, in the order of a proof: level by
// level from the bottom, left to right.
func siblingsOf(indices []uint64, width uint64, use func(level int, index uint64)) {
	known := append([]uint64(nil), indices...)
	for level := 0; width > 1; level, width = level+1, (width+1)/2 {
		up := known[:0]
		for i := 0; i < len(known); i++ {
			at := known[i]
			switch {
			case at%2 == 1:
				use(level, at-1)
			case i+1 < len(known) && known[i+1] == at+1:
				i++
			case at+1 < width:
				use(level, at+1)
			}
			up = append(up, at/2)
		}
		known = up
	}
}

// proofLen is the number of hashes in a proof of some leaves.
func proofLen(indices []uint64, width uint64) (n int) {
	siblingsOf(indices, width, func(int, uint64) { n++ })
	return n
}

// node is a known node of one level.
type node struct {
	index uint64
	hash  Hash
}

// climb returns the top above known nodes of the lowest level (ascending, at least
// one) and the siblings that siblingsOf names. It overwrites known. The number of
// siblings must be proofLen's.
func climb(known []node, width uint64, siblings []Hash) Hash {
	take := func() Hash {
		h := siblings[0]
		siblings = siblings[1:]
		return h
	}
	for ; width > 1; width = (width + 1) / 2 {
		up := known[:0]
		for i := 0; i < len(known); i++ {
			n := known[i]
			switch {
			case n.index%2 == 1:
				n.hash = hashNode(take(), n.hash)
			case i+1 < len(known) && known[i+1].index == n.index+1:
				i++
				n.hash = hashNode(n.hash, known[i].hash)
			case n.index+1 < width:
				n.hash = hashNode(n.hash, take())
			}
			up = append(up, node{n.index / 2, n.hash})
		}
		known = up
	}
	return known[0].hash
}

// checkLeaf checks the path of one leaf to a trace root.
func checkLeaf(root Hash, leaves, index uint64, leaf Hash, path []Hash) error {
	if want := proofLen([]uint64{index}, leaves); len(path) != want {
		return fmt.Errorf("%w: path of %d hashes, need %d", ErrProof, len(path), want)
	}
	if bind(traceDomain, leaves, climb([]node{{index, leaf}}, leaves, path)) != root {
		return fmt.Errorf("%w: leaf %d is not under the root", ErrProof, index)
	}
	return nil
}

// Path returns the siblings of a leaf, bottom up.
func (t *Tree) Path(leaf uint64) []Hash {
	var out []Hash
	siblingsOf([]uint64{leaf}, uint64(len(t.levels[0])), func(level int, index uint64) {
		out = append(out, t.Node(level, index))
	})
	return out
}

// CheckEnds checks that the first leaf under a trace root is the claim's input and the
// last one its answer. A trace that fails is no trace of the claim. It hashes both
// payloads and at most 64 nodes. Error: ErrProof.
func (s Shape) CheckEnds(root Hash, first, last []Hash) error {
	n := s.Tensors()
	if err := checkLeaf(root, n, 0, LeafHash(s.claim.inputLeaf()), first); err != nil {
		return fmt.Errorf("input: %w", err)
	}
	if err := checkLeaf(root, n, n-1, LeafHash(s.claim.outputLeaf()), last); err != nil {
		return fmt.Errorf("output: %w", err)
	}
	return nil
}
