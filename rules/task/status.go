package task

// Status is the place of a task in its life. The numbers are those of the stored TaskStatus.
type Status uint8

// The states that are stored. COMMITTING and REVEALING are views of MATCHED, AGREED passes within a block.
const (
	Open     Status = 1 // escrowed, waits for its first seats
	Matched  Status = 2 // in a round
	Split    Status = 6 // saw different results, waits for a panel
	Stalled  Status = 7 // saw too few reveals, waits for its one redraw
	Settled  Status = 8 // seats are paid
	Refunded Status = 9 // the whole escrow was given back
)

// String names the status as people write it.
func (s Status) String() string {
	switch s {
	case Open:
		return "OPEN"
	case Matched:
		return "MATCHED"
	case Split:
		return "SPLIT"
	case Stalled:
		return "STALLED"
	case Settled:
		return "SETTLED"
	case Refunded:
		return "REFUNDED"
	default:
		return "UNKNOWN"
	}
}

// Waits says whether the task waits for seats and so is due for a draw at some height.
func (s Status) Waits() bool { return s == Open || s == Split || s == Stalled }

// Closed says whether nothing more can happen to the task but its removal.
func (s Status) Closed() bool { return s == Settled || s == Refunded }

// CanMove says whether a task may go from one status to another. A closed task never moves, and only a
// round can settle: whatever waits for seats can be matched or refunded.
func CanMove(from, to Status) bool {
	switch from {
	case Open, Split, Stalled:
		return to == Matched || to == Refunded
	case Matched:
		return to == Split || to == Stalled || to == Settled || to == Refunded
	default:
		return false
	}
}

// CanCancel says whether the requester may still take the task back: only before anybody was seated on it.
func CanCancel(s Status, round uint32) bool { return s == Open && round == 0 }
