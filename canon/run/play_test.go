package run_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/rules/dispute"
)

// referee is what the chain does in a dispute, without a chain: it keeps a phase, a
// place and its hash, and checks every move.
type referee struct {
	shape     step.Shape
	modelRoot step.Hash
	phase     dispute.Phase
	root      step.Hash
	place     step.Place
	hash      step.Hash
	winner    dispute.Side
	moves     int
	bytes     int
	verdict   step.Verdict
}

func newReferee(s step.Shape, modelRoot step.Hash) *referee {
	return &referee{shape: s, modelRoot: modelRoot, phase: dispute.TraceDue}
}

// moved goes on after a valid move.
func (r *referee) moved(m dispute.Move, bytes int) error {
	next, err := dispute.Next(r.phase, m)
	if err != nil {
		return err
	}
	r.phase, r.moves, r.bytes = next, r.moves+1, r.bytes+bytes
	return nil
}

func (r *referee) postTrace(root step.Hash, first, last, children []step.Hash) error {
	if err := r.shape.CheckEnds(root, first, last); err != nil {
		return err
	}
	if err := r.shape.CheckChildren(r.shape.Top(), root, children); err != nil {
		return err
	}
	r.root, r.place, r.hash = root, r.shape.Top(), root
	return r.moved(dispute.PostTrace, 32*(1+len(first)+len(last)+len(children)))
}

func (r *referee) choose(i int, child step.Hash, path []step.Hash) error {
	place, err := r.shape.CheckChild(r.place, r.hash, i, child, path)
	if err != nil {
		return err
	}
	move := dispute.ChooseNode
	if place.IsChunk() {
		move = dispute.ChooseChunk
	}
	if err := r.moved(move, 2+32*(1+len(path))); err != nil {
		return err
	}
	r.place, r.hash = place, child
	return nil
}

func (r *referee) postChildren(children []step.Hash) error {
	if err := r.shape.CheckChildren(r.place, r.hash, children); err != nil {
		return err
	}
	return r.moved(dispute.PostChildren, 32*len(children))
}

func (r *referee) postChunk(data []byte) error {
	if err := r.shape.CheckChunk(r.place, r.hash, data); err != nil {
		return err
	}
	return r.moved(dispute.PostChunk, len(data))
}

func (r *referee) postStep(encoded []byte) error {
	s, err := step.Decode(encoded)
	if err != nil {
		return err
	}
	verdict, err := step.Check(step.Case{Shape: r.shape, TraceRoot: r.root, ModelRoot: r.modelRoot}, s)
	if err != nil {
		return err
	}
	if err := r.moved(dispute.PostStep, len(encoded)); err != nil {
		return err
	}
	r.verdict, r.winner = verdict, dispute.Judge(verdict.Refuted)
	return nil
}

// silence ends a game whose next move stays out.
func (r *referee) silence() { r.winner, r.phase = dispute.TimeOut(r.phase), dispute.Resolved }

// player is either side. Moves it does not make, or makes wrongly, lose by silence.
type player struct {
	trace     step.Trace
	rows      step.Rows
	random    *rand.Rand // nil: plays honestly
	mutate    bool       // spoils its step
	silentAt  int        // makes no move from this one on; 0 never
	madeMoves int
}

// acts tells whether a player makes its next move.
func (p *player) acts() bool {
	p.madeMoves++
	return p.silentAt == 0 || p.madeMoves < p.silentAt
}

var errNoDifference = errors.New("nothing differs")

// play takes a game to its end.
func play(t testing.TB, r *referee, solver, challenger *player, ends func() (root step.Hash, first, last []step.Hash)) {
	t.Helper()
	view := step.NewView()
	var children []step.Hash
	var chunk []byte
	for r.phase != dispute.Resolved {
		who := map[dispute.Side]*player{dispute.Solver: solver, dispute.Challenger: challenger}[r.phase.Turn()]
		if !who.acts() {
			r.silence()
			return
		}
		var err error
		switch r.phase {
		case dispute.TraceDue:
			if children, err = step.Children(r.shape, solver.trace, r.shape.Top()); err == nil {
				root, first, last := ends()
				err = r.postTrace(root, first, last, children)
			}
		case dispute.ChoiceDue:
			view.Learn(r.place, children)
			var i int
			if i, err = challenger.choice(r, children); err == nil {
				err = r.choose(i, children[i], step.ChildPath(children, i))
			}
		case dispute.ChildrenDue:
			if children, err = step.Children(r.shape, solver.trace, r.place); err == nil {
				err = r.postChildren(children)
			}
		case dispute.ChunkDue:
			if chunk, err = step.Chunk(solver.trace, r.place); err == nil {
				err = r.postChunk(chunk)
			}
		case dispute.StepDue:
			view.LearnChunk(r.place, chunk)
			var encoded []byte
			if encoded, err = challenger.step(r, view, chunk); err == nil {
				err = r.postStep(encoded)
			}
		}
		if err != nil {
			r.silence() // a refused move is no move
		}
	}
}

// choice names the leftmost difference, or any child.
func (p *player) choice(r *referee, children []step.Hash) (int, error) {
	if p.random != nil {
		return p.random.IntN(len(children)), nil
	}
	own, err := step.Children(r.shape, p.trace, r.place)
	if err != nil {
		return 0, err
	}
	i, differs := dispute.Leftmost(own, children)
	if !differs {
		return 0, errNoDifference
	}
	return i, nil
}

// step opens the leftmost wrong unit of a chunk, or any.
func (p *player) step(r *referee, view *step.View, chunk []byte) ([]byte, error) {
	own, err := step.Chunk(p.trace, r.place)
	if err != nil {
		return nil, err
	}
	var unit uint64
	if p.random != nil {
		first, n, err := r.shape.ChunkUnits(r.place)
		if err != nil {
			return nil, err
		}
		unit = first + p.random.Uint64N(n)
	} else if unit, err = r.shape.WrongUnit(r.place, own, chunk); err != nil {
		return nil, err
	}
	s, err := step.Open(r.shape, p.trace, p.rows, view, r.place.Tensor, unit)
	if err != nil {
		return nil, err
	}
	encoded := s.Encode()
	if p.mutate {
		encoded[p.random.IntN(len(encoded))] ^= 1 << p.random.IntN(8)
	}
	return encoded, nil
}

// provenRows caches the proofs of weight rows: a proof hashes a thousand rows.
type provenRows struct {
	m    *model.Model
	kept map[model.RowID][2]any
}

func newProvenRows(m *model.Model) *provenRows { return &provenRows{m, map[model.RowID][2]any{}} }

func (p *provenRows) RowProof(id model.RowID) ([]byte, [][32]byte, error) {
	if _, ok := p.kept[id]; !ok {
		row, proof, err := p.m.RowProof(id)
		if err != nil {
			return nil, nil, fmt.Errorf("row %+v: %w", id, err)
		}
		p.kept[id] = [2]any{row, proof}
	}
	return p.kept[id][0].([]byte), p.kept[id][1].([][32]byte), nil
}
