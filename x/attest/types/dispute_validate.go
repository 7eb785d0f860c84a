package types

import (
	"slices"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/canon/step"
)

const (
	// HashBytes is the length of a hash of a trace.
	HashBytes = 32
	// MaxChildrenBytes is the most that a list of children has.
	MaxChildrenBytes = HashBytes * step.Arity
	// MaxChunkBytes is the most that a chunk has.
	MaxChunkBytes = step.ChunkBytes
)

// isHashList tells whether bytes are 1 to 128 hashes.
func isHashList(b []byte) bool {
	return len(b) > 0 && len(b)%HashBytes == 0 && len(b) <= MaxChildrenBytes
}

// isChunk tells whether the place is a chunk, where a descent ends.
func (p Place) isChunk() bool { return p.InTensor && p.Level == 0 }

// Validate checks that the dispute does not contradict itself: who plays, the phase with its deadline, hash and place,
// the order of the moves, and how it ended. It returns ErrInvalidGenesis or ErrBrokenInvariant according to kind.
func (d *Dispute) Validate(kind *errorsmod.Error) error {
	for _, check := range []func() string{d.wrongTerms, d.wrongPhase, d.wrongMoves, d.wrongEnd} {
		if wrong := check(); wrong != "" {
			return errorsmod.Wrapf(kind, "dispute %d: %s", d.Id, wrong)
		}
	}
	return nil
}

func (d *Dispute) wrongTerms() string {
	switch {
	case d.Id == 0 || d.TaskId == 0:
		return "no id or task id"
	case d.Origin != DISPUTE_ORIGIN_SPLIT && d.Origin != DISPUTE_ORIGIN_CHALLENGE:
		return "unknown origin"
	case d.Solver == "" || d.Challenger == "" || d.Solver == d.Challenger:
		return "a side is missing, or plays itself"
	case d.Stake > 0 && d.Origin == DISPUTE_ORIGIN_SPLIT:
		return "a seat stakes more than its lien"
	case d.MoveWindow == 0 || d.TraceWindow == 0:
		return "a window without a block"
	case len(d.Hash) != 0 && len(d.Hash) != HashBytes:
		return "hash is not 32 bytes"
	}
	return ""
}

// wrongPhase checks what each phase needs. A queued dispute may have a deadline: that of its being dropped.
func (d *Dispute) wrongPhase() string {
	if d.Phase < DISPUTE_PHASE_QUEUED || d.Phase > DISPUTE_PHASE_RESOLVED {
		return "unknown phase"
	}
	hasTrace := len(d.Hash) > 0
	isShown := d.Phase == DISPUTE_PHASE_CHUNK_DUE || d.Phase == DISPUTE_PHASE_STEP_DUE
	switch {
	case d.Deadline > 0 && d.Deadline < d.OpenHeight:
		return "deadline before it was opened"
	case d.Deadline == 0 && d.Turn() != DISPUTE_SIDE_UNSPECIFIED:
		return "a move is due without a deadline"
	case d.Deadline > 0 && !d.IsOpen():
		return "resolved with a deadline"
	case hasTrace && (d.Phase == DISPUTE_PHASE_QUEUED || d.Phase == DISPUTE_PHASE_TRACE_DUE):
		return "a hash before the trace"
	case !hasTrace && d.Phase >= DISPUTE_PHASE_CHOICE_DUE && d.IsOpen():
		return "no hash after the trace"
	case isShown != d.Place.isChunk() && d.IsOpen():
		return "a chunk is due in a place that is none, or the other way round"
	}
	return ""
}

