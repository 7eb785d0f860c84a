package forge

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/step"
)

// Forger makes lies about one model. Everything random comes from its seed. It is not safe for concurrent use.
type Forger struct {
	m      *model.Model
	rows   map[model.RowID][]byte
	random *rand.Rand
	bad    error // of reading a row
}

// New returns a forger for an open model.
func New(m *model.Model, seed uint64) *Forger {
	return &Forger{m: m, rows: map[model.RowID][]byte{}, random: rand.New(rand.NewPCG(seed, 7))}
}

// Lie is one way to forge the trace of a claim. From the honest trace it makes a sealed one.
type Lie struct {
	// Name says what is forged.
	Name string
	// NeedsWrong says that the claim has to be wrong, else the trace is the honest one.
	NeedsWrong bool
	// Forge returns the forged trace and leaves the honest one as it is. It may come out equal to the honest one when
	// the change has no effect.
	Forge func(f *Forger, honest *Trace) (*Trace, error)
}

// Lies are all ways of a solver to lie, in a fixed order.
func Lies() []Lie {
	return []Lie{
		{"one tensor forged, continued consistently", false, func(f *Forger, h *Trace) (*Trace, error) { return f.OneTensor(h, f.Any(h)) }},
		{"one tensor forged, continued consistently to a wrong answer", true, func(f *Forger, h *Trace) (*Trace, error) {
			t, err := f.OneTensor(h, f.Any(h))
			if err != nil {
				return nil, err
			}
			return f.Steer(t, step.SiteToken)
		}},
		{"logits forged so that a wrong answer follows", true, func(f *Forger, h *Trace) (*Trace, error) { return f.Steer(h, step.SiteLogits) }},
		{"the choice of tokens forged", true, func(f *Forger, h *Trace) (*Trace, error) { return f.Steer(h, step.SiteToken) }},
		{"output alone forged", true, func(_ *Forger, h *Trace) (*Trace, error) { return h.Solver(), nil }},
		{"scattered junk", false, func(f *Forger, h *Trace) (*Trace, error) { return f.Junk(h, 1+f.random.IntN(6)), nil }},
		{"nothing but junk", true, func(f *Forger, h *Trace) (*Trace, error) { return f.OnlyJunk(h), nil }},
	}
}

// Any is a random tensor that is neither the first nor the last.
func (f *Forger) Any(t *Trace) uint64 { return 1 + f.random.Uint64N(t.shape.Tensors()-2) }

// OneTensor changes some bits of one tensor, which must be neither the first nor the last, and continues
// consistently from there.
func (f *Forger) OneTensor(honest *Trace, leaf uint64) (*Trace, error) {
	t := honest.Clone()
	f.scratch(t, leaf)
	if err := f.follow(t, leaf+1); err != nil {
		return nil, err
	}
	t.claim()
	return t, nil
}

// Junk changes some bits of n random tensors and of nothing that follows from them.
func (f *Forger) Junk(honest *Trace, n int) *Trace {
	t := honest.Clone()
	for range n {
		f.scratch(t, f.Any(t))
	}
	t.claim()
	return t
}

// OnlyJunk fills every tensor but the ends with noise.
func (f *Forger) OnlyJunk(honest *Trace) *Trace {
	t := honest.Clone()
	for i := 1; i < len(t.data)-1; i++ {
		t.data[i] = slices.Clone(t.data[i])
		for j := range t.data[i] {
			t.data[i][j] = byte(f.random.Uint32())
		}
	}
	t.claim()
	return t
}

// Steer makes a trace give the claimed tokens: where the honest choice is another, a lie at the given site,
// step.SiteLogits or step.SiteToken, from which it continues consistently as far as it can.
func (f *Forger) Steer(honest *Trace, site step.Site) (*Trace, error) {
	t, c := honest.Clone(), honest.shape.Claim()
	for p := len(c.Prompt) - 1; p < t.shape.Positions(); p++ {
		want := t.shape.Header().EOS[0]
		if i := p - len(c.Prompt) + 1; i < len(c.Output) {
			want = c.Output[i]
		}
		at, err := t.shape.Index(step.At{Position: p, Site: step.SiteToken})
		if err != nil {
			return nil, err
		}
		if binary.LittleEndian.Uint32(t.data[at]) == want {
			continue
		}
		if site == step.SiteLogits {
			if err := f.favour(t, p, want); err != nil {
				return nil, err
			}
		}
		if binary.LittleEndian.Uint32(t.data[at]) != want {
			t.data[at] = binary.LittleEndian.AppendUint32(nil, want)
		}
	}
	t.claim()
	return t, nil
}

// favour gives a token the largest logit there is after a position.
func (f *Forger) favour(t *Trace, position int, token uint32) error {
	logits, err := t.shape.Index(step.At{Position: position, Site: step.SiteLogits})
	if err != nil {
		return err
	}
	d := slices.Clone(t.data[logits])
	binary.LittleEndian.PutUint32(d[4*token:], 1<<31-1)
	t.data[logits] = d
	return f.follow(t, logits+1)
}

// scratch changes one byte of a tensor.
func (f *Forger) scratch(t *Trace, leaf uint64) {
	d := slices.Clone(t.data[leaf])
	d[f.random.IntN(len(d))] ^= byte(1 + f.random.IntN(255))
	t.data[leaf] = d
}

// follow recomputes from a tensor on.
func (f *Forger) follow(t *Trace, from uint64) error {
	return f.followUntil(t, from, t.shape.Tensors())
}

// followUntil recomputes from a tensor on and stops before another.
func (f *Forger) followUntil(t *Trace, from, end uint64) error {
	if err := t.recompute(f.row, from, end); err != nil {
		return err
	}
	return f.bad
}

// row gives the payload of a weight row: its scale, then its elements. A matrix is read as it is, because a proof hashes
// a thousand rows.
func (f *Forger) row(id model.RowID) []byte {
	if row, ok := f.rows[id]; ok {
		return row
	}
	var row []byte
	if id.Part == model.Rope || model.IsNorm(id.Part) {
		var err error
		if row, _, err = f.m.RowProof(id); err != nil {
			f.bad = fmt.Errorf("row %+v: %w", id, err)
		}
	} else {
		w := f.m.Matrix(id.Part, id.Layer)
		row = binary.LittleEndian.AppendUint32(nil, w.Scale(int(id.Row)))
		for _, v := range w.Data[int(id.Row)*w.Cols:][:w.Cols] {
			row = append(row, byte(v))
		}
	}
	f.rows[id] = row
	return row
}

// Wrong is a claim about the same task that no honest worker makes, but that some run could have: another token,
// an early end, or an answer without an end. right must be the right claim.
func (f *Forger) Wrong(right step.Claim) step.Claim {
	h := f.m.Header()
	for {
		lie := right
		lie.Output = slices.Clone(right.Output)
		switch {
		case f.random.IntN(4) == 0 && right.Stop == step.StopLength:
			lie.Output, lie.Stop = lie.Output[:f.random.IntN(len(right.Output))], step.StopEnd
		case len(lie.Output) > 0:
			lie.Output[f.random.IntN(len(lie.Output))] = f.random.Uint32N(h.Vocab)
		default:
			lie.Stop = step.StopLength
			for range right.MaxOutput {
				lie.Output = append(lie.Output, f.random.Uint32N(h.Vocab))
			}
		}
		_, err := step.NewShape(h, lie)
		if err == nil && (lie.Stop != right.Stop || !slices.Equal(lie.Output, right.Output)) {
			return lie
		}
	}
}
