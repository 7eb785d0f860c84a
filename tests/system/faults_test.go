package system

import (
	"slices"
	"testing"

	"github.com/aichain/aichain/tests/localnet"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// drawTries bounds how often a question is asked until a heavy provider is drawn. One try fails in 2 of 100.
const drawTries = 4

// askUntilSeated asks until a worker has a seat in the first round of a task, and returns that question with its task.
func (c *cast) askUntilSeated(t *testing.T, requester, model, worker string) (*localnet.Question, uint64) {
	t.Helper()
	for i := range drawTries {
		q := c.Ask(t, requester, model, requester+string(rune('0'+i)))
		id := q.TaskID(t)
		var first []computetypes.SeatView
		localnet.Until(t, localnet.CaseTimeout, "the first seats of "+q.Ref, func() (bool, string) {
			view := c.Chain.Task(t, id)
			first = view.Progress.Seats
			return len(first) > 0, view.Next
		})
		if slices.ContainsFunc(first, func(s computetypes.SeatView) bool { return s.Provider == c.Addresses[worker] }) {
			return q, id
		}
		q.Right(t) // everybody else is honest
	}
	t.Fatalf("%s was not drawn in %d tasks", worker, drawTries)
	return nil, 0
}

// lied: a liar splits the first round; the referee settles the task with the two others, and the liar's lien is gone.
func (c *cast) lied(t *testing.T) {
	had, _ := c.Chain.Bond(t, c.Addresses["liar"])
	q, id := c.askUntilSeated(t, "lied", "lied", "liar")
	a := q.Right(t)
	if a.Reason != "refereed" {
		t.Errorf("expected the reason refereed, got %q", a.Reason)
	}
	if len(a.Providers) != 2 {
		t.Errorf("expected two right seats and no panel, got %v", a.Providers)
	}
	lien := c.Outcomes(t, id, "liar", computetypes.REASON_SEAT_WRONG, computetypes.REASON_SEAT_RIGHT)
	c.Lost(t, id, "liar", had, lien)
}

// muted: a seat that never commits stalls the first round. With fresh seats at hand the task settles; without, all of
// the money comes back. Either way the silent seat loses a tenth of its lien.
func (c *cast) muted(t *testing.T) {
	had, _ := c.Chain.Bond(t, c.Addresses["mute"])
	few := c.Ask(t, "few", "few", "few")
	q, id := c.askUntilSeated(t, "muted", "muted", "mute")
	q.Right(t)
	fewID := few.Refunded(t).TaskID
	lien := c.Outcomes(t, id, "mute", computetypes.REASON_SEAT_NO_COMMIT, computetypes.REASON_SEAT_RIGHT)
	fewLien := c.Outcomes(t, fewID, "mute", computetypes.REASON_SEAT_NO_COMMIT, computetypes.REASON_SEAT_FREED)
	c.Lost(t, id, "mute", had, lien/10+fewLien/10)
	if fee := c.Chain.Transactions(t, c.Addresses["few"]); fee != 1 {
		t.Errorf("expected the refunded requester to have signed one transaction, got %d", fee)
	}
}

// hidden: a seat that commits and never reveals stalls the first round and loses its whole lien.
func (c *cast) hidden(t *testing.T) {
	had, _ := c.Chain.Bond(t, c.Addresses["hider"])
	q, id := c.askUntilSeated(t, "hidden", "hidden", "hider")
	c.open(t, "commit", id, "hider")
	q.Right(t)
	lien := c.Outcomes(t, id, "hider", computetypes.REASON_SEAT_NO_REVEAL, computetypes.REASON_SEAT_RIGHT)
	c.Lost(t, id, "hider", had, lien)
}
