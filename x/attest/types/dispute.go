package types

import (
	"math"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/rules/dispute"
)

// IsOpen tells whether the dispute still waits for something: nobody has won and it was not dropped.
func (d *Dispute) IsOpen() bool { return d.Phase != DISPUTE_PHASE_RESOLVED }

// Turn is who has to move; nobody while queued and when resolved.
func (d *Dispute) Turn() DisputeSide { return DisputeSide(dispute.Phase(d.Phase).Turn()) }

// Party returns the address of a side, empty for nobody.
func (d *Dispute) Party(side DisputeSide) string {
	switch side {
	case DISPUTE_SIDE_SOLVER:
		return d.Solver
	case DISPUTE_SIDE_CHALLENGER:
		return d.Challenger
	}
	return ""
}

// Choices counts the choices made: the depth at which the solver shows next.
func (d *Dispute) Choices() (n uint32) {
	for i := range d.Moves {
		if d.Moves[i].Kind == DISPUTE_MOVE_KIND_CHOICE {
			n++
		}
	}
	return n
}

// DeadlineAt returns the last height at which the move that is due at the dispute's phase is accepted, when it becomes
// due at height; 0 for a phase in which nobody moves. The first choice is never due before the trace window since the
// dispute was opened is over: both sides have to run the claim once more with hashing, and a solver that has its trace
// ready must not take that time from its challenger.
func (d *Dispute) DeadlineAt(height uint64) uint64 {
	switch {
	case d.Turn() == DISPUTE_SIDE_UNSPECIFIED:
		return 0
	case d.Phase == DISPUTE_PHASE_TRACE_DUE:
		return dispute.Deadline(height, d.TraceWindow)
	case d.Phase == DISPUTE_PHASE_CHOICE_DUE && d.Choices() == 0:
		return max(dispute.Deadline(height, d.MoveWindow), dispute.Deadline(d.OpenHeight, d.TraceWindow))
	}
	return dispute.Deadline(height, d.MoveWindow)
}

// Step returns the place as canon/step knows it.
func (p Place) Step() step.Place {
	return step.Place{InTensor: p.InTensor, Tensor: p.Tensor, Level: uint8(min(p.Level, math.MaxUint8)), Index: p.Index}
}

// PlaceOf is a place of canon/step as it is stored.
func PlaceOf(p step.Place) Place {
	return Place{InTensor: p.InTensor, Tensor: p.Tensor, Level: uint32(p.Level), Index: p.Index}
}

// Stands tells whether the seat revealed a result and has not fallen.
func (s *Seat) Stands() bool { return s.HasRevealed() && s.Fall == FALL_UNSPECIFIED }
