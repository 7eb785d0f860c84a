package system

import "testing"

const exitInterrupted = 130

// stopped: Ctrl-C once the task is on chain, and Ctrl-C as soon as the question has a name, perhaps before anything is
// paid. The same question under the same client_ref gets its answer, and there is one task and one payment for it.
func (c *cast) stopped(t *testing.T) {
	requester := c.addresses["stopped"]
	for i, ref := range []string{"after-post", "while-posting"} {
		had := c.chain.balance(t, requester)
		q := c.ask(t, "stopped", "nano", ref)
		if ref == "after-post" {
			q.taskID(t)
		} else {
			q.waitTold(t, "named")
		}
		q.interrupt(t)
		if a := q.wait(t); a.exit != exitInterrupted {
			t.Fatalf("%s: expected exit %d, got %d: %s%s", ref, exitInterrupted, a.exit, a.said, a.told)
		}
		a := c.ask(t, "stopped", "nano", ref).right(t)
		if ref == "after-post" && (!a.IsResumed || a.Fee != 0) {
			t.Errorf("%s: expected the first task to be resumed without a fee, got %s", ref, a.said)
		}
		if tasks := c.chain.tasksOf(t, requester); tasks != i+1 {
			t.Errorf("%s: expected %d tasks, got %d", ref, i+1, tasks)
		}
		const mostFee = 10_000 // uaic; one post costs about a tenth
		if spent := had - c.chain.balance(t, requester); spent <= a.Paid || spent > a.Paid+mostFee {
			t.Errorf("%s: expected to spend %d uaic and one small fee, got %d", ref, a.Paid, spent)
		}
		t.Logf("%s: resumed %v, paid %d uaic once", ref, a.IsResumed, a.Paid)
	}
}
