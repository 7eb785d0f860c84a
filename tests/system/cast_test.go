package system

import (
	"fmt"
	"testing"
	"time"
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
	*network
	gates map[string]gates // by worker
}

// newCast starts the network and all workers, and waits until they serve.
func newCast(t *testing.T) *cast {
	t.Helper()
	begin := time.Now()
	bins := buildAll(t)
	t.Logf("built after %s", time.Since(begin).Round(time.Second))
	c := &cast{network: newNetwork(t, bins, requesters+names()), gates: map[string]gates{}}
	t.Logf("four validators after %s", time.Since(begin).Round(time.Second))
	c.makeModels(t, modelNames...)
	for _, name := range []string{"mute", "hider", "gate0", "gate1", "gate2"} {
		c.gates[name] = c.newGates(t, name)
	}
	shared := []string{"nano", "lied", "muted", "hidden"}
	for i := range honest {
		// Each begins with another model, so that most are published when the others come to them.
		mine := append(append([]string{}, shared[i%4:]...), shared[:i%4]...)
		if i < 2 {
			mine = append(mine, "few")
		}
		c.addWorker(t, workerSpec{name: fmt.Sprintf("honest%d", i), models: mine})
	}
	c.addWorker(t, workerSpec{name: "liar", bond: heavy, models: []string{"lied"}, faults: []string{"--lie", "output"}})
	c.addWorker(t, workerSpec{name: "mute", bond: heavy, models: []string{"muted", "few"}, faults: c.gates["mute"].flag()})
	c.addWorker(t, workerSpec{name: "hider", bond: heavy, models: []string{"hidden"}, faults: c.gates["hider"].flag()})
	c.addWorker(t, workerSpec{name: "victim", models: []string{"crashed"}, faults: []string{"--keep-commits"}})
	c.addWorker(t, workerSpec{name: "remote", node: 3, models: []string{"cut"}})
	c.addWorker(t, workerSpec{name: "gate0", models: []string{"crashed", "cut", "gated"}, faults: c.gates["gate0"].flag()})
	c.addWorker(t, workerSpec{name: "gate1", models: []string{"cut", "gated", "crashed"}, faults: c.gates["gate1"].flag()})
	c.addWorker(t, workerSpec{name: "gate2", models: []string{"gated"}, faults: c.gates["gate2"].flag()})
	for _, w := range c.workers {
		w.waitReady(t)
	}
	t.Logf("%d workers after %s, at height %d", len(c.workers), time.Since(begin).Round(time.Second), c.height(t))
	return c
}

// open lets workers commit to or reveal a task.
func (c *cast) open(t *testing.T, what string, task uint64, workers ...string) {
	t.Helper()
	for _, w := range workers {
		c.gates[w].open(t, what, task)
	}
}
