package step

import (
	"errors"
	"fmt"

	"github.com/aichain/aichain/canon/model"
)

// Limits of one step, checked before anything is hashed.
const (
	// MaxStepBytes bounds all byte fields of a step together.
	MaxStepBytes = 64 << 10
	// MaxProducts bounds the multiplications, comparisons or additions of a step.
	MaxProducts = 65_536
	// maxRowProof is the largest number of hashes above a weight row.
	maxRowProof = 40
)

// Errors of planning a step.
var (
	// ErrTooLarge: the step is over MaxStepBytes.
	ErrTooLarge = errors.New("step too large")
	// ErrTooMuchWork: the step needs more than MaxProducts operations. No model that a
	// header admits has such a step.
	ErrTooMuchWork = errors.New("step needs too many operations")
	// ErrHint: the block named by the hint is not the one that decides, or a hint is
	// given where none is used.
	ErrHint = errors.New("wrong hint")
)

// span is a range of bytes of one tensor that an operator reads.
type span struct {
	at          At
	from, bytes uint64
}

// cover is the chunks of one tensor that a step opens, ascending.
type cover struct {
	leaf   uint64
	chunks []uint64
	width  uint64 // chunks of the tensor
	bytes  uint64 // of the tensor
}

// Plan is what a step consists of, known from the shape alone.
type Plan struct {
	At         At
	Unit, Hint uint64
	DataBytes  int // opened chunks
	Hashes     int // of the proof under the trace root
	RowBytes   int // weight row with its scale; 0 when none is needed
	Products   int // operations of the operator
	Chunks     int // opened

	row    model.RowID
	spans  []span // the claimed unit first
	covers []cover
}

// Plan says what a step about a unit must open. hint is the block of logits that a
// chosen token lies in, and 0 elsewhere. The first leaf is not computed by any step.
// Errors: ErrTensor, ErrUnit, ErrHint, ErrTooLarge, ErrTooMuchWork.
func (s Shape) Plan(leaf, unit, hint uint64) (Plan, error) {
	at, err := s.At(leaf)
	if err != nil {
		return Plan{}, err
	}
	if leaf == 0 {
		return Plan{}, fmt.Errorf("%w: the input is not computed", ErrTensor)
	}
	from, bytes, err := s.layout(at).unit(unit)
	if err != nil {
		return Plan{}, err
	}
	if hint != 0 && (at.Site != SiteToken || hint >= s.logitBlocks()) {
		return Plan{}, fmt.Errorf("%w: %d", ErrHint, hint)
	}
	x, op := spot{s, at, unit, hint}, operators[at.Site]
	p := Plan{At: at, Unit: unit, Hint: hint, Products: op.products(x), spans: append([]span{{at, from, bytes}}, op.reads(x)...)}
	if op.row != nil {
		p.row = op.row(x)
		p.RowBytes = rowBytes(s.h, p.row.Part)
	}
	if err := p.close(s); err != nil {
		return Plan{}, err
	}
	return p, nil
}

// rowBytes is the length of a weight row's payload.
func rowBytes(h model.Header, part model.Part) int {
	_, cols := model.Shape(h, part)
	switch {
	case part == model.Rope:
		return 4 * cols
	case model.IsNorm(part):
		return 4 + 2*cols
	}
	return 4 + cols
}

// close gathers the chunks of all spans and counts the hashes.
func (p *Plan) close(s Shape) error {
	for _, x := range p.spans {
		if x.bytes == 0 {
			continue
		}
		if err := p.add(s, x); err != nil {
			return err
		}
	}
	leaves := make([]uint64, len(p.covers))
	for i, c := range p.covers {
		leaves[i] = c.leaf
		p.Chunks += len(c.chunks)
		p.Hashes += proofLen(c.chunks, c.width)
		for _, k := range c.chunks {
			p.DataBytes += int(min(ChunkBytes, c.bytes-k*ChunkBytes))
		}
	}
	p.Hashes += proofLen(leaves, s.Tensors())
	if p.Products > MaxProducts {
		return fmt.Errorf("%w: %d, at most %d", ErrTooMuchWork, p.Products, MaxProducts)
	}
	if n := p.DataBytes + 32*p.Hashes + p.RowBytes; n > MaxStepBytes {
		return fmt.Errorf("%w: %d bytes without the row's proof, at most %d", ErrTooLarge, n, MaxStepBytes)
	}
	return nil
}

// add merges a span's chunks into the cover of its tensor.
func (p *Plan) add(s Shape, x span) error {
	leaf, err := s.Index(x.at)
	if err != nil {
		return err
	}
	n := s.layout(x.at).bytes()
	first, last := x.from/ChunkBytes, (x.from+x.bytes-1)/ChunkBytes
	i := 0
	for i < len(p.covers) && p.covers[i].leaf < leaf {
		i++
	}
	if i == len(p.covers) || p.covers[i].leaf != leaf {
		p.covers = append(p.covers, cover{})
		copy(p.covers[i+1:], p.covers[i:])
		p.covers[i] = cover{leaf: leaf, width: blocks(n, ChunkBytes), bytes: n}
	}
	p.covers[i].chunks = merge(p.covers[i].chunks, first, last)
	return nil
}

// merge adds the range first..last to ascending numbers.
func merge(have []uint64, first, last uint64) []uint64 {
	var out []uint64
	i := 0
	for ; i < len(have) && have[i] < first; i++ {
		out = append(out, have[i])
	}
	for k := first; k <= last; k++ {
		out = append(out, k)
	}
	for ; i < len(have); i++ {
		if have[i] > last {
			out = append(out, have[i])
		}
	}
	return out
}

// Leaves returns the tensors that the step opens, ascending.
func (p Plan) Leaves() []uint64 {
	var out []uint64
	for _, c := range p.covers {
		out = append(out, c.leaf)
	}
	return out
}

// NeedsRow tells whether the step opens a weight row, and which.
func (p Plan) NeedsRow() (model.RowID, bool) { return p.row, p.RowBytes > 0 }

// part finds a span's bytes in the opened chunks, which lie tensor by tensor. The
// chunks of a span are neighbours, so its bytes are too.
func (p Plan) part(s Shape, x span, data []byte) []byte {
	if x.bytes == 0 {
		return nil
	}
	leaf, err := s.Index(x.at)
	if err != nil {
		return nil // close has found it
	}
	for _, c := range p.covers {
		for _, k := range c.chunks {
			if c.leaf == leaf && k == x.from/ChunkBytes {
				return data[x.from%ChunkBytes:][:x.bytes]
			}
			data = data[min(ChunkBytes, c.bytes-k*ChunkBytes):]
		}
	}
	return nil
}
