package operate

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/aichain/aichain/app/upgrades"
	"github.com/aichain/aichain/tests/localnet"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// oldCommit is the last version of the chain before disputes.
const oldCommit = "76d9114"

// oldParams are those of a genesis of that version. The windows hold what is begun before the halt until after it.
var oldParams = localnet.Params{
	"compute": {"commit_window": "40", "reveal_window": "40", "open_window": "90", "challenge_window": "15"},
	"gov":     shortVotes,
}

// shortVotes let a proposal pass within seconds.
var shortVotes = map[string]any{"voting_period": "10s", "expedited_voting_period": "5s"}

// Providers of the upgrade: seven at gates, and one that lies with more bond than all others together, in the old version
// only. All offer nano; six offer gated; two of these and the seventh, which is drained, offer lonely: too few for a task.
const (
	gated    = 7
	drained  = "w6"
	heavyAIC = 20_000
)

// upgraded is a network on its way from the old version to this one.
type upgraded struct {
	*localnet.Network
	bins  localnet.Binaries // of the tree
	gates map[string]localnet.Gates
	names []string
	tasks map[string]uint64 // by client_ref
}

// TestUpgrade brings a network from the old version to this one by governance, with tasks in flight in every state.
func TestUpgrade(t *testing.T) {
	long(t)
	bins, old, visor := localnet.BuildAll(t), localnet.BuildOld(t, oldCommit), ""
	if !*recording {
		visor = localnet.BuildCosmovisor(t)
	}
	if visor == "" {
		t.Log("without cosmovisor: the test swaps the binaries")
	}
	o := localnet.Options{Accounts: "asker,w0,w1,w2,w3,w4,w5,w6,liar", Params: oldParams}
	if visor != "" {
		o.Configure = func(tb testing.TB, home string) { supervise(tb, home, old, bins) }
		o.Node = func(home string) (string, []string, []string) {
			return visor, []string{"run", "start", "--home", home}, []string{
				"DAEMON_NAME=aichaind", "DAEMON_HOME=" + home, "UNSAFE_SKIP_BACKUP=true", "DAEMON_ALLOW_DOWNLOAD_BINARIES=false",
				"DAEMON_LOG_BUFFER_SIZE=512", "DAEMON_RESTART_AFTER_UPGRADE=true",
			}
		}
	}
	u := &upgraded{Network: localnet.Open(t, old, o), bins: bins, gates: map[string]localnet.Gates{}, tasks: map[string]uint64{}}
	u.hire(t)
	before := u.Purses(t)
	plan := u.propose(t)
	u.begin(t, plan)
	u.halt(t, plan, visor == "", before)
	u.revive(t)
	u.check(t, plan)
	u.finish(t)
	u.account(t, before)
	u.stopAndCheck(t)
}

// supervise lays out a home for cosmovisor.
func supervise(tb testing.TB, home string, old, bins localnet.Binaries) {
	tb.Helper()
	for dir, bin := range map[string]string{"genesis": old.Aichaind, "upgrades/" + upgrades.Referee: bins.Aichaind} {
		dir = filepath.Join(home, "cosmovisor", dir, "bin")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			tb.Fatal(err)
		}
		if err := os.Symlink(bin, filepath.Join(dir, "aichaind")); err != nil {
			tb.Fatal(err)
		}
	}
}

// hire starts the workers of the old version.
func (u *upgraded) hire(t *testing.T) {
	u.MakeModels(t, "gated", "lonely")
	u.staff(func(_ int, spec localnet.WorkerSpec) {
		u.gates[spec.Name] = u.NewGates(t, spec.Name)
		spec.Faults = append(spec.Faults, u.gates[spec.Name].Flag()...)
		u.AddWorker(t, spec)
	})
	for _, w := range u.Workers {
		w.WaitReady(t)
	}
}

// staff names all workers in turn.
func (u *upgraded) staff(each func(i int, spec localnet.WorkerSpec)) {
	for i := range gated + 1 {
		spec := localnet.WorkerSpec{Name: fmt.Sprintf("w%d", i), Node: i % localnet.Validators, Models: []string{"nano"}}
		switch {
		case i == gated:
			spec.Name, spec.Bond, spec.Faults = "liar", heavyAIC, []string{"--wrong"}
		case spec.Name == drained:
			spec.Models = append(spec.Models, "lonely")
		case i < 2:
			spec.Models = append(spec.Models, "gated", "lonely")
		default:
			spec.Models = append(spec.Models, "gated")
		}
		u.names = append(u.names, spec.Name)
		each(i, spec)
	}
}

// leadBlocks is how many blocks before the halt the proposal passes: enough for a stalled round.
const leadBlocks = 72

// propose lets governance decide on the upgrade and returns its height.
func (u *upgraded) propose(t *testing.T) int64 {
	plan := u.Height(t) + leadBlocks
	proposal := map[string]any{
		"messages": []any{map[string]any{
			"@type": "/cosmos.upgrade.v1beta1.MsgSoftwareUpgrade", "authority": u.moduleAddress(t, "gov"),
			"plan": map[string]any{"name": upgrades.Referee, "height": fmt.Sprint(plan), "info": ""},
		}},
		"deposit": "100000000uaic", "title": "the referee", "summary": "disputes and audits",
	}
	bz, err := json.Marshal(proposal)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(u.Dir, "proposal.json")
	if err := os.WriteFile(path, bz, 0o600); err != nil {
		t.Fatal(err)
	}
	u.Tx(t, 0, "node0", "gov", "submit-proposal", path)
	for i := range u.Nodes {
		u.Tx(t, i, fmt.Sprintf("node%d", i), "gov", "vote", "1", "yes")
	}
	return plan
}

