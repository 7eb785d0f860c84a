package operate

import (
	"fmt"
	"testing"
	"time"

	"github.com/aichain/aichain/tests/localnet"
)

// serving is a network with four workers on nano.
type serving struct {
	*localnet.Network
	asked  int
	before map[string]localnet.Purse
}

// serve starts it with more accounts, and waits until it has answered once. The workers talk to node0 and node1: a
// worker whose node is down for longer than a window misses its seats, which is another test (tests/system, cut).
func serve(t *testing.T, o localnet.Options) *serving {
	t.Helper()
	o.Accounts += "asker0,asker1,asker2,w0,w1,w2,w3"
	s := &serving{Network: localnet.Open(t, localnet.BuildAll(t), o)}
	s.MakeModels(t)
	for i := range 4 {
		s.AddWorker(t, localnet.WorkerSpec{Name: fmt.Sprintf("w%d", i), Node: i % 2, Models: []string{"nano"}})
	}
	for _, w := range s.Workers {
		w.WaitReady(t)
	}
	s.before = s.Purses(t)
	s.ask(t).Right(t)
	return s
}

// ask asks one more question; three may be under way.
func (s *serving) ask(t *testing.T) *localnet.Question {
	t.Helper()
	s.asked++
	return s.Ask(t, fmt.Sprintf("asker%d", s.asked%3), "nano", fmt.Sprintf("q%d", s.asked))
}

// account requires that every worker has what the rules say that all tasks brought it, and lost nothing.
func (s *serving) account(t *testing.T) {
	t.Helper()
	tasks := account(t, s.Network, s.before)
	t.Logf("%d tasks, %d asked, height %d", tasks, s.asked, s.Height(t))
}

// account requires that every worker has what the rules say that all tasks brought it, and lost; it returns how many
// tasks there are.
func account(t *testing.T, n *localnet.Network, before map[string]localnet.Purse) int {
	t.Helper()
	dues, tasks := n.AllDues(t)
	for name, now := range n.Purses(t) {
		due := dues[n.Addresses[name]]
		if got := now.Balance - before[name].Balance; got != due.Earned {
			t.Errorf("%s: expected to have earned %d uaic, got %d", name, due.Earned, int64(got))
		}
		if got := before[name].Bonded - now.Bonded; got != due.Slashed {
			t.Errorf("%s: expected to have lost %d uaic of its bond, got %d", name, due.Slashed, int64(got))
		}
		t.Logf("%s earned %d uaic, lost %d of its bond", name, due.Earned, due.Slashed)
	}
	return tasks
}

// TestValidatorsDown: without one of four the chain lives; without two it stands, and goes on when one is back, with
// what was asked meanwhile.
func TestValidatorsDown(t *testing.T) {
	long(t)
	s := serve(t, localnet.Options{})
	s.Nodes[3].Kill()
	s.ask(t).Right(t)
	t.Logf("one down: answered at height %d", s.Height(t))

	s.Nodes[2].Kill()
	time.Sleep(3 * time.Second) // a block that was nearly done
	stood := s.Height(t)
	q := s.ask(t)
	const stillness = 15 * time.Second // in which there would be twelve blocks
	time.Sleep(stillness)
	if now := s.Height(t); now != stood {
		t.Fatalf("expected two of four to make no block, got from %d to %d", stood, now)
	}
	s.Restart(t, 2)
	q.Right(t)
	t.Logf("two down: stood at %d for %s; with one back, what was asked meanwhile is answered at %d", stood, stillness, s.Height(t))
	from := s.Height(t)
	s.Restart(t, 3)
	s.SameState(t, 3, from)
	s.AllSame(t)
	s.account(t)
	stopAndCheck(t, s.Network)
}

// TestRollingRestart stops and starts each validator in turn while tasks are posted, as for a release that changes no
// rules. Node 0 too, to which the askers talk.
func TestRollingRestart(t *testing.T) {
	long(t)
	s := serve(t, localnet.Options{})
	for _, node := range []int{3, 2, 1, 0} {
		asked := []*localnet.Question{s.ask(t), s.ask(t), s.ask(t)}
		for _, q := range asked {
			q.TaskID(t)
		}
		other := (node + 1) % localnet.Validators
		s.Nodes[node].Stop(t)
		from := s.HeightOf(t, other)
		s.Nodes[node].Start(t)
		s.WaitHeight(t, node, from+2)
		s.SameState(t, node, from)
		for _, q := range asked {
			q.Right(t)
		}
		t.Logf("node%d stopped at height %d, back with the same state; three tasks that were under way are settled", node, from)
	}
	s.AllSame(t)
	s.account(t)
	stopAndCheck(t, s.Network)
}
