package quorum

// Step is what follows from the verdict of a round.
type Step uint32

// The steps. Each refund gives the whole escrow back, for its own reason.
const (
	Settle             Step = 1 // pay the seats with the agreed result
	SeatRedraw         Step = 2 // draw as many fresh seats as in the first round
	SeatPanel          Step = 3 // draw a panel of fresh seats
	SeatPanelWide      Step = 4 // draw a wide panel of fresh seats
	RefundStalledTwice Step = 5 // the redraw stalled as the first round did
	RefundUndecided    Step = 6 // the wide panel did not decide either, or the role is unknown
)

// Next tells what follows when a round of the role ends with the verdict. Every chain of steps ends after at most
// four rounds: PRIMARY, REDRAW, PANEL, PANEL_WIDE.
func Next(role Role, v Verdict) Step {
	if v == Agreed {
		return Settle
	}
	switch role {
	case Primary:
		if v == Split {
			return SeatPanel
		}
		return SeatRedraw
	case Redraw:
		if v == Split {
			return SeatPanel
		}
		return RefundStalledTwice
	case Panel:
		return SeatPanelWide
	}
	return RefundUndecided
}

// Outcome is the judgement on one seat. The numbers are those of REASON_SEAT_* in compute/v1.
type Outcome uint32

// The outcomes of a seat once its task has ended.
const (
	Right    Outcome = 20 // revealed the established result
	Wrong    Outcome = 21 // revealed another
	NoCommit Outcome = 22 // did not commit in time
	NoReveal Outcome = 23 // committed, was asked to reveal, did not
	Freed    Outcome = 24 // did its part; nothing was established, or nothing was asked of it
)

// Seat is what one seat did in its round.
type Seat struct {
	Committed bool
	Asked     bool // the round went on to reveals (CanReveal)
	Revealed  bool
	IsRight   bool // what it revealed is the established result
}

// Judge gives the outcome of a seat at the end of its task. established says whether any round of the task agreed.
// Who was never asked to reveal cannot be blamed for not revealing.
func Judge(s Seat, established bool) Outcome {
	switch {
	case !s.Committed:
		return NoCommit
	case s.Asked && !s.Revealed:
		return NoReveal
	case !s.Revealed || !established:
		return Freed
	case s.IsRight:
		return Right
	}
	return Wrong
}

// Penalised tells whether an outcome costs the seat some of its lien.
func (o Outcome) Penalised() bool { return o == Wrong || o == NoCommit || o == NoReveal }
