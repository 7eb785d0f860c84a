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
	Referee            Step = 7 // the seats whose results differ dispute them, and the chain computes (rules/dispute)
)

// Next tells what follows when a round of the role ends with the verdict. refereed says that the task's model is
// canonical, so that the chain itself settles a split. Every chain of steps ends after at most four rounds: PRIMARY,
// REDRAW, PANEL, PANEL_WIDE. What the referee leaves to do is for rules/dispute to say: it settles, redraws once, or
// asks for a panel when nobody disputed.
func Next(role Role, v Verdict, refereed bool) Step {
	switch {
	case v == Agreed:
		return Settle
	case role == Panel:
		return SeatPanelWide
	case role != Primary && role != Redraw:
		return RefundUndecided
	case v == Split && refereed:
		return Referee
	case v == Split:
		return SeatPanel
	case role == Primary:
		return SeatRedraw
	}
	return RefundStalledTwice
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
	// NoDefence: not known to be wrong, but absent when its result was disputed, or when it had to dispute another. Right
	// and unreachable is a soft fault.
	NoDefence Outcome = 25
)

// Fall says how a seat stopped standing for what it revealed. The numbers are those of Fall in attest/v1.
type Fall uint32

// How a seat falls.
const (
	NotFallen Fall = 0
	Proven    Fall = 1 // the chain computed otherwise, or no run can have its result
	Silent    Fall = 2 // it did not move in time when it was disputed
)

// Seat is what one seat did in its round.
type Seat struct {
	Committed bool
	Asked     bool // the round went on to reveals (CanReveal)
	Revealed  bool
	IsRight   bool // what it revealed is the established result
	Fell      Fall // in a dispute about what it revealed
	// LetStand: it has not fallen, and neither has another result of its round, which it had to dispute. One of the two is
	// wrong, so a seat that plays is never in this place.
	LetStand bool
}

// Judge gives the outcome of a seat at the end of its task. established says whether a result was established, by any
// round of the task or by the referee.
//
// Who was never asked to reveal cannot be blamed for not revealing. Who was proven wrong is wrong, whether or not
// anything was established. Who was silent in a dispute is wrong too, unless its result is the established one:
// otherwise a wrong result would cost less to abandon than to lose. Who let another result stand has a soft fault:
// otherwise seats that reveal different results and do not play would have the chain referee them for nothing.
func Judge(s Seat, established bool) Outcome {
	switch {
	case !s.Committed:
		return NoCommit
	case s.Asked && !s.Revealed:
		return NoReveal
	case s.Revealed && s.Fell == Proven:
		return Wrong
	case s.Revealed && s.Fell == Silent:
		if established && s.IsRight {
			return NoDefence
		}
		return Wrong
	case s.Revealed && s.LetStand && (s.IsRight || !established):
		return NoDefence
	case !s.Revealed || !established:
		return Freed
	case s.IsRight:
		return Right
	}
	return Wrong
}

// Penalised tells whether an outcome costs the seat some of its lien.
func (o Outcome) Penalised() bool {
	return o == Wrong || o == NoCommit || o == NoReveal || o == NoDefence
}