func (u *upgraded) moduleAddress(t *testing.T, name string) string {
	var res struct {
		Account struct{ Value struct{ Address string } }
	}
	u.Query(t, &res, "auth", "module-account", name)
	return res.Account.Value.Address
}

// post asks and returns once the task is on chain; nobody waits for the answer yet.
func (u *upgraded) post(t *testing.T, model, ref string) uint64 {
	q := u.Ask(t, "asker", model, ref)
	u.tasks[ref] = q.TaskID(t)
	q.Interrupt(t)
	q.Wait(t)
	return u.tasks[ref]
}

// seats waits for the seats of a task's first round.
func (u *upgraded) seats(t *testing.T, id uint64) (names []string) {
	localnet.Until(t, localnet.CaseTimeout, fmt.Sprintf("the seats of task %d", id), func() (bool, string) {
		view := u.Chain.Task(t, id)
		names = nil
		for _, s := range view.Progress.Seats {
			names = append(names, u.nameOf(s.Provider))
		}
		return len(names) > 0, view.Next
	})
	return names
}

func (u *upgraded) nameOf(address string) string {
	for _, name := range u.names {
		if u.Addresses[name] == address {
			return name
		}
	}
	return ""
}

func (u *upgraded) open(t *testing.T, what string, id uint64, names ...string) {
	for _, name := range names {
		u.gates[name].Open(t, what, id)
	}
}

// begin brings tasks into every state that they can be in when the chain halts.
func (u *upgraded) begin(t *testing.T, plan int64) {
	settled := u.post(t, "gated", "settled")
	u.open(t, "commit", settled, u.names...)
	u.open(t, "reveal", settled, u.names...)
	u.Chain.WaitStatus(t, settled, computetypes.TASK_STATUS_SETTLED)

	u.WaitFor(t, plan-54)
	stalled := u.post(t, "gated", "redraw") // one of three never commits before the deadline
	u.open(t, "commit", stalled, u.seats(t, stalled)[:2]...)

	u.WaitFor(t, plan-22)
	for i := 0; u.tasks["panel"] == 0; i++ { // until the liar is drawn; 2 of 100 fail
		id := u.post(t, "nano", fmt.Sprintf("panel%d", i))
		seats := u.seats(t, id)
		u.open(t, "commit", id, seats...)
		u.open(t, "reveal", id, seats...)
		if slices.Contains(seats, "liar") {
			u.tasks["panel"] = id
			delete(u.tasks, fmt.Sprintf("panel%d", i))
		}
	}
	matched := u.post(t, "gated", "matched")
	committing := u.post(t, "gated", "committing")
	u.open(t, "commit", committing, u.seats(t, committing)[:1]...)
	revealing := u.post(t, "gated", "revealing")
	seats := u.seats(t, revealing)
	u.open(t, "commit", revealing, seats...)
	u.open(t, "reveal", revealing, seats[0])
	u.lonely(t, matched)

	for ref, want := range map[string]computetypes.TaskStatus{
		"matched": computetypes.TASK_STATUS_MATCHED, "committing": computetypes.TASK_STATUS_COMMITTING,
		"revealing": computetypes.TASK_STATUS_REVEALING, "open": computetypes.TASK_STATUS_OPEN,
		"cancelled": computetypes.TASK_STATUS_REFUNDED, "settled": computetypes.TASK_STATUS_SETTLED,
	} {
		u.Chain.WaitStatus(t, u.tasks[ref], want)
	}
	u.waitRound(t, "panel", computetypes.SEAT_ROLE_PANEL)
	u.waitRound(t, "redraw", computetypes.SEAT_ROLE_REDRAW)
	t.Logf("height %d: %d tasks are in flight, the chain halts at %d", u.Height(t), len(u.tasks), plan)
}

// waitRound waits until a task's last round has a role.
func (u *upgraded) waitRound(t *testing.T, ref string, role computetypes.SeatRole) {
	localnet.Until(t, localnet.CaseTimeout, fmt.Sprintf("a %s of %s", role, ref), func() (bool, string) {
		rounds := u.Chain.Rounds(t, u.tasks[ref])
		last := rounds[len(rounds)-1]
		return last.Role == role && last.IsOpen(), last.String()
	})
}

// lonely posts three tasks, like one that there is, for a model with too few providers: one is taken back. Of the two
// that wait for seats, one has money to spare; the other's price is what the old client reckoned to be just enough, and no
// longer is when the chance of an audit has to be covered too.
func (u *upgraded) lonely(t *testing.T, like uint64) {
	u.Tx(t, 0, drained, "compute", "drain-provider")
	c := u.Client(t, 0, "asker")
	ctx := context.Background()
	model, err := c.FindModel(ctx, "lonely")
	if err != nil {
		t.Fatal(err)
	}
	task := u.Chain.Task(t, like).Task
	terms := task.Terms
	terms.ModelId = model.Id
	posted, _, err := c.PostTask(ctx, terms, []computetypes.TaskInput{
		{ClientRef: "tight", Tokens: task.Input}, {ClientRef: "cancelled", Tokens: task.Input},
	})
	if err != nil {
		t.Fatal(err)
	}
	u.tasks["tight"], u.tasks["cancelled"] = posted[0].TaskId, posted[1].TaskId
	terms.MaxPrice = terms.MaxPrice.AddAmount(terms.MaxPrice.Amount)
	if posted, _, err = c.PostTask(ctx, terms, []computetypes.TaskInput{{ClientRef: "open", Tokens: task.Input}}); err != nil {
		t.Fatal(err)
	}
	u.tasks["open"] = posted[0].TaskId
	if _, err := c.CancelTask(ctx, u.tasks["cancelled"]); err != nil {
		t.Fatal(err)
	}
}
