package operate

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/tests/localnet"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

var (
	kills    = flag.Int("kills", 40, "how many processes TestKills kills, half validators and half workers")
	killSeed = flag.Uint64("killseed", 1, "of who is killed, when and for how long")
)

const (
	killWorkers = 5
	batch       = 3 // tasks a message
)

// defaultWindows are the chain's own, so that what survives here survives there.
var defaultWindows = localnet.Params{"compute": {"retention_window": "100000", "audit_bps": "0", "challenge_window": "15"}}

// killing is a network under load while its processes die.
type killing struct {
	*localnet.Network
	random *rand.Rand
	before map[string]localnet.Purse
	down   map[string][]time.Duration // from kill to use again, by process

	posted int // tasks, by the loader
}

// TestKills kills validators and workers at random moments, at times one of each, over a network that has tasks in every
// phase. At the end nothing is lost: every task posted is there once and settled, every seat is right, every uaic where
// the rules put it, no validator has signed twice, all states are equal and whole.
func TestKills(t *testing.T) {
	long(t)
	k := &killing{random: rand.New(rand.NewPCG(*killSeed, 4)), down: map[string][]time.Duration{}}
	k.Network = localnet.Open(t, localnet.BuildAll(t), localnet.Options{Accounts: "asker,loader,w0,w1,w2,w3,w4", Params: defaultWindows})
	k.MakeModels(t)
	for i := range killWorkers {
		k.AddWorker(t, localnet.WorkerSpec{Name: fmt.Sprintf("w%d", i), Node: i % localnet.Validators, Models: []string{"nano"}})
	}
	for _, w := range k.Workers {
		w.WaitReady(t)
	}
	k.before = k.Purses(t)
	first := k.Ask(t, "asker", "nano", "first").Right(t)
	begin, from := time.Now(), k.Height(t)

	ctx, stop := context.WithCancel(t.Context())
	var load sync.WaitGroup
	load.Go(func() { k.load(ctx, k.Client(t, 0, "loader"), k.Chain.Task(t, first.TaskID).Task) })
	for done := 0; done < *kills; done += 2 {
		k.killTwo(t)
		if done%20 == 18 {
			t.Logf("%d killed after %s, height %d", done+2, time.Since(begin).Round(time.Second), k.Height(t))
		}
	}
	stop()
	load.Wait()
	took := time.Since(begin)
	k.settle(t)
	k.table(t, from, took)
	k.AllSame(t)
	stopAndCheck(t, k.Network)
}

