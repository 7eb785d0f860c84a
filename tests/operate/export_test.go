package operate

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aichain/aichain/tests/localnet"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// exportParams leave a task time over a stop of minutes.
var exportParams = localnet.Params{
	"compute": {"commit_window": "40", "reveal_window": "40", "challenge_window": "80", "audit_bps": "0"},
}

// exported is a network that is stopped and begun again from an export. Three workers stand behind gates and offer gated,
// two honest ones and a liar offer nano.
type exported struct {
	*localnet.Network
	gates   map[string]localnet.Gates
	tasks   map[string]uint64 // by client_ref
	before  map[string]localnet.Purse
	dispute attesttypes.Dispute
}

// TestExportImport stops a network in the middle of rounds and of a dispute and begins it again, in empty homes with
// new states of the validators' keys, from the genesis that its nodes export: the same one from each. Everybody keeps what
// they have, workers go on from their journals, and all that was under way comes to its end.
func TestExportImport(t *testing.T) {
	long(t)
	e := &exported{
		Network: localnet.Open(t, localnet.BuildAll(t), localnet.Options{Accounts: "asker,g0,g1,g2,w0,w1,liar", Params: exportParams}),
		gates:   map[string]localnet.Gates{}, tasks: map[string]uint64{},
	}
	e.hire(t)
	e.before = e.Purses(t)
	e.begin(t)
	height := e.stop(t)
	e.swap(t, height)
	e.same(t, height)
	e.finish(t)
	e.account(t)
	stopAndCheck(t, e.Network)
}

// hire starts the workers.
func (e *exported) hire(t *testing.T) {
	e.MakeModels(t, "gated")
	for i := range 3 {
		name := fmt.Sprintf("g%d", i)
		e.gates[name] = e.NewGates(t, name)
		e.AddWorker(t, localnet.WorkerSpec{Name: name, Node: i, Models: []string{"gated"}, Faults: e.gates[name].Flag()})
	}
	e.AddWorker(t, localnet.WorkerSpec{Name: "w0", Node: 0, Models: []string{"nano"}})
	e.AddWorker(t, localnet.WorkerSpec{Name: "w1", Node: 1, Models: []string{"nano"}})
	e.AddWorker(t, localnet.WorkerSpec{Name: "liar", Node: 2, Models: []string{"nano"}, Faults: []string{"--lie", "tensor"}})
	for _, w := range e.Workers {
		w.WaitReady(t)
	}
}

// post asks under a name and returns once the task has its seats.
func (e *exported) post(t *testing.T, model, ref string) uint64 {
	q := e.Ask(t, "asker", model, ref)
	id := q.TaskID(t)
	e.Chain.WaitStatus(t, id, computetypes.TASK_STATUS_MATCHED, computetypes.TASK_STATUS_COMMITTING, computetypes.TASK_STATUS_REVEALING)
	q.Interrupt(t)
	q.Wait(t)
	e.tasks[ref] = id
	return id
}

func (e *exported) open(t *testing.T, what string, id uint64, names ...string) {
	for _, name := range names {
		e.gates[name].Open(t, what, id)
	}
}

// begin brings tasks into every state and a dispute among their results under way.
func (e *exported) begin(t *testing.T) {
	settled := e.post(t, "gated", "settled")
	e.open(t, "commit", settled, "g0", "g1", "g2")
	e.open(t, "reveal", settled, "g0", "g1", "g2")
	e.Chain.WaitStatus(t, settled, computetypes.TASK_STATUS_SETTLED)

	e.post(t, "gated", "matched")
	e.open(t, "commit", e.post(t, "gated", "committing"), "g0")
	revealing := e.post(t, "gated", "revealing")
	e.open(t, "commit", revealing, "g0", "g1", "g2")
	e.open(t, "reveal", revealing, "g0")
	for ref, want := range map[string]computetypes.TaskStatus{
		"committing": computetypes.TASK_STATUS_COMMITTING, "revealing": computetypes.TASK_STATUS_REVEALING,
	} {
		e.Chain.WaitStatus(t, e.tasks[ref], want)
	}
	lied := e.post(t, "nano", "lied")
	localnet.Until(t, localnet.CaseTimeout, "moves of a dispute with the liar", func() (bool, string) {
		all := e.Chain.Disputes(t, lied)
		i := slices.IndexFunc(all, func(d attesttypes.Dispute) bool { return len(d.Moves) > 1 })
		if i >= 0 {
			e.dispute = all[i]
		}
		return i >= 0, fmt.Sprint(len(all), " disputes")
	})
}

