package step

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

func someHashes(r *rand.Rand, n int) []Hash {
	out := make([]Hash, n)
	for i := range out {
		for j := range out[i] {
			out[i][j] = byte(r.Uint32())
		}
	}
	return out
}

// slowTop is the tree as docs/canon.md defines it.
func slowTop(level []Hash) Hash {
	for len(level) > 1 {
		var up []Hash
		for i := 0; i < len(level); i += 2 {
			if i+1 < len(level) {
				up = append(up, hashNode(level[i], level[i+1]))
			} else {
				up = append(up, level[i])
			}
		}
		level = up
	}
	return level[0]
}

// Any set of leaves is proven by the siblings that are not known, and by no others.
func TestProofsOfManyLeaves(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 1; n <= 70; n++ {
		leaves := someHashes(r, n)
		tree := NewTree(leaves)
		if tree.Top() != slowTop(leaves) || top(slices.Clone(leaves)) != tree.Top() {
			t.Fatalf("%d leaves: another top", n)
		}
		for range 20 {
			var indices []uint64
			var known []node
			for i := range n {
				if r.IntN(4) == 0 || i == n-1 && len(indices) == 0 {
					indices, known = append(indices, uint64(i)), append(known, node{uint64(i), leaves[i]})
				}
			}
			var proof []Hash
			siblingsOf(indices, uint64(n), func(level int, i uint64) { proof = append(proof, tree.Node(level, i)) })
			if len(proof) != proofLen(indices, uint64(n)) || climb(slices.Clone(known), uint64(n), proof) != tree.Top() {
				t.Fatalf("%d leaves: %v are not proven", n, indices)
			}
			if len(proof) > 0 {
				proof[r.IntN(len(proof))][3] ^= 1
				if climb(slices.Clone(known), uint64(n), proof) == tree.Top() {
					t.Fatalf("%d leaves: a wrong sibling proves %v", n, indices)
				}
			}
		}
	}
}

// The descent by 128 is the binary tree, seven levels at a time.
func TestDescentIsTheTree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	for _, n := range []int{1, 2, 127, 128, 129, 255, 16384, 16385, 40000} {
		leaves := someHashes(r, n)
		level := slices.Clone(leaves)
		for h := height(uint64(n)); h > 0; h-- {
			var up []Hash
			for group := range slices.Chunk(level, Arity) {
				up = append(up, top(slices.Clone(group)))
			}
			level = up
		}
		if len(level) != 1 || level[0] != NewTree(leaves).Top() {
			t.Errorf("%d leaves: %d tops", n, len(level))
		}
	}
}

func TestChunks(t *testing.T) {
	data := make([]byte, 3*ChunkBytes+5)
	for i := range data {
		data[i] = byte(i)
	}
	for _, n := range []int{1, ChunkBytes - 1, ChunkBytes, ChunkBytes + 1, len(data)} {
		chunks := chunkHashes(data[:n])
		if len(chunks) != (n+ChunkBytes-1)/ChunkBytes || chunks[len(chunks)-1] != hashChunk(data[(n-1)/ChunkBytes*ChunkBytes:n]) {
			t.Errorf("%d bytes: %d chunks", n, len(chunks))
		}
	}
	if LeafHash(data[:ChunkBytes]) == hashChunk(data[:ChunkBytes]) || LeafHash([]byte{0}) == LeafHash([]byte{0, 0}) {
		t.Error("a tensor is not bound to its length")
	}
}

func TestCheckLeaf(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 4))
	leaves := someHashes(r, 37)
	tree := NewTree(leaves)
	root := tree.TraceRoot()
	for i := range leaves {
		path := tree.Path(uint64(i))
		if err := checkLeaf(root, 37, uint64(i), leaves[i], path); err != nil {
			t.Error(err)
		}
		for name, err := range map[string]error{
			"other leaf":  checkLeaf(root, 37, uint64(i), leaves[(i+1)%37], path),
			"other index": checkLeaf(root, 37, uint64(i)^1, leaves[i], path),
			"other count": checkLeaf(root, 38, uint64(i), leaves[i], path),
			"too long":    checkLeaf(root, 37, uint64(i), leaves[i], append(slices.Clone(path), path[0])),
			"too short":   checkLeaf(root, 37, uint64(i), leaves[i], path[1:]),
		} {
			if !errors.Is(err, ErrProof) {
				t.Errorf("%d, %s: %v", i, name, err)
			}
		}
	}
}
