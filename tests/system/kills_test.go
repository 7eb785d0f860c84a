package system

import (
	"slices"
	"testing"

	computetypes "github.com/aichain/aichain/x/compute/types"
)

// crashed: a worker is killed with its result in the journal and no commit on chain, and again with its commit on
// chain and no reveal. Both times the shipped worker is started over that journal, and it is paid.
func (c *cast) crashed(t *testing.T) {
	victim := c.Workers["victim"]
	addr := c.Addresses["victim"]

	q := c.Ask(t, "crashed", "crashed", "before-commit")
	id := q.TaskID(t)
	c.open(t, "commit", id, "gate0", "gate1")
	c.open(t, "reveal", id, "gate0", "gate1")
	victim.WaitSeats(t, "commit_sent")
	victim.Kill()
	if s := seatOf(c.Chain.Task(t, id), addr); s == nil || s.Committed {
		t.Fatalf("expected the victim to have a seat and no commit on chain, got %v", s)
	}
	victim.Use(c.Bins)
	victim.Start(t)
	if a := q.Right(t); !slices.Contains(a.Providers, addr) {
		t.Errorf("expected the victim to be paid, got %s", a.Said)
	}

	q = c.Ask(t, "crashed", "crashed", "before-reveal")
	id = q.TaskID(t)
	c.open(t, "commit", id, "gate0")
	c.Chain.WaitCommitted(t, id, addr)
	victim.Kill()
	c.open(t, "commit", id, "gate1")
	c.open(t, "reveal", id, "gate0", "gate1")
	seen := c.Chain.WaitStatus(t, id, computetypes.TASK_STATUS_REVEALING)
	if s := seatOf(seen, addr); s == nil || s.Revealed {
		t.Fatalf("expected the victim to have committed and not revealed, got %v", s)
	}
	victim.Start(t)
	if a := q.Right(t); !slices.Contains(a.Providers, addr) {
		t.Errorf("expected the victim to be paid, got %s", a.Said)
	}
}

// cut: the only node that a worker knows is killed after its commit. The others go on to the reveals; the worker keeps
// what it has, and reveals when its node is back.
func (c *cast) cut(t *testing.T) {
	const node = 3
	remote := c.Workers["remote"]
	addr := c.Addresses["remote"]
	c.OneDown.Lock() // before the windows of the task begin
	defer c.OneDown.Unlock()
	q := c.Ask(t, "cut", "cut", "cut")
	id := q.TaskID(t)
	c.open(t, "commit", id, "gate0")
	c.Chain.WaitCommitted(t, id, addr)
	c.Nodes[node].Kill()
	c.open(t, "commit", id, "gate1")
	c.open(t, "reveal", id, "gate0", "gate1")
	c.Chain.WaitStatus(t, id, computetypes.TASK_STATUS_REVEALING)
	c.WaitHeight(t, 0, c.Height(t)+3)
	if ended, err := remote.Ended(); ended {
		t.Fatalf("expected the worker to wait for its node, it ended: %v", err)
	}
	if s := seatOf(c.Chain.Task(t, id), addr); s == nil || s.Revealed {
		t.Fatalf("expected the worker to be cut off, got %v", s)
	}
	from := c.Height(t)
	c.Restart(t, node)
	if a := q.Right(t); !slices.Contains(a.Providers, addr) {
		t.Errorf("expected the worker to be paid, got %s", a.Said)
	}
	c.SameState(t, node, from)
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
	c.OneDown.Lock() // before the windows of the task begin
	defer c.OneDown.Unlock()
	q := c.Ask(t, "gated", "gated", p.name)
	id := q.TaskID(t)
	p.reach(t, id)
	at := c.Chain.WaitStatus(t, id, p.status...)
	c.Nodes[node].Kill()
	killed := c.Height(t)
	c.WaitHeight(t, 0, killed+2)
	from := c.Height(t)
	c.Restart(t, node)
	c.SameState(t, node, from)
	for _, gate := range []string{"gate0", "gate1", "gate2"} {
		c.open(t, "commit", id, gate)
		c.open(t, "reveal", id, gate)
	}
	q.Right(t)
	c.SameState(t, node, c.Height(t))
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
