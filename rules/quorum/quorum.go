package quorum

// Role says why the seats of a round sit. The numbers are those of SeatRole in compute/v1.
type Role uint32

// The roles that gather a verdict. A role that is none of these has no seats and never agrees.
const (
	Primary   Role = 1 // the first round
	Redraw    Role = 2 // the one redraw after a stall
	Panel     Role = 3 // fresh seats after a split
	PanelWide Role = 4 // more fresh seats after an undecided panel
)

// Sizes of the panels (protocol, section 4): three who must be unanimous, then five of seven.
const (
	panelSeats     = 3
	panelWideSeats = 7
	panelWideEqual = 5
)

// Verdict is what a round established. The numbers are those of Verdict in attest/v1.
type Verdict uint32

// The verdicts of a round that has ended.
const (
	Agreed  Verdict = 1 // k seats revealed one result; in a PRIMARY or REDRAW, and none another
	Split   Verdict = 2 // different results, none with k seats; in a PRIMARY or REDRAW any difference
	Stalled Verdict = 3 // one result or none, revealed by fewer than k seats
)

// MaxAudits is the most blind seats that a round may have. They are drawn after the other seats have committed
// (rules/audit) and stand behind them; only a PRIMARY or REDRAW has any.
const MaxAudits = 1

// NoResult stands for a seat that revealed nothing, and for a round that established nothing.
const NoResult = -1

// Need returns how many seats a round is drawn with and how many must reveal one result, given the seats of the
// task's first round. Both are 0 for an unknown role. Audits come on top of n and change nothing about k: an audit
// seat that stays away never stops the others from agreeing.
func Need(role Role, seats uint32) (n, k uint32) {
	switch role {
	case Primary, Redraw:
		return seats, seats
	case Panel:
		return panelSeats, panelSeats
	case PanelWide:
		return panelWideSeats, panelWideEqual
	}
	return 0, 0
}

// Total returns how many seats a round has with its audits: those of Need and them. It is 0 for an unknown role and
// for audits that the role cannot have.
func Total(role Role, seats, audits uint32) uint32 {
	n, _ := Need(role, seats)
	if audits == 0 || n == 0 {
		return n
	}
	if role.isPanel() || audits > MaxAudits {
		return 0
	}
	return n + audits
}

// isPanel tells whether the role is one that votes on a split.
func (r Role) isPanel() bool { return r == Panel || r == PanelWide }

// CanReveal tells whether a round whose commit phase has ended goes on to reveals: at least k seats committed, audits
// among them. Otherwise no verdict but Stalled is left and nothing is revealed. A round with an audit always can: the
// audit was drawn because all the others had committed.
func CanReveal(role Role, seats, committed uint32) bool {
	n, k := Need(role, seats)
	return n > 0 && committed >= k
}

// Decide gives the verdict of a round that has ended. seats and audits are as in Total; revealed holds for each seat
// the number of the result that it revealed, equal numbers for equal results, or NoResult. winner is the number of
// the agreed result, NoResult if there is none. The order of the seats does not matter: an audit's result counts like
// the others.
func Decide(role Role, seats, audits uint32, revealed []int) (verdict Verdict, winner int) {
	n := Total(role, seats, audits)
	if n == 0 || uint64(len(revealed)) != uint64(n) {
		return Stalled, NoResult
	}
	_, k := Need(role, seats)
	different := false
	winner, first := NoResult, NoResult
	for _, r := range revealed {
		if r == NoResult {
			continue
		}
		if equal(revealed, r) >= k {
			winner = r
		}
		if first == NoResult {
			first = r
		}
		different = different || r != first
	}
	switch {
	case winner != NoResult && (role.isPanel() || !different):
		return Agreed, winner
	case different:
		return Split, NoResult
	}
	return Stalled, NoResult
}

// equal counts the seats that revealed result r. A round has at most a handful of seats.
func equal(revealed []int, r int) (n uint32) {
	for _, other := range revealed {
		if other == r {
			n++
		}
	}
	return n
}
