package task

// Status is the place of a task in its life. The numbers are those of the stored TaskStatus.
type Status uint8

// The states that are stored. COMMITTING and REVEALING are views of MATCHED, AGREED passes within a block.
const (
	Open       Status = 1  // escrowed, waits for its first seats
	Matched    Status = 2  // in a round, or before the referee
	Split      Status = 6  // saw different results, waits for a panel
	Stalled    Status = 7  // saw no result that stands, waits for its one redraw
	Settled    Status = 8  // seats are paid
	Refunded   Status = 9  // the whole escrow was given back
	Overturned Status = 10 // was settled until its result was proved wrong
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
	case Overturned:
		return "OVERTURNED"
	default:
		return "UNKNOWN"
	}
}

// Waits says whether the task waits for seats and so is due for a draw at some height.
func (s Status) Waits() bool { return s == Open || s == Split || s == Stalled }

// Closed says whether the task's own money has left it: nothing more can happen to it but its removal, and, to a
// settled one, that its result is overturned.
func (s Status) Closed() bool { return s == Settled || s == Refunded || s == Overturned }

// CanMove says whether a task may go from one status to another. Only a round can settle: whatever waits for seats
// can be matched or refunded. Of the closed, only the settled ever move, and only to be overturned.
func CanMove(from, to Status) bool {
	switch from {
	case Open, Split, Stalled:
		return to == Matched || to == Refunded
	case Matched:
		return to == Split || to == Stalled || to == Settled || to == Refunded
	case Settled:
		return to == Overturned
	default:
		return false
	}
}

// CanCancel says whether the requester may still take the task back: only before anybody was seated on it.
func CanCancel(s Status, round uint32) bool { return s == Open && round == 0 }
