package operate

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"testing"

	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/aichain/aichain/app/upgrades"
	"github.com/aichain/aichain/tests/localnet"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// halt waits until all nodes stand before the height of the plan, and until they have gone on with the new binary,
// which the supervisor or, bySelf, the test starts. The workers are swapped while the chain stands or soon after.
func (u *upgraded) halt(t *testing.T, plan int64, bySelf bool, before map[string]localnet.Purse) {
	words := []byte(fmt.Sprintf("UPGRADE \"%s\" NEEDED at height: %d", upgrades.Referee, plan))
	for i, p := range u.Nodes {
		localnet.Until(t, localnet.CaseTimeout, fmt.Sprintf("node%d to halt", i), func() (bool, string) {
			log, err := os.ReadFile(p.Log)
			return err == nil && bytes.Contains(log, words), string(localnet.Tail(p.Log, 1))
		})
	}
	for _, name := range u.names {
		u.Workers[name].Kill()
	}
	u.Bins = u.bins
	if bySelf {
		for _, p := range u.Nodes {
			p.Kill()
		}
		if *recording {
			u.save(t, plan, before)
		}
		for i, p := range u.Nodes {
			p.Bin, p.Args = u.bins.Aichaind, []string{"start", "--home", u.Home(i)}
			p.Start(t)
		}
	}
	for i := range u.Nodes {
		u.WaitHeight(t, i, plan+3) // until the first block after a start, a node answers no questions
	}
	t.Logf("all nodes run the new binary at height %d", u.Height(t))
}

