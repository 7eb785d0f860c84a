package step

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/aichain/aichain/canon/model"
)

// Errors of a step. Each says that the step proves nothing; the chain refuses it and
// nobody is judged.
var (
	// ErrData: the opened chunks are longer or shorter than the unit needs.
	ErrData = errors.New("bad step data")
	// ErrRow: the weight row is missing, superfluous, of another length, or not the
	// row that the unit needs under the model's root: another row, another model.
	ErrRow = errors.New("bad weight row")
)

// Step opens, under a trace root and a model root, one unit and everything that it is
// computed from. Which bytes follows from the shape: a step names nothing but the unit.
type Step struct {
	Tensor uint64 // leaf of the trace
	Unit   uint64 // of the tensor
	Hint   uint64 // the block of logits that decides a token; 0 for other tensors

	Data     []byte // opened chunks, by tensor and by place
	Proof    []byte // 32 bytes each: tensor by tensor inside, then from the leaves to the root
	Row      []byte // scale and elements of the weight row; empty when none is needed
	RowProof []byte // 32 bytes each, from the row to the model's root
}

// Case is what the chain knows by itself.
type Case struct {
	Shape     Shape
	TraceRoot Hash
	ModelRoot Hash
}

// Verdict is what the chain computed.
type Verdict struct {
	At       At
	Unit     uint64
	Claimed  []byte // the unit as committed
	Expected []byte // as computed; nil when the committed inputs are impossible
	Refuted  bool   // they differ: the trace is wrong
}

// Check verifies a step and computes its unit. The verdict is about the trace alone: a
// trace made by an honest run is never refuted, by whatever step. Errors, which judge
// nobody: ErrTensor, ErrUnit, ErrHint, ErrTooLarge, ErrTooMuchWork, ErrData, ErrProof,
// ErrRow. All lengths are checked before anything is hashed; at most 64 KiB and 65 536
// operations follow.
func Check(c Case, s Step) (Verdict, error) {
	if n := len(s.Data) + len(s.Proof) + len(s.Row) + len(s.RowProof); n > MaxStepBytes {
		return Verdict{}, fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, n, MaxStepBytes)
	}
	p, err := c.Shape.Plan(s.Tensor, s.Unit, s.Hint)
	if err != nil {
		return Verdict{}, err
	}
	if err := p.checkLengths(s); err != nil {
		return Verdict{}, err
	}
	if p.root(c.Shape, s.Data, hashes(s.Proof)) != c.TraceRoot {
		return Verdict{}, fmt.Errorf("%w: the chunks are not under the root", ErrProof)
	}
	if p.RowBytes > 0 {
		if err := model.VerifyRow(c.ModelRoot, c.Shape.h, p.row, s.Row, hashes(s.RowProof)); err != nil {
			return Verdict{}, fmt.Errorf("%w: %w", ErrRow, err)
		}
	}
	return p.judge(c.Shape, s)
}

// checkLengths compares every field with the plan.
func (p Plan) checkLengths(s Step) error {
	switch {
	case len(s.Data) != p.DataBytes:
		return fmt.Errorf("%w: need %d bytes, have %d", ErrData, p.DataBytes, len(s.Data))
	case len(s.Proof) != 32*p.Hashes:
		return fmt.Errorf("%w: need %d hashes, have %d bytes", ErrProof, p.Hashes, len(s.Proof))
	case len(s.Row) != p.RowBytes:
		return fmt.Errorf("%w: need %d bytes, have %d", ErrRow, p.RowBytes, len(s.Row))
	case len(s.RowProof)%32 != 0, len(s.RowProof) > 32*maxRowProof, p.RowBytes == 0 && len(s.RowProof) > 0:
		return fmt.Errorf("%w: proof of %d bytes", ErrRow, len(s.RowProof))
	}
	return nil
}

// hashes cuts a flat proof, whose length is a multiple of 32.
func hashes(b []byte) []Hash {
	out := make([]Hash, len(b)/32)
	for i := range out {
		out[i] = Hash(b[32*i:])
	}
	return out
}

// root returns the trace root that opened chunks lead to; all lengths are the plan's.
func (p Plan) root(s Shape, data []byte, proof []Hash) Hash {
	leaves := make([]node, 0, len(p.covers))
	for _, c := range p.covers {
		chunks := make([]node, 0, len(c.chunks))
		for _, k := range c.chunks {
			n := min(ChunkBytes, c.bytes-k*ChunkBytes)
			chunks = append(chunks, node{k, hashChunk(data[:n])})
			data = data[n:]
		}
		n := proofLen(c.chunks, c.width)
		leaves = append(leaves, node{c.leaf, bind(tensorDomain, c.bytes, climb(chunks, c.width, proof[:n]))})
		proof = proof[n:]
	}
	return bind(traceDomain, s.Tensors(), climb(leaves, s.Tensors(), proof))
}

// judge computes the unit and compares.
func (p Plan) judge(s Shape, st Step) (Verdict, error) {
	in := inputs{row: st.Row}
	for _, x := range p.spans {
		in.part = append(in.part, p.part(s, x, st.Data))
	}
	v := Verdict{At: p.At, Unit: p.Unit, Claimed: in.part[0]}
	in.part = in.part[1:]
	out, err := operators[p.At.Site].value(spot{s, p.At, p.Unit, p.Hint}, in)
	switch {
	case errors.Is(err, errImpossible):
		v.Refuted = true
		return v, nil
	case err != nil:
		return Verdict{}, err
	}
	v.Expected, v.Refuted = out, !bytes.Equal(out, v.Claimed)
	return v, nil
}
