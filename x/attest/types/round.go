package types

import (
	"bytes"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/rules/quorum"
	"github.com/aichain/aichain/rules/result"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// HasCommitted tells whether the seat has committed.
func (s Seat) HasCommitted() bool { return len(s.Commitment) > 0 }

// HasRevealed tells whether the seat has revealed.
func (s Seat) HasRevealed() bool { return s.Result > 0 }

// SeatOf returns the index of the provider's seat, -1 if it has none.
func (r *Round) SeatOf(provider string) int {
	for i := range r.Seats {
		if r.Seats[i].Provider == provider {
			return i
		}
	}
	return -1
}

// DrawnSeats counts the seats that were drawn at the match: all but the audits, which stand at the end.
func (r *Round) DrawnSeats() uint32 {
	return uint32(len(r.Seats)) - min(r.Audits, uint32(len(r.Seats)))
}

// SeatedAt is the block that drew a seat.
func (r *Round) SeatedAt(seat int) uint64 {
	if uint32(seat) >= r.DrawnSeats() {
		return r.AuditHeight
	}
	return r.OpenHeight
}

// IsTooSoon tells whether the reveals of the round have opened in the block of that height, or later: nothing is shown
// before the next block, whose beacon draws whether the round gets a blind seat.
func (r *Round) IsTooSoon(height uint64) bool {
	return r.Phase == ROUND_PHASE_REVEAL && height+r.RevealWindow <= r.Deadline
}

// IsLotPending tells whether a reveal that is sent once the block of that height is known would be seen before the lot of
// the round's blind seat is drawn, in the block after: whoever gets the seat could copy it. A window of one block leaves
// no time to wait.
func (r *Round) IsLotPending(height uint64) bool {
	return r.RevealWindow > 1 && r.IsTooSoon(height) && r.MayBeAudited()
}

// CommittedSeats counts the seats that have committed.
func (r *Round) CommittedSeats() (n uint32) {
	for i := range r.Seats {
		if r.Seats[i].HasCommitted() {
			n++
		}
	}
	return n
}

// RevealedSeats counts the seats that have revealed.
func (r *Round) RevealedSeats() (n uint32) {
	for i := range r.Seats {
		if r.Seats[i].HasRevealed() {
			n++
		}
	}
	return n
}

// RevealedResults gives for each seat the index of its result in Results, or quorum.NoResult.
func (r *Round) RevealedResults() []int {
	revealed := make([]int, len(r.Seats))
	for i := range r.Seats {
		revealed[i] = quorum.NoResult
		if r.Seats[i].HasRevealed() {
			revealed[i] = int(r.Seats[i].Result) - 1
		}
	}
	return revealed
}

// CanReveal tells whether enough seats have committed for the round to go on to reveals, or to have gone.
func (r *Round) CanReveal() bool {
	return quorum.CanReveal(quorum.Role(r.Role), r.DrawnSeats(), r.CommittedSeats())
}

// IsOpen tells whether the round still waits for something: it has no verdict.
func (r *Round) IsOpen() bool { return r.Phase != ROUND_PHASE_CLOSED }

// Validate checks that the round does not contradict itself: lengths, seats, results, phase and verdict. It returns
// ErrInvalidGenesis or ErrBrokenInvariant according to kind.
func (r *Round) Validate(kind *errorsmod.Error) error {
	for _, check := range []func() string{r.wrongShape, r.wrongSeats, r.wrongResults, r.wrongPhase, r.wrongAudit, r.wrongFalls} {
		if wrong := check(); wrong != "" {
			return errorsmod.Wrapf(kind, "task %d round %d: %s", r.TaskId, r.Round, wrong)
		}
	}
	return nil
}

func (r *Round) wrongShape() string {
	n := quorum.Total(quorum.Role(r.Role), r.DrawnSeats(), r.Audits)
	switch {
	case r.TaskId == 0:
		return "no task id"
	case r.Kind != ATTESTATION_KIND_EXACT:
		return "unknown kind of evidence"
	case n == 0 || int(n) != len(r.Seats):
		return "number of seats does not fit the role and its audits"
	case len(r.ModelId) != result.RootBytes:
		return "model_id is not 32 bytes"
	case len(r.InputDigest) != result.RootBytes:
		return "input_digest is not 32 bytes"
	case r.Deadline < r.OpenHeight:
		return "deadline before the match"
	}
	return ""
}

func (r *Round) wrongSeats() string {
	for i := range r.Seats {
		s := &r.Seats[i]
		switch {
		case s.Provider == "" || r.SeatOf(s.Provider) != i:
			return "provider missing or seated twice"
		case s.HasCommitted() && len(s.Commitment) != result.CommitmentBytes:
			return "commitment is not 32 bytes"
		case s.HasRevealed() && !s.HasCommitted():
			return "seat revealed without a commitment"
		case int(s.Result) > len(r.Results):
			return "seat points at a missing result"
		case s.Outcome != computetypes.REASON_UNSPECIFIED && r.IsOpen():
			return "seat of an open round has an outcome"
		}
	}
	return ""
}

func (r *Round) wrongResults() string {
	if len(r.Results) > len(r.Seats) {
		return "more results than seats"
	}
	backed := make([]bool, len(r.Results))
	for i := range r.Seats {
		if r.Seats[i].HasRevealed() {
			backed[r.Seats[i].Result-1] = true
		}
	}
	for i := range r.Results {
		res := &r.Results[i]
		if !backed[i] {
			return "result without a seat"
		}
		if err := result.Check(res.Output, res.Stop, r.MaxOutputTokens, r.Vocab); err != nil {
			return err.Error()
		}
		root := result.Root(r.ModelId, r.InputDigest, res.Output, res.Stop)
		if !bytes.Equal(root[:], res.Root) {
			return "result root is not the digest of its output"
		}
		for j := range i {
			if bytes.Equal(r.Results[j].Root, res.Root) {
				return "result stored twice"
			}
		}
	}
	return ""
}

func (r *Round) wrongPhase() string {
	if (r.Verdict == VERDICT_UNSPECIFIED) != r.IsOpen() {
		return "verdict does not fit the phase"
	}
	if !r.CanReveal() && len(r.Results) > 0 {
		return "results revealed before enough seats committed"
	}
	switch r.Phase {
	case ROUND_PHASE_COMMIT:
		if int(r.CommittedSeats()) == len(r.Seats) || len(r.Results) > 0 {
			return "all seats committed or some revealed in the commit phase"
		}
	case ROUND_PHASE_REVEAL:
		if !r.CanReveal() {
			return "too few commitments for the reveal phase"
		}
	case ROUND_PHASE_CLOSED:
		want, _ := quorum.Decide(quorum.Role(r.Role), r.DrawnSeats(), r.Audits, r.RevealedResults())
		if r.Verdict != Verdict(want) {
			return "verdict is not what the seats revealed"
		}
	default:
		return "unknown phase"
	}
	return ""
}

// wrongAudit checks what an audit leaves behind: it sits only where one could be drawn, behind seats that have all
// committed.
func (r *Round) wrongAudit() string {
	switch {
	case r.AuditBps > bpsOne:
		return "audit_bps is more than 10 000"
	case r.AuditBps > 0 && !r.Refereed:
		return "audit_bps of a round that is not refereed"
	case r.Audits > 0 && r.AuditBps == 0:
		return "audit of a round that is never audited"
	case (r.Audits > 0) != (r.AuditHeight > 0) || r.Audits > 0 && r.AuditHeight <= r.OpenHeight:
		return "audit_height does not fit the audits"
	}
	for i := range r.DrawnSeats() {
		if r.Audits > 0 && !r.Seats[i].HasCommitted() {
			return "audit of a round whose seats have not all committed"
		}
	}
	return ""
}

// wrongFalls checks that only seats that could be disputed have fallen or are challenged.
func (r *Round) wrongFalls() string {
	for i := range r.Seats {
		s := &r.Seats[i]
		if s.Fall == FALL_UNSPECIFIED && s.LostDispute == 0 && !s.Challenged {
			continue
		}
		switch {
		case !r.Refereed || r.IsOpen() || !s.HasRevealed():
			return "seat fell or is challenged without a result that can be disputed"
		case s.Fall > FALL_SILENT || s.Fall < 0:
			return "unknown fall"
		case s.Fall == FALL_UNSPECIFIED && s.LostDispute > 0:
			return "seat lost a dispute and stands"
		case s.Fall == FALL_SILENT && s.LostDispute == 0:
			return "seat fell silent in no dispute"
		case s.Challenged && !s.canBeChallenged():
			return "seat is challenged that was not right"
		}
	}
	return ""
}

// canBeChallenged tells whether the seat was right at the settlement: its outcome, unless the case has ended since.
func (s Seat) canBeChallenged() bool {
	return s.Outcome == computetypes.REASON_SEAT_RIGHT || s.Outcome == computetypes.REASON_SEAT_WRONG ||
		s.Outcome == computetypes.REASON_SEAT_NO_DEFENCE
}

// bpsOne is 100 % in basis points.
const bpsOne = 10_000

// MayBeAudited tells whether the lot is drawn for the round: all its seats have committed, nothing is revealed, and it
// had none yet.
func (r *Round) MayBeAudited() bool {
	return r.Refereed && r.AuditBps > 0 && r.Audits == 0 && r.Phase == ROUND_PHASE_REVEAL && len(r.Results) == 0 &&
		quorum.Total(quorum.Role(r.Role), r.DrawnSeats(), 1) > 0 && int(r.CommittedSeats()) == len(r.Seats)
}