// check looks at what the migrations did.
func (u *upgraded) check(t *testing.T, plan int64) {
	u.AllSame(t)
	var applied struct{ Height string }
	u.Query(t, &applied, "upgrade", "applied", upgrades.Referee)
	if applied.Height != fmt.Sprint(plan) {
		t.Errorf("expected the upgrade to be applied at %d, got %s", plan, applied.Height)
	}
	var versions struct {
		ModuleVersions []struct{ Name, Version string } `json:"module_versions"`
	}
	u.Query(t, &versions, "upgrade", "module-versions")
	for _, v := range versions.ModuleVersions {
		if want := map[string]string{"attest": "2", "compute": "2", "reward": "2"}[v.Name]; want != "" && v.Version != want {
			t.Errorf("expected version %s of %s, got %s", want, v.Name, v.Version)
		}
	}
	c := u.Client(t, 0, "asker")
	attest, err := c.AttestParams(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := attesttypes.DefaultParams(); attest != want {
		t.Errorf("parameters of x/attest: expected %v, got %v", want, attest)
	}
	compute, err := c.ComputeParams(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if compute.AuditBps != computetypes.DefaultParams().AuditBps || compute.OpenWindow != 90 {
		t.Errorf("parameters of x/compute: expected audits and the rest as it was, got %v", compute)
	}
	u.checkMinting(t)
}

// checkMinting looks at what lets emission begin: the rate, and an account that may mint.
func (u *upgraded) checkMinting(t *testing.T) {
	var reward struct {
		Params struct {
			EmissionBps uint32 `json:"emission_bps"`
		}
	}
	u.Query(t, &reward, "reward", "params")
	if want := rewardtypes.DefaultParams().EmissionBps; reward.Params.EmissionBps != want {
		t.Errorf("expected an emission of %d basis points, got %d", want, reward.Params.EmissionBps)
	}
	var account struct {
		Account struct {
			Value struct{ Permissions []string }
		}
	}
	u.Query(t, &account, "auth", "module-account", rewardtypes.ModuleName)
	if got := account.Account.Value.Permissions; !slices.Contains(got, authtypes.Minter) {
		t.Errorf("expected the module account to be allowed to mint, got %v", got)
	}
}

// revive starts the workers of the new version with their old homes and all gates open.
func (u *upgraded) revive(t *testing.T) {
	for _, name := range u.names {
		w := u.Workers[name]
		for _, id := range u.tasks {
			u.open(t, "commit", id, name)
			u.open(t, "reveal", id, name)
		}
		w.Use(u.bins, u.gates[name].Flag()...)
		w.Start(t)
	}
	u.Tx(t, 0, drained, "compute", "drain-provider", "--resume") // now there are three for the task that waits
}

// finish lets every task come to its end.
func (u *upgraded) finish(t *testing.T) {
	for ref, id := range u.tasks {
		if ref == "cancelled" || ref == "tight" {
			continue
		}
		view := u.Chain.WaitStatus(t, id, computetypes.TASK_STATUS_SETTLED)
		terms := view.Task.Snapshot
		for _, r := range u.Chain.Rounds(t, id) {
			if isNew := ref == "open"; r.Refereed != isNew || terms.Refereed != isNew || (terms.AuditBps > 0) != isNew {
				t.Errorf("%s, round %d: expected new terms %t, got refereed %t, %t, audits %d", ref, r.Round, isNew, r.Refereed, terms.Refereed, terms.AuditBps)
			}
		}
		t.Logf("%-10s %s after %d rounds, %s", ref, view.Progress.Status, len(u.Chain.Rounds(t, id)), view.Task.Reason)
	}
	// What cannot pay for the new terms comes back whole.
	tight := u.Chain.WaitStatus(t, u.tasks["tight"], computetypes.TASK_STATUS_REFUNDED)
	if tight.Task.Reason != computetypes.REASON_TASK_UNMATCHED || tight.Money.Refunded != tight.Money.Escrowed {
		t.Errorf("tight: expected all of %d uaic back, got %v", tight.Money.Escrowed, tight)
	}
	// The same question under the same name, with the new binary: the answer is there, nothing is paid.
	for _, ref := range []string{"settled", "redraw", "matched", "committing", "revealing"} {
		if a := u.Ask(t, "asker", "gated", ref).Right(t); !a.IsResumed || a.Fee != 0 {
			t.Errorf("%s: expected the first task to be found, got %s", ref, a.Said)
		}
	}
	after := u.Ask(t, "asker", "nano", "after")
	id := after.TaskID(t)
	u.open(t, "commit", id, u.names...)
	u.open(t, "reveal", id, u.names...)
	after.Right(t)
}

// account compares what each worker has with what the rules say that the tasks must have brought it.
func (u *upgraded) account(t *testing.T, before map[string]localnet.Purse) {
	for _, name := range u.names {
		localnet.Until(t, localnet.CaseTimeout, "the liens of "+name+" to be free", func() (bool, string) {
			bonded, free := u.Chain.Bond(t, u.Addresses[name])
			return bonded == free, fmt.Sprintf("%d of %d are", free, bonded)
		})
	}
	dues, tasks := u.AllDues(t)
	after := u.Purses(t)
	for _, name := range u.names {
		due := dues[u.Addresses[name]]
		const mostFee = 10_000 // of the two messages
		earned := after[name].Balance - before[name].Balance
		if off := due.Earned - earned; off != 0 && (name != drained || off > mostFee) {
			t.Errorf("%s: expected to have earned %d uaic, got %d", name, due.Earned, int64(earned))
		}
		if lost := before[name].Bonded - after[name].Bonded; lost != due.Slashed {
			t.Errorf("%s: expected to have lost %d uaic of its bond, got %d", name, due.Slashed, int64(lost))
		}
		t.Logf("%-5s earned %7d uaic, lost %8d of its bond", name, due.Earned, due.Slashed)
	}
	if dues[u.Addresses["liar"]].Slashed == 0 {
		t.Error("expected the liar to lose its lien by the panel of the old terms")
	}
	t.Logf("%d tasks", tasks)
}

// stopAndCheck stops everything and checks the invariants of each node's state.
func (u *upgraded) stopAndCheck(t *testing.T) {
	u.AllSame(t)
	stopAndCheck(t, u.Network)
}
