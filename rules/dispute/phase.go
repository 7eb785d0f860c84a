package dispute

import (
	"errors"
	"fmt"
	"math"
)

// Side is one of the two who play.
type Side uint8

// The sides. Nobody is the zero value.
const (
	Nobody     Side = 0
	Solver     Side = 1 // stands for a result
	Challenger Side = 2 // says that it is wrong
)

// Other is who plays against a side.
func (s Side) Other() Side {
	switch s {
	case Solver:
		return Challenger
	case Challenger:
		return Solver
	}
	return Nobody
}

// Phase says what has to happen next. The numbers are stored and never change.
type Phase uint8

// The phases, in the order of play.
const (
	Queued      Phase = 1 // another dispute against the same solver is being played
	TraceDue    Phase = 2 // solver: trace root, proofs of both ends, children of the top
	ChoiceDue   Phase = 3 // challenger: the leftmost child that differs
	ChildrenDue Phase = 4 // solver: the children of the chosen node
	ChunkDue    Phase = 5 // solver: the bytes of the chosen chunk
	StepDue     Phase = 6 // challenger: one step in that chunk
	Resolved    Phase = 7
)

// Turn is who has to move; Nobody while queued and when resolved.
func (p Phase) Turn() Side {
	switch p {
	case TraceDue, ChildrenDue, ChunkDue:
		return Solver
	case ChoiceDue, StepDue:
		return Challenger
	}
	return Nobody
}

// Move is an act that was checked and found valid.
type Move uint8

// The moves.
const (
	Begin        Move = 1 // the chain, when the queue reaches a dispute
	PostTrace    Move = 2
	ChooseNode   Move = 3 // a child that has children
	ChooseChunk  Move = 4 // a child that is a chunk
	PostChildren Move = 5
	PostChunk    Move = 6
	PostStep     Move = 7
)

// ErrMove is returned for a move that is not due.
var ErrMove = errors.New("move is not due")

// Next returns the phase after a valid move, or ErrMove. A solver whose trace was posted
// in an earlier dispute about the same result moves on by PostTrace at once: it is bound
// to that trace.
func Next(p Phase, m Move) (Phase, error) {
	switch {
	case p == Queued && m == Begin:
		return TraceDue, nil
	case p == TraceDue && m == PostTrace, p == ChildrenDue && m == PostChildren:
		return ChoiceDue, nil
	case p == ChoiceDue && m == ChooseNode:
		return ChildrenDue, nil
	case p == ChoiceDue && m == ChooseChunk:
		return ChunkDue, nil
	case p == ChunkDue && m == PostChunk:
		return StepDue, nil
	case p == StepDue && m == PostStep:
		return Resolved, nil
	}
	return p, fmt.Errorf("%w: move %d in phase %d", ErrMove, m, p)
}

// TimeOut is who wins when nobody moved by the deadline: whoever was not to move. Nobody
// while queued and when resolved: those phases have no deadline.
func TimeOut(p Phase) Side { return p.Turn().Other() }

// Judge is who wins after the step: the challenger if the chain computed something other
// than the solver's trace holds.
func Judge(isRefuted bool) Side {
	if isRefuted {
		return Challenger
	}
	return Solver
}

// Deadline is the last height at which the next move is accepted. It saturates.
func Deadline(height, windowBlocks uint64) uint64 {
	if height > math.MaxUint64-windowBlocks {
		return math.MaxUint64
	}
	return height + windowBlocks
}

// IsInTime tells whether a move comes in time: at the deadline it still does. The end of
// the deadline's block resolves.
func IsInTime(height, deadline uint64) bool { return height <= deadline }

// Leftmost returns the first child that differs, and whether one does. Everything left
// of it is agreed, which is what the last step rests on. Lists of other lengths differ at
// the end of the shorter.
func Leftmost(own, theirs [][32]byte) (int, bool) {
	for i := range min(len(own), len(theirs)) {
		if own[i] != theirs[i] {
			return i, true
		}
	}
	return min(len(own), len(theirs)), len(own) != len(theirs)
}
