package system

import (
	"slices"
	"testing"

	computetypes "github.com/aichain/aichain/x/compute/types"
)

// crashed: a worker is killed with its result in the journal and no commit on chain, and again with its commit on
// chain and no reveal. Both times the shipped worker is started over that journal, and it is paid.
func (c *cast) crashed(t *testing.T) {
	victim := c.workers["victim"]
	addr := c.addresses["victim"]

	q := c.ask(t, "crashed", "crashed", "before-commit")
	id := q.taskID(t)
	c.open(t, "commit", id, "gate0", "gate1")
	c.open(t, "reveal", id, "gate0", "gate1")
	victim.waitSeats(t, "commit_sent")
	victim.kill()
	if s := seatOf(c.chain.task(t, id), addr); s == nil || s.Committed {
		t.Fatalf("expected the victim to have a seat and no commit on chain, got %v", s)
	}
	victim.use(c.bins)
	victim.start(t)
	if a := q.right(t); !slices.Contains(a.Providers, addr) {
		t.Errorf("expected the victim to be paid, got %s", a.said)
	}

	q = c.ask(t, "crashed", "crashed", "before-reveal")
	id = q.taskID(t)
	c.open(t, "commit", id, "gate0")
	c.chain.waitCommitted(t, id, addr)
	victim.kill()
	c.open(t, "commit", id, "gate1")
	c.open(t, "reveal", id, "gate0", "gate1")
	seen := c.chain.waitStatus(t, id, computetypes.TASK_STATUS_REVEALING)
	if s := seatOf(seen, addr); s == nil || s.Revealed {
		t.Fatalf("expected the victim to have committed and not revealed, got %v", s)
	}
	victim.start(t)
	if a := q.right(t); !slices.Contains(a.Providers, addr) {
		t.Errorf("expected the victim to be paid, got %s", a.said)
	}
}

// cut: the only node that a worker knows is killed after its commit. The others go on to the reveals; the worker keeps
// what it has, and reveals when its node is back.
func (c *cast) cut(t *testing.T) {
	const node = 3
	remote := c.workers["remote"]
	addr := c.addresses["remote"]
	c.oneDown.Lock() // before the windows of the task begin
	defer c.oneDown.Unlock()
	q := c.ask(t, "cut", "cut", "cut")
	id := q.taskID(t)
	c.open(t, "commit", id, "gate0")
	c.chain.waitCommitted(t, id, addr)
	c.nodes[node].kill()
	c.open(t, "commit", id, "gate1")
	c.open(t, "reveal", id, "gate0", "gate1")
	c.chain.waitStatus(t, id, computetypes.TASK_STATUS_REVEALING)
	c.waitHeight(t, 0, c.height(t)+3)
	if ended, err := remote.ended(); ended {
		t.Fatalf("expected the worker to wait for its node, it ended: %v", err)
	}
	if s := seatOf(c.chain.task(t, id), addr); s == nil || s.Revealed {
		t.Fatalf("expected the worker to be cut off, got %v", s)
	}
	from := c.height(t)
	c.restart(t, node)
	if a := q.right(t); !slices.Contains(a.Providers, addr) {
		t.Errorf("expected the worker to be paid, got %s", a.said)
	}
	c.sameState(t, node, from)
}

// phase is a place in a task's life where a validator is killed.
type phase struct {
	name   string
	status []computetypes.TaskStatus
	reach  func(t *testing.T, task uint64) // opens the gates that lead there
}

// phases in order. All but the first last until the test opens the next gate; a posted task is drawn two blocks later
// whatever we do, so on a machine that stalls it may be matched already.
func (c *cast) phases() []phase {
	all := []string{"gate0", "gate1", "gate2"}
	return []phase{
		{"posted", []computetypes.TaskStatus{computetypes.TASK_STATUS_OPEN, computetypes.TASK_STATUS_MATCHED}, func(*testing.T, uint64) {}},
		{"matched", []computetypes.TaskStatus{computetypes.TASK_STATUS_MATCHED}, func(*testing.T, uint64) {}},
		{"committing", []computetypes.TaskStatus{computetypes.TASK_STATUS_COMMITTING}, func(t *testing.T, id uint64) {
			c.open(t, "commit", id, "gate0")
		}},
		{"revealing", []computetypes.TaskStatus{computetypes.TASK_STATUS_REVEALING}, func(t *testing.T, id uint64) {
			c.open(t, "commit", id, all...)
			c.open(t, "reveal", id, "gate1")
		}},
		{"settled", []computetypes.TaskStatus{computetypes.TASK_STATUS_SETTLED}, func(t *testing.T, id uint64) {
			c.open(t, "commit", id, all...)
			c.open(t, "reveal", id, all...)
		}},
	}
}

// gated: in each phase of a task a validator is killed, misses blocks, is started again and must end with the app hash
// of the others, then and when the task is over.
func (c *cast) gated(t *testing.T) {
	for i, p := range c.phases() {
		c.killIn(t, p, 1+i%2) // node 0 answers us, node 3 is another case's
	}
}

// killIn kills a validator once a task is in the phase, lets it miss blocks, and starts it again.
func (c *cast) killIn(t *testing.T, p phase, node int) {
	t.Helper()
	c.oneDown.Lock() // before the windows of the task begin
	defer c.oneDown.Unlock()
	q := c.ask(t, "gated", "gated", p.name)
	id := q.taskID(t)
	p.reach(t, id)
	at := c.chain.waitStatus(t, id, p.status...)
	c.nodes[node].kill()
	killed := c.height(t)
	c.waitHeight(t, 0, killed+2)
	from := c.height(t)
	c.restart(t, node)
	c.sameState(t, node, from)
	for _, gate := range []string{"gate0", "gate1", "gate2"} {
		c.open(t, "commit", id, gate)
		c.open(t, "reveal", id, gate)
	}
	q.right(t)
	c.sameState(t, node, c.height(t))
	t.Logf("%s (%s): node%d killed near height %d, the same state after %d and at the end", p.name, at.Progress.Status, node, killed, from)
}

// seatOf is a provider's seat in the last round that it has one in.
func seatOf(t *computetypes.QueryTaskResponse, provider string) (seat *computetypes.SeatView) {
	for i, s := range t.Progress.Seats {
		if s.Provider == provider {
			seat = &t.Progress.Seats[i]
		}
	}
	return seat
}
