package keeper

import (
	"fmt"

	"github.com/aichain/aichain/canon/step"
)

// placeText says in words where a descent has come to: which tensors, which chunks of one tensor, or which chunk.
func placeText(s step.Shape, p step.Place) string {
	if !p.InTensor {
		first, last := span(p, s.Tensors())
		from, err := s.At(first)
		if err != nil {
			return ""
		}
		to, err := s.At(last)
		if err != nil {
			return ""
		}
		return fmt.Sprintf("tensors %d to %d of %d: from %s to %s", first, last, s.Tensors(), from, to)
	}
	at, err := s.At(p.Tensor)
	if err != nil {
		return ""
	}
	chunks, err := s.Chunks(p.Tensor)
	if err != nil {
		return ""
	}
	if !p.IsChunk() {
		first, last := span(p, chunks)
		return fmt.Sprintf("tensor %d (%s): chunks %d to %d of %d", p.Tensor, at, first, last, chunks)
	}
	first, count, err := s.ChunkUnits(p)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("tensor %d (%s): chunk %d of %d, units %d to %d", p.Tensor, at, p.Index, chunks, first, first+count-1)
}

// span returns the first and the last leaf under a place in a tree over width leaves.
func span(p step.Place, width uint64) (first, last uint64) {
	leaves := uint64(1)
	for range p.Level {
		leaves *= step.Arity
	}
	first = p.Index * leaves
	return first, min(first+leaves, width) - 1
}
