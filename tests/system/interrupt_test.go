package system

import "testing"

const exitInterrupted = 130

// stopped: Ctrl-C once the task is on chain, and Ctrl-C as soon as the question has a name, perhaps before anything is
// paid. The same question under the same client_ref gets its answer, and there is one task and one payment for it.
func (c *cast) stopped(t *testing.T) {
	requester := c.Addresses["stopped"]
	for i, ref := range []string{"after-post", "while-posting"} {
		had := c.Chain.Balance(t, requester)
		q := c.Ask(t, "stopped", "nano", ref)
		if ref == "after-post" {
			q.TaskID(t)
		} else {
			q.WaitTold(t, "named")
		}
		q.Interrupt(t)
		if a := q.Wait(t); a.Exit != exitInterrupted {
			t.Fatalf("%s: expected exit %d, got %d: %s%s", ref, exitInterrupted, a.Exit, a.Said, a.Told)
		}
		a := c.Ask(t, "stopped", "nano", ref).Right(t)
		if ref == "after-post" && (!a.IsResumed || a.Fee != 0) {
			t.Errorf("%s: expected the first task to be resumed without a fee, got %s", ref, a.Said)
		}
		if tasks := c.Chain.TasksOf(t, requester); tasks != i+1 {
			t.Errorf("%s: expected %d tasks, got %d", ref, i+1, tasks)
		}
		const mostFee = 10_000 // uaic; one post costs about a tenth
		if spent := had - c.Chain.Balance(t, requester); spent <= a.Paid || spent > a.Paid+mostFee {
			t.Errorf("%s: expected to spend %d uaic and one small fee, got %d", ref, a.Paid, spent)
		}
		t.Logf("%s: resumed %v, paid %d uaic once", ref, a.IsResumed, a.Paid)
	}
}