// stop kills the workers, stops the nodes and returns the last height that all of them have.
func (e *exported) stop(t *testing.T) (height int64) {
	for _, w := range e.Workers {
		w.Kill()
	}
	e.dispute = e.Chain.Dispute(t, e.dispute.Id)
	if !e.dispute.IsOpen() {
		t.Fatalf("expected dispute %d to be under way, got %s", e.dispute.Id, e.dispute.End)
	}
	for _, p := range e.Nodes {
		p.Stop(t)
	}
	for i := range e.Nodes {
		at := localnet.CheckState(t, e.Home(i))
		t.Logf("node%d: all invariants hold at height %d", i, at)
		if height == 0 || at < height {
			height = at
		}
	}
	return height
}

// swap begins the network again from what the nodes export at a height.
func (e *exported) swap(t *testing.T, height int64) {
	var genesis []byte
	now := time.Now().UTC().Format(time.RFC3339Nano)
	for i := range e.Nodes {
		out := localnet.Run(t, 2*time.Minute, e.Bins.Aichaind, "export", "--height", fmt.Sprint(height), "--home", e.Home(i))
		var doc map[string]json.RawMessage
		if err := json.Unmarshal(out, &doc); err != nil {
			t.Fatalf("export: %v in %.200s", err, out)
		}
		doc["genesis_time"], _ = json.Marshal(now) // a string; the first block has this time, no earlier than the last
		bz, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		if genesis == nil {
			genesis = bz
			t.Logf("exported at height %d: %d bytes, initial_height %s", height, len(out), doc["initial_height"])
		}
		if string(genesis) != string(bz) {
			t.Fatalf("expected node%d to export what node0 does", i)
		}
	}
	for i, p := range e.Nodes {
		if err := os.WriteFile(filepath.Join(e.Home(i), "config", "genesis.json"), genesis, 0o600); err != nil {
			t.Fatal(err)
		}
		localnet.Run(t, time.Minute, e.Bins.Aichaind, "genesis", "validate", "--home", e.Home(i))
		localnet.Run(t, time.Minute, e.Bins.Aichaind, "comet", "unsafe-reset-all", "--home", e.Home(i))
		p.Start(t)
	}
	for i := range e.Nodes {
		e.WaitHeight(t, i, height+3)
	}
}

// same looks whether everything is as it was: what each task waits for, the dispute, and what everybody has.
func (e *exported) same(t *testing.T, height int64) {
	e.AllSame(t)
	for ref, want := range map[string]computetypes.TaskStatus{
		"settled": computetypes.TASK_STATUS_SETTLED, "matched": computetypes.TASK_STATUS_MATCHED,
		"committing": computetypes.TASK_STATUS_COMMITTING, "revealing": computetypes.TASK_STATUS_REVEALING,
	} {
		if got := e.Chain.Task(t, e.tasks[ref]).Progress.Status; got != want {
			t.Errorf("%s: expected %s, got %s", ref, want, got)
		}
	}
	d := e.Chain.Dispute(t, e.dispute.Id)
	if !d.IsOpen() || len(d.Moves) != len(e.dispute.Moves) || d.Phase != e.dispute.Phase || d.Deadline != e.dispute.Deadline {
		t.Errorf("dispute: expected %v, got %v", e.dispute, d)
	}
	t.Logf("begun again after %d: dispute %d stands at %s after %d moves", height, d.Id, d.Phase, len(d.Moves))
}

// finish starts the workers again with their old homes and lets every task come to its end.
func (e *exported) finish(t *testing.T) {
	for name, w := range e.Workers {
		for _, id := range e.tasks {
			if e.gates[name] != "" {
				e.open(t, "commit", id, name)
				e.open(t, "reveal", id, name)
			}
		}
		w.Start(t)
	}
	for _, ref := range slices.Sorted(maps.Keys(e.tasks)) {
		view := e.Chain.WaitStatus(t, e.tasks[ref], computetypes.TASK_STATUS_SETTLED)
		t.Logf("%-10s %s, %s", ref, view.Progress.Status, view.Task.Reason)
		model := "gated"
		if ref == "lied" {
			model = "nano"
		}
		if a := e.Ask(t, "asker", model, ref).Right(t); !a.IsResumed || a.Fee != 0 {
			t.Errorf("%s: expected the first task to be found, got %s", ref, a.Said)
		}
	}
	if d := e.Chain.Dispute(t, e.dispute.Id); d.IsOpen() {
		t.Errorf("expected dispute %d to have ended, got %v", d.Id, d)
	}
}

// account looks at everybody's money, and that the liar has lost its lien.
func (e *exported) account(t *testing.T) {
	t.Logf("%d tasks", account(t, e.Network, e.before))
	if now := e.Purses(t)["liar"].Bonded; now >= e.before["liar"].Bonded {
		t.Errorf("expected the liar to have less bond than %d uaic, got %d", e.before["liar"].Bonded, now)
	}
}
