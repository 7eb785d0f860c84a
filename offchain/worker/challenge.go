package worker

import (
	"context"
	"errors"
	"fmt"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/offchain/worker/executor"
	"github.com/aichain/aichain/rules/dispute"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// Errors of a challenger.
var (
	// errNothingDiffers: the solver's trace is our own, so the solver is right.
	errNothingDiffers = errors.New("nothing differs")
	// errNotRefuted: the step that we would post does not show that the trace is wrong, though our own differs from it.
	errNotRefuted = errors.New("our own step does not refute the trace")
)

// sight is what a challenger has seen of a solver's trace.
type sight struct {
	root     step.Hash
	view     *step.View
	place    step.Place  // of the last thing shown
	children []step.Hash // of the place, or
	chunk    []byte      // its bytes
}

// look gathers what was shown and checks it once more against the posted root: a node that told us something else than
// the chain holds would lead us past the difference. Error: errView.
func look(shape step.Shape, trace *attesttypes.Trace, shown []attesttypes.Shown) (sight, error) {
	s := sight{root: step.Hash(trace.Root), view: step.NewView(), place: shape.Top()}
	hash, data := s.root, trace.Children
	for i := 0; ; i++ {
		if err := s.learn(shape, hash, data); err != nil {
			return s, fmt.Errorf("%w: depth %d: %w", errView, i, err)
		}
		if i == len(shown) {
			return s, nil
		}
		child, err := s.descend(shape, shown[i].Place.Step())
		if err != nil {
			return s, fmt.Errorf("%w: depth %d: %w", errView, i+1, err)
		}
		hash, data = s.children[child], shown[i].Data
	}
}

// learn takes what was shown of the place.
func (s *sight) learn(shape step.Shape, hash step.Hash, data []byte) error {
	if s.place.IsChunk() {
		if err := shape.CheckChunk(s.place, hash, data); err != nil {
			return err
		}
		s.view.LearnChunk(s.place, data)
		s.chunk = data
		return nil
	}
	children, err := client.Hashes(data)
	if err != nil {
		return err
	}
	if err := shape.CheckChildren(s.place, hash, children); err != nil {
		return err
	}
	s.view.Learn(s.place, children)
	s.children = children
	return nil
}

// descend goes to a child of the place and returns which it is.
func (s *sight) descend(shape step.Shape, to step.Place) (child int, err error) {
	index := to.Index
	if to.InTensor && !s.place.InTensor {
		index = to.Tensor
	}
	first := s.place.Index * step.Arity
	if index < first || index >= first+step.Arity {
		return 0, fmt.Errorf("%+v is not below %+v", to, s.place)
	}
	child = int(index - first)
	below, err := shape.Child(s.place, child)
	if err != nil || below != to || child >= len(s.children) {
		return 0, errors.Join(fmt.Errorf("%+v is not child %d of %+v", to, child, s.place), err)
	}
	s.place = below
	return child, nil
}

// challenge builds a challenger's move: the leftmost difference between the solver's trace and the honest one of the
// solver's own claim. Errors: errNothingDiffers, errNotRefuted, errView, and the witness's.
func challenge(ctx context.Context, kind attesttypes.DisputeMoveKind, v *attesttypes.QueryDisputeResponse, wit executor.Witness, modelRoot step.Hash) (built, error) {
	shape, trace := wit.Shape(), wit.Trace(ctx)
	s, err := look(shape, v.Trace, v.Shown)
	if err != nil {
		return built{}, err
	}
	if s.place != v.Dispute.Place.Step() {
		return built{}, fmt.Errorf("%w: shown to %+v, come to %+v", errView, s.place, v.Dispute.Place)
	}
	if kind == attesttypes.DISPUTE_MOVE_KIND_STEP {
		return s.step(shape, trace, wit.Rows(), modelRoot)
	}
	own, err := step.Children(shape, trace, s.place)
	if err != nil {
		return built{}, err
	}
	i, differs := dispute.Leftmost(own, s.children)
	if !differs {
		return built{}, errNothingDiffers
	}
	below, err := shape.Child(s.place, i)
	if err != nil {
		return built{}, fmt.Errorf("%w: %w", errView, err)
	}
	return built{index: uint32(i), where: whereOf(shape, below)}, nil
}

// step opens the leftmost unit that differs. The step is returned with errNotRefuted too.
func (s *sight) step(shape step.Shape, trace step.Trace, rows step.Rows, modelRoot step.Hash) (built, error) {
	own, err := step.Chunk(trace, s.place)
	if err != nil {
		return built{}, err
	}
	unit, err := shape.WrongUnit(s.place, own, s.chunk)
	if err != nil {
		return built{}, fmt.Errorf("%w: %w", errNothingDiffers, err)
	}
	st, err := step.Open(shape, trace, rows, s.view, s.place.Tensor, unit)
	if err != nil {
		return built{}, err
	}
	verdict, err := step.Check(step.Case{Shape: shape, TraceRoot: s.root, ModelRoot: modelRoot}, st)
	if err != nil {
		return built{}, fmt.Errorf("%w: %w", errNotRefuted, err)
	}
	b := built{data: st.Encode(), where: fmt.Sprintf("%s, unit %d", verdict.At, unit)}
	if !verdict.Refuted {
		return b, errNotRefuted
	}
	return b, nil
}

// whereOf says which tensor a place is in, or nothing.
func whereOf(shape step.Shape, p step.Place) string {
	if !p.InTensor {
		return ""
	}
	at, err := shape.At(p.Tensor)
	if err != nil {
		return ""
	}
	return at.String()
}