// follows lists, for each move, the moves that it may follow; unspecified stands for the beginning, which a solver that
// is bound to a trace already makes at the first choice.
var follows = [DISPUTE_MOVE_KIND_STEP + 1][]DisputeMoveKind{
	DISPUTE_MOVE_KIND_TRACE:    {DISPUTE_MOVE_KIND_UNSPECIFIED},
	DISPUTE_MOVE_KIND_CHOICE:   {DISPUTE_MOVE_KIND_UNSPECIFIED, DISPUTE_MOVE_KIND_TRACE, DISPUTE_MOVE_KIND_CHILDREN},
	DISPUTE_MOVE_KIND_CHILDREN: {DISPUTE_MOVE_KIND_CHOICE},
	DISPUTE_MOVE_KIND_CHUNK:    {DISPUTE_MOVE_KIND_CHOICE},
	DISPUTE_MOVE_KIND_STEP:     {DISPUTE_MOVE_KIND_CHUNK},
}

// leads lists, for each last move, the phases that it leads to.
var leads = [DISPUTE_MOVE_KIND_STEP + 1][]DisputePhase{
	DISPUTE_MOVE_KIND_UNSPECIFIED: {DISPUTE_PHASE_QUEUED, DISPUTE_PHASE_TRACE_DUE, DISPUTE_PHASE_CHOICE_DUE},
	DISPUTE_MOVE_KIND_TRACE:       {DISPUTE_PHASE_CHOICE_DUE},
	DISPUTE_MOVE_KIND_CHOICE:      {DISPUTE_PHASE_CHILDREN_DUE, DISPUTE_PHASE_CHUNK_DUE},
	DISPUTE_MOVE_KIND_CHILDREN:    {DISPUTE_PHASE_CHOICE_DUE},
	DISPUTE_MOVE_KIND_CHUNK:       {DISPUTE_PHASE_STEP_DUE},
}

func (d *Dispute) wrongMoves() string {
	last, height := DISPUTE_MOVE_KIND_UNSPECIFIED, d.OpenHeight
	for i := range d.Moves {
		m := &d.Moves[i]
		if m.Kind <= DISPUTE_MOVE_KIND_UNSPECIFIED || m.Kind > DISPUTE_MOVE_KIND_STEP || !slices.Contains(follows[m.Kind], last) {
			return "a move that cannot follow the one before"
		}
		if m.Height < height || m.Index >= step.Arity {
			return "a move before the one it follows, or of a child that no place has"
		}
		last, height = m.Kind, m.Height
	}
	if d.IsOpen() && !slices.Contains(leads[last], d.Phase) {
		return "the moves do not lead to the phase"
	}
	return ""
}

func (d *Dispute) wrongEnd() string {
	winner := [DISPUTE_END_DROPPED + 1]DisputeSide{
		DISPUTE_END_REFUTED: DISPUTE_SIDE_CHALLENGER, DISPUTE_END_UPHELD: DISPUTE_SIDE_SOLVER,
		DISPUTE_END_SOLVER_SILENT: DISPUTE_SIDE_CHALLENGER, DISPUTE_END_CHALLENGER_SILENT: DISPUTE_SIDE_SOLVER,
		DISPUTE_END_IMPOSSIBLE: DISPUTE_SIDE_CHALLENGER,
	}
	isComputed := d.End == DISPUTE_END_REFUTED || d.End == DISPUTE_END_UPHELD
	hasStep := len(d.Moves) > 0 && d.Moves[len(d.Moves)-1].Kind == DISPUTE_MOVE_KIND_STEP
	switch {
	case d.End < DISPUTE_END_UNSPECIFIED || d.End > DISPUTE_END_DROPPED:
		return "unknown end"
	case (d.End == DISPUTE_END_UNSPECIFIED) != d.IsOpen():
		return "the end does not fit the phase"
	case d.Winner != winner[d.End]:
		return "the winner does not fit the end"
	case d.IsOpen() != (d.CloseHeight == 0) || !d.IsOpen() && d.CloseHeight < d.OpenHeight:
		return "the close_height does not fit the phase"
	case isComputed != (d.Verdict != nil) || isComputed != hasStep:
		return "a computed step without a verdict, or a verdict without one"
	case d.End == DISPUTE_END_IMPOSSIBLE && len(d.Moves) > 0:
		return "moves about an impossible result"
	}
	return ""
}
