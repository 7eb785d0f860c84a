package ask

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/aichain/aichain/rules/match"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// headroomBps is added to the dearest seat that is needed, so that a draw has more than just enough to choose
// from. What is not spent comes back.
const headroomBps = 1_000

// NotMatchable tells why too few providers would take a task.
type NotMatchable struct {
	Need     uint32 // seats
	Have     uint32 // providers that would match
	Screened []computetypes.Screened
}

// Error lists every provider that would not match, with its reason.
func (e *NotMatchable) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v: need %d, have %d", ErrNotMatchable, e.Need, e.Have)
	if len(e.Screened) == 0 {
		b.WriteString("; nobody offers this model")
	}
	for _, s := range e.Screened {
		if s.Reason == computetypes.REASON_MATCHABLE {
			continue
		}
		fmt.Fprintf(&b, "\n  %s: %s", s.Provider, ReasonText(s.Reason))
		if s.Detail != "" {
			fmt.Fprintf(&b, " (%s)", s.Detail)
		}
	}
	return b.String()
}

// Is makes it an ErrNotMatchable.
func (e *NotMatchable) Is(target error) bool { return target == ErrNotMatchable }

// matchable returns a *NotMatchable unless enough of the screened providers would match.
func matchable(screened []computetypes.Screened, seats uint32) error {
	var have uint32
	for _, s := range screened {
		if s.Reason == computetypes.REASON_MATCHABLE {
			have++
		}
	}
	if have >= seats {
		return nil
	}
	return &NotMatchable{Need: seats, Have: have, Screened: screened}
}

// ceiling is the escrow that lets enough of the matchable providers in. It pays for the seats and, when a chance of an
// audit of auditBps may add one, for that too; each at the worst price of the dearest that is needed, with headroom,
// and at least 1 uaic. The audit's seat needs somebody beside the others, if there is anybody.
func ceiling(screened []computetypes.Screened, seats, auditBps uint32) (uint64, error) {
	if err := matchable(screened, seats); err != nil {
		return 0, err
	}
	var prices []uint64
	for _, s := range screened {
		if s.Reason == computetypes.REASON_MATCHABLE {
			prices = append(prices, s.WorstPrice)
		}
	}
	slices.Sort(prices)
	priced := match.PricedSeats(seats, auditBps)
	seat := prices[min(int(priced), len(prices))-1]
	hi, extra := bits.Mul64(seat, headroomBps)
	if hi != 0 {
		return 0, bad("the price of a seat is %d uaic: set a ceiling yourself", seat)
	}
	seat = max(1, seat+(extra+9_999)/10_000)
	over, total := bits.Mul64(seat, uint64(priced))
	if over != 0 {
		return 0, bad("%d seats at %d uaic are too much: set a ceiling yourself", priced, seat)
	}
	return total, nil
}

// covers says in words what a ceiling pays for.
func covers(seats, auditBps uint32) string {
	if match.PricedSeats(seats, auditBps) == seats {
		return fmt.Sprintf("%d seats", seats)
	}
	return fmt.Sprintf("%d seats and one more that may be drawn to audit them", seats)
}

// ReasonText is a reason as people read it.
func ReasonText(r computetypes.Reason) string {
	name := strings.TrimPrefix(r.String(), "REASON_")
	for _, kind := range []string{"TASK_", "SEAT_"} {
		name = strings.TrimPrefix(name, kind)
	}
	return strings.ToLower(strings.ReplaceAll(name, "_", " "))
}

// StatusText is a status as people read it, for example SETTLED.
func StatusText(s computetypes.TaskStatus) string {
	return strings.TrimPrefix(s.String(), "TASK_STATUS_")
}