// load posts tasks like one that there is until it is stopped. What fails is posted again under the same references.
func (k *killing) load(ctx context.Context, c *client.Client, like computetypes.Task) {
	for ctx.Err() == nil {
		var inputs []computetypes.TaskInput
		for i := range batch {
			inputs = append(inputs, computetypes.TaskInput{ClientRef: fmt.Sprintf("t%d", k.posted+i), Tokens: like.Input})
		}
		// Not cut short at the end: a batch is posted or not.
		try, done := context.WithTimeout(context.WithoutCancel(ctx), localnet.CaseTimeout)
		if _, _, err := c.PostTask(try, like.Terms, inputs); err == nil {
			k.posted += batch
		}
		done()
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// killTwo kills one validator and one worker within a block of each other, leaves them dead for up to three blocks, and
// waits until both are of use again.
func (k *killing) killTwo(t *testing.T) {
	node, worker := k.random.IntN(localnet.Validators), k.Workers[fmt.Sprintf("w%d", k.random.IntN(killWorkers))]
	pause := func(most time.Duration) { time.Sleep(time.Duration(k.random.Int64N(int64(most)))) }
	other := (node + 1) % localnet.Validators
	pause(1500 * time.Millisecond)
	killed := time.Now()
	if k.random.IntN(2) == 0 {
		k.Nodes[node].Kill()
		pause(time.Second)
		worker.Kill()
	} else {
		worker.Kill()
		pause(time.Second)
		k.Nodes[node].Kill()
	}
	pause(3 * time.Second)
	worker.Start(t)
	k.Nodes[node].Start(t)
	k.WaitHeight(t, node, k.HeightOf(t, other))
	name := fmt.Sprintf("node%d", node)
	k.down[name] = append(k.down[name], time.Since(killed))
	worker.WaitReady(t)
	k.down[worker.Spec.Name] = append(k.down[worker.Spec.Name], time.Since(killed))
}

// settle waits until every task has closed and every lien is free.
func (k *killing) settle(t *testing.T) {
	for i := range k.posted {
		id := k.Chain.ByRef(t, k.Addresses["loader"], fmt.Sprintf("t%d", i))
		if id == 0 {
			t.Fatalf("task t%d was posted and is not there", i)
		}
		localnet.Until(t, localnet.CaseTimeout, fmt.Sprintf("task %d to close", id), func() (bool, string) {
			view := k.Chain.Task(t, id)
			return view.Task.CloseHeight > 0, view.Next
		})
	}
	for name := range k.Workers {
		localnet.Until(t, localnet.CaseTimeout, "the liens of "+name+" to be free", func() (bool, string) {
			bonded, free := k.Chain.Bond(t, k.Addresses[name])
			return bonded == free, fmt.Sprintf("%d of %d are", free, bonded)
		})
	}
}

// table prints and judges what came of it.
func (k *killing) table(t *testing.T, from int64, took time.Duration) {
	statuses, outcomes := map[string]int{}, map[string]int{}
	tasks := 0
	for id := uint64(1); k.HasTask(t, id); id++ {
		tasks++
		statuses[k.Chain.Task(t, id).Task.Status.String()]++
		for _, r := range k.Chain.Rounds(t, id) {
			for _, s := range r.Seats {
				outcomes[s.Outcome.String()]++
			}
		}
	}
	evidence, to := 0, k.Height(t)
	for h := int64(1); h <= to; h++ {
		var res struct{ Block block }
		if err := k.RPCs[0].Get(fmt.Sprintf("/block?height=%d", h), &res); err != nil {
			t.Fatal(err)
		}
		evidence += len(res.Block.Evidence.Evidence)
	}
	dues, _ := k.AllDues(t)
	total := 0
	for _, name := range []string{"node0", "node1", "node2", "node3", "w0", "w1", "w2", "w3", "w4"} {
		down := k.down[name]
		slices.Sort(down)
		row := fmt.Sprintf("%-6s killed %3d times", name, len(down))
		if total += len(down); len(down) > 0 {
			row += fmt.Sprintf(", of use again after %s, at most %s", down[len(down)/2].Round(100*time.Millisecond), down[len(down)-1].Round(100*time.Millisecond))
		}
		if name[0] == 'w' {
			now, due := k.Purses(t)[name], dues[k.Addresses[name]]
			earned, lost := now.Balance-k.before[name].Balance, k.before[name].Bonded-now.Bonded
			if earned != due.Earned || lost != due.Slashed {
				t.Errorf("%s: expected %d uaic earned and %d lost, got %d and %d", name, due.Earned, due.Slashed, int64(earned), int64(lost))
			}
			row += fmt.Sprintf("; earned %d uaic as it must, lost %d", earned, lost)
		}
		t.Log(row)
	}
	t.Logf("seed %d: %d killed in %s, heights %d to %d", *killSeed, total, took.Round(time.Second), from, to)
	t.Logf("%d tasks, posted %d: %v", tasks, k.posted+1, statuses)
	t.Logf("seats: %v; evidence of double signing: %d", outcomes, evidence)
	if tasks != k.posted+1 || statuses[computetypes.TASK_STATUS_SETTLED.String()] != tasks {
		t.Error("expected every task to be there once and settled")
	}
	if evidence != 0 || len(outcomes) != 1 || outcomes[computetypes.REASON_SEAT_RIGHT.String()] != 3*tasks {
		t.Error("expected three right seats a task and no evidence")
	}
}
