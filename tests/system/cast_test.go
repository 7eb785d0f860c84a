package system

import (
	"fmt"
	"testing"
	"time"

	"github.com/aichain/aichain/tests/localnet"
)

// The cast. Who offers a model can be seated for it, so each case has its model.
//
//	nano     the six honest ones
//	lied     the six, and the liar with three times their bond together: it is nearly always drawn
//	muted    the six, and the mute, which never commits
//	hidden   the six, and the hider, which commits and never reveals
//	few      the mute and two others: no redraw is possible
//	crashed  the victim, which is killed, and two that wait at gates
//	cut      the remote one, whose node is killed, and two that wait at gates
//	gated    three that wait at gates: the test holds a task in each phase
const honest = 6

// heavy is a bond in AIC that gets a seat in 98 of 100 first rounds.
const heavy = 20_000

// requesters are one for each thing that goes on at the same time: an account signs one transaction at a time.
const requesters = "happy,lied,muted,few,hidden,crashed,cut,gated,stopped,quick0,quick1,quick2,quick3"

// models beside nano.
var modelNames = []string{"lied", "muted", "hidden", "few", "crashed", "cut", "gated"}

func names() (workers string) {
	for i := range honest {
		workers += fmt.Sprintf(",honest%d", i)
	}
	return workers + ",liar,mute,hider,victim,remote,gate0,gate1,gate2"
}

// cast is the network with what the cases need to know of its workers.
type cast struct {
	*localnet.Network
	gates map[string]localnet.Gates // by worker
}

// newCast starts the network and all workers, and waits until they serve.
func newCast(t *testing.T) *cast {
	t.Helper()
	begin := time.Now()
	bins := localnet.BuildAll(t)
	t.Logf("built after %s", time.Since(begin).Round(time.Second))
	c := &cast{Network: localnet.NewNetwork(t, bins, requesters+names()), gates: map[string]localnet.Gates{}}
	t.Logf("four validators after %s", time.Since(begin).Round(time.Second))
	c.MakeModels(t, modelNames...)
	for _, name := range []string{"mute", "hider", "gate0", "gate1", "gate2"} {
		c.gates[name] = c.NewGates(t, name)
	}
	shared := []string{"nano", "lied", "muted", "hidden"}
	for i := range honest {
		// Each begins with another model, so that most are published when the others come to them.
		mine := append(append([]string{}, shared[i%4:]...), shared[:i%4]...)
		if i < 2 {
			mine = append(mine, "few")
		}
		c.AddWorker(t, localnet.WorkerSpec{Name: fmt.Sprintf("honest%d", i), Models: mine})
	}
	c.AddWorker(t, localnet.WorkerSpec{Name: "liar", Bond: heavy, Models: []string{"lied"}, Faults: []string{"--lie", "output"}})
	c.AddWorker(t, localnet.WorkerSpec{Name: "mute", Bond: heavy, Models: []string{"muted", "few"}, Faults: c.gates["mute"].Flag()})
	c.AddWorker(t, localnet.WorkerSpec{Name: "hider", Bond: heavy, Models: []string{"hidden"}, Faults: c.gates["hider"].Flag()})
	c.AddWorker(t, localnet.WorkerSpec{Name: "victim", Models: []string{"crashed"}, Faults: []string{"--keep-commits"}})
	c.AddWorker(t, localnet.WorkerSpec{Name: "remote", Node: 3, Models: []string{"cut"}})
	c.AddWorker(t, localnet.WorkerSpec{Name: "gate0", Models: []string{"crashed", "cut", "gated"}, Faults: c.gates["gate0"].Flag()})
	c.AddWorker(t, localnet.WorkerSpec{Name: "gate1", Models: []string{"cut", "gated", "crashed"}, Faults: c.gates["gate1"].Flag()})
	c.AddWorker(t, localnet.WorkerSpec{Name: "gate2", Models: []string{"gated"}, Faults: c.gates["gate2"].Flag()})
	for _, w := range c.Workers {
		w.WaitReady(t)
	}
	t.Logf("%d workers after %s, at height %d", len(c.Workers), time.Since(begin).Round(time.Second), c.Height(t))
	return c
}

// open lets workers commit to or reveal a task.
func (c *cast) open(t *testing.T, what string, task uint64, workers ...string) {
	t.Helper()
	for _, w := range workers {
		c.gates[w].Open(t, what, task)
	}
}
