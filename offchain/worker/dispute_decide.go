package worker

import (
	"errors"
	"fmt"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/rules/dispute"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// errView is returned when a node's answer about a dispute contradicts itself: it lies, is another version, or was
// asked between two blocks. The next block asks again.
var errView = errors.New("the dispute as told contradicts itself")

// play is a move that is due from us.
type play struct {
	kind attesttypes.DisputeMoveKind // unspecified: nothing is due from us
	turn client.Turn
	left uint64 // blocks in which it is still accepted, at least 1
}

func (p play) isDue() bool { return p.kind != attesttypes.DISPUTE_MOVE_KIND_UNSPECIFIED }

// moveOf is the move that a phase waits for.
var moveOf = map[attesttypes.DisputePhase]attesttypes.DisputeMoveKind{
	attesttypes.DISPUTE_PHASE_TRACE_DUE:    attesttypes.DISPUTE_MOVE_KIND_TRACE,
	attesttypes.DISPUTE_PHASE_CHOICE_DUE:   attesttypes.DISPUTE_MOVE_KIND_CHOICE,
	attesttypes.DISPUTE_PHASE_CHILDREN_DUE: attesttypes.DISPUTE_MOVE_KIND_CHILDREN,
	attesttypes.DISPUTE_PHASE_CHUNK_DUE:    attesttypes.DISPUTE_MOVE_KIND_CHUNK,
	attesttypes.DISPUTE_PHASE_STEP_DUE:     attesttypes.DISPUTE_MOVE_KIND_STEP,
}

// sideOf tells which side of a dispute somebody is on.
func sideOf(d attesttypes.Dispute, who string) dispute.Side {
	switch who {
	case d.Solver:
		return dispute.Solver
	case d.Challenger:
		return dispute.Challenger
	}
	return dispute.Nobody
}

// turnOf tells what is due from us after block height, if the next block can still take it. It is pure and needs
// nothing that was shown.
func turnOf(d attesttypes.Dispute, self string, height uint64) play {
	mine := sideOf(d, self)
	isOurs := mine != dispute.Nobody && dispute.Phase(d.Phase).Turn() == mine
	if !isOurs || height == ^uint64(0) || !dispute.IsInTime(height+1, d.Deadline) {
		return play{}
	}
	return play{kind: moveOf[d.Phase], turn: client.Turn{Dispute: d.Id, Move: uint32(len(d.Moves))}, left: d.Deadline - height}
}

// decideMove is turnOf for a dispute with all that was shown in it, which it compares with the place that the
// dispute has reached. It is pure. Error: errView.
func decideMove(d attesttypes.Dispute, trace *attesttypes.Trace, shown []attesttypes.Shown, self string, height uint64) (play, error) {
	p := turnOf(d, self, height)
	if !p.isDue() || p.kind == attesttypes.DISPUTE_MOVE_KIND_TRACE {
		return p, nil
	}
	if trace == nil || len(trace.Root) != len(step.Hash{}) {
		return play{}, fmt.Errorf("%w: %s without a trace", errView, d.Phase)
	}
	for i, s := range shown {
		if s.Depth != uint32(i)+1 {
			return play{}, fmt.Errorf("%w: list %d of what was shown has depth %d", errView, i+1, s.Depth)
		}
	}
	at := d.Place.Step()
	wantsChunk := p.kind == attesttypes.DISPUTE_MOVE_KIND_CHUNK || p.kind == attesttypes.DISPUTE_MOVE_KIND_STEP
	if at.IsChunk() != wantsChunk {
		return play{}, fmt.Errorf("%w: %s at %+v", errView, d.Phase, at)
	}
	switch p.kind {
	case attesttypes.DISPUTE_MOVE_KIND_STEP, attesttypes.DISPUTE_MOVE_KIND_CHOICE:
		if n := len(shown); n > 0 && shown[n-1].Place.Step() != at || n == 0 && wantsChunk {
			return play{}, fmt.Errorf("%w: %s at %+v, which was not shown", errView, d.Phase, at)
		}
	}
	return p, nil
}
