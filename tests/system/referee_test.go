package system

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aichain/aichain/tests/localnet"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Most that a dispute on nano may take.
const (
	mostMoves = 12
	mostBytes = 40 << 10
)

// court is a network of its own with a liar and two honest workers: every task on nano seats all three. The model lied
// is offered by the liar with two others who tell the same lie, and by an auditor with little bond.
type court struct {
	*localnet.Network
	asked int
}

// TestRefereeFindsTheLie lets a worker lie in every way. Each time the task ends with the right answer, the liar loses
// exactly its lien, and the honest workers earn what the rules say, to the last uaic.
func TestRefereeFindsTheLie(t *testing.T) {
	if testing.Short() {
		t.Skip("starts four validators and three workers, and takes minutes")
	}
	c := &court{Network: localnet.NewNetwork(t, localnet.BuildAll(t), "asker,liar,liar1,liar2,auditor,good0,good1")}
	c.MakeModels(t, "lied")
	lie := []string{"--lie", "tensor"}
	c.AddWorker(t, localnet.WorkerSpec{Name: "liar", Node: 1, Bond: heavy, Models: []string{"nano", "lied"}, Faults: lie})
	c.AddWorker(t, localnet.WorkerSpec{Name: "liar1", Node: 1, Bond: heavy, Models: []string{"lied"}, Faults: lie})
	c.AddWorker(t, localnet.WorkerSpec{Name: "liar2", Node: 2, Bond: heavy, Models: []string{"lied"}, Faults: lie})
	c.AddWorker(t, localnet.WorkerSpec{Name: "auditor", Node: 0, Models: []string{"lied"}, Inspects: true})
	c.AddWorker(t, localnet.WorkerSpec{Name: "good0", Node: 2, Models: []string{"nano"}})
	c.AddWorker(t, localnet.WorkerSpec{Name: "good1", Node: 0, Models: []string{"nano"}})
	for _, w := range c.Workers {
		w.WaitReady(t)
	}
	before := c.Purses(t)
	t.Run("one tensor forged; solver, challenger and a validator killed in the descent", c.killed)
	t.Run("three collude, are paid for a lie, and are challenged", c.colluded)
	for _, one := range []struct {
		name   string
		faults []string
		ends   []attesttypes.DisputeEnd // one of them
	}{
		{"the output forged, and it accuses", []string{"--lie", "output", "--accuse"}, []attesttypes.DisputeEnd{attesttypes.DISPUTE_END_REFUTED}},
		{"junk in the trace, silent in the descent", []string{"--lie", "junk", "--silent-from", "2"}, []attesttypes.DisputeEnd{attesttypes.DISPUTE_END_SOLVER_SILENT}},
		{"the trace withheld", []string{"--lie", "tensor", "--silent-from", "0"}, []attesttypes.DisputeEnd{attesttypes.DISPUTE_END_SOLVER_SILENT}},
		{"an impossible answer", []string{"--lie", "impossible"}, nil},
	} {
		t.Run(one.name, func(t *testing.T) { c.lies(t, one.faults, one.ends) })
	}
	c.accounts(t, before)
}

// ask asks whoever is drawn for a model.
func (c *court) ask(t *testing.T, model string) (*localnet.Question, uint64) {
	t.Helper()
	c.asked++
	q := c.Ask(t, "asker", model, fmt.Sprintf("referee%d", c.asked))
	return q, q.TaskID(t)
}

// against waits for the first dispute against the liar about a task.
func (c *court) against(t *testing.T, task uint64) (d attesttypes.Dispute) {
	t.Helper()
	localnet.Until(t, localnet.CaseTimeout, fmt.Sprintf("a dispute against the liar about task %d", task), func() (bool, string) {
		all := c.Chain.Disputes(t, task)
		i := slices.IndexFunc(all, func(d attesttypes.Dispute) bool {
			return d.Solver == c.Addresses["liar"] && d.Phase != attesttypes.DISPUTE_PHASE_QUEUED
		})
		if i >= 0 {
			d = all[i]
		}
		return i >= 0, fmt.Sprintf("%d disputes; %s", len(all), c.Chain.Task(t, task).Next)
	})
	return d
}

// killed: kill -9 of the solver when it has posted its trace, of the challenger while the solver is gone, and of a
// validator while both are. Each comes back and goes on from its journal and the chain.
func (c *court) killed(t *testing.T) {
	const node = 3 // talks to no worker
	had, _ := c.Chain.Bond(t, c.Addresses["liar"])
	liar := c.Workers["liar"]
	q, task := c.ask(t, "nano")
	d := c.against(t, task)
	challenger := c.byAddress(t, d.Challenger)

	localnet.Until(t, localnet.CaseTimeout, "the liar's trace", func() (bool, string) {
		d = c.Chain.Dispute(t, d.Id)
		return len(d.Moves) > 0, d.Phase.String()
	})
	liar.Kill()
	d = c.Chain.WaitMoves(t, d.Id, 2, attesttypes.DISPUTE_PHASE_CHILDREN_DUE)
	challenger.Kill()
	c.Nodes[node].Kill()
	from := c.Height(t)
	c.WaitHeight(t, 0, from+2)
	if now := c.Chain.Dispute(t, d.Id); len(now.Moves) != 2 {
		t.Fatalf("expected nobody to move while both sides are dead, got %s after %d moves", now.Phase, len(now.Moves))
	}
	liar.Start(t)
	d = c.Chain.WaitMoves(t, d.Id, 3, attesttypes.DISPUTE_PHASE_CHOICE_DUE)
	c.Restart(t, node)
	c.SameState(t, node, c.Height(t))
	challenger.Start(t)

	c.settledRight(t, q, task, had, []attesttypes.DisputeEnd{attesttypes.DISPUTE_END_REFUTED})
	d = c.Chain.Dispute(t, d.Id)
	bytes := uint32(0)
	for _, m := range d.Moves {
		bytes += m.Bytes
	}
	if d.Verdict == nil || d.Verdict.ClaimedText == d.Verdict.ExpectedText || len(d.Moves) > mostMoves || bytes > mostBytes {
		t.Errorf("expected a computed step after at most %d moves and %d bytes, got %d, %d: %v", mostMoves, mostBytes, len(d.Moves), bytes, d.Verdict)
	}
	told := string(localnet.Run(t, localnet.StartTimeout, c.Bins.Aichaind, "query", "attest", "dispute", fmt.Sprint(d.Id), "--home", c.Home(0),
		"--node", c.RPCs[0].URL, "--tokenizer", c.Models["nano"]))
	for _, words := range []string{"the solver was proven wrong", localnet.Prompt, `says "` + localnet.Truth + `"`, d.Verdict.ClaimedText, d.Verdict.ExpectedText} {
		if !strings.Contains(told, words) {
			t.Errorf("expected the story to tell %q, got\n%s", words, told)
		}
	}
	t.Logf("%d moves, %d bytes\n%s", len(d.Moves), bytes, told)
	for i := range c.Nodes {
		c.SameState(t, i, c.Height(t))
	}
}

// byAddress is the worker of an account.
func (c *court) byAddress(t *testing.T, address string) *localnet.WorkerProcess {
	t.Helper()
	for name, w := range c.Workers {
		if c.Addresses[name] == address {
			return w
		}
	}
	t.Fatalf("no worker has the address %s", address)
	return nil
}

// colluded: all three seats tell the same lie, agree, and are paid for it. A provider that had no seat runs the task
// again and challenges each of them: the task is overturned, the payer has back what it paid, each liar has lost its
// lien, half of it to the challenger.
func (c *court) colluded(t *testing.T) {
	asker := c.Addresses["asker"]
	for range drawTries {
		had, purses := c.Chain.Balance(t, asker), c.Purses(t)
		q, task := c.ask(t, "lied")
		a := q.Wait(t)
		if slices.Contains(a.Providers, c.Addresses["auditor"]) {
			continue // it was drawn itself, and the three could not agree
		}
		if a.Status != "SETTLED" || a.Reason != "agreed" || a.Answer == localnet.Truth {
			t.Fatalf("expected three liars to agree on a lie, got %s%s", a.Said, a.Told)
		}
		var now *computetypes.QueryTaskResponse
		localnet.Until(t, localnet.CaseTimeout, fmt.Sprintf("task %d to be overturned", task), func() (bool, string) {
			now = c.Chain.Task(t, task)
			return now.Task.Status == computetypes.TASK_STATUS_OVERTURNED, fmt.Sprintf("%s; %s", now.Progress.Status, now.Next)
		})
		if spent := had - c.Chain.Balance(t, asker); spent != a.Fee || now.Money.Restored != a.Paid {
			t.Errorf("expected the payer to have back the %d uaic that it paid, got %d and spent %d", a.Paid, now.Money.Restored, spent)
		}
		lien := c.Outcomes(t, task, "liar", computetypes.REASON_SEAT_WRONG, computetypes.REASON_SEAT_WRONG)
		for _, name := range []string{"liar", "liar1", "liar2"} {
			c.Lost(t, task, name, purses[name].Bonded, lien)
		}
		c.Lost(t, task, "auditor", purses["auditor"].Bonded, 0)
		// The auditor paid the fees of three challenges, so it has a little less than three halves of a lien more.
		if got := c.Chain.Balance(t, c.Addresses["auditor"]) - purses["auditor"].Balance; got > 3*lien/2 || got < 3*lien/2-mostFees {
			t.Errorf("expected the auditor to have won %d uaic less its fees, got %d", 3*lien/2, int64(got))
		}
		return
	}
	t.Fatalf("the auditor was drawn in %d tasks", drawTries)
}

// mostFees bounds what three challenges cost in fees, uaic.
const mostFees = 5_000

// lies starts the liar with other faults and asks.
func (c *court) lies(t *testing.T, faults []string, ends []attesttypes.DisputeEnd) {
	liar := c.Workers["liar"]
	liar.Kill()
	liar.Use(c.Bins, faults...)
	liar.Start(t)
	liar.WaitReady(t)
	had, _ := c.Chain.Bond(t, c.Addresses["liar"])
	q, task := c.ask(t, "nano")
	c.settledRight(t, q, task, had, ends)
}

// settledRight requires the right answer by the referee, one of these ends of a dispute against the liar, and the
// liar's lien gone.
func (c *court) settledRight(t *testing.T, q *localnet.Question, task, had uint64, ends []attesttypes.DisputeEnd) {
	t.Helper()
	a := q.Right(t)
	if a.Reason != "refereed" || len(a.Providers) != 2 {
		t.Errorf("expected the referee to leave the result of two seats, got %q by %v", a.Reason, a.Providers)
	}
	lien := c.Outcomes(t, task, "liar", computetypes.REASON_SEAT_WRONG, computetypes.REASON_SEAT_RIGHT)
	c.Lost(t, task, "liar", had, lien)
	all, how := c.Chain.Disputes(t, task), map[attesttypes.DisputeEnd]int{}
	for _, d := range all {
		if d.Solver == c.Addresses["liar"] {
			how[d.End]++
		} else if d.Winner == attesttypes.DISPUTE_SIDE_CHALLENGER {
			t.Errorf("dispute %d: an honest worker lost: %s", d.Id, d.End)
		}
		if d.IsOpen() {
			t.Errorf("dispute %d is still open: %s", d.Id, d.Phase)
		}
	}
	if isOne := slices.ContainsFunc(ends, func(e attesttypes.DisputeEnd) bool { return how[e] > 0 }); isOne != (len(ends) > 0) {
		t.Errorf("expected a dispute against the liar to end with one of %v, got %v", ends, how)
	}
	t.Logf("%d blocks from post to settlement; %d disputes", a.Heights.Settled-a.Heights.Posted, len(all))
}

// accounts compares what every worker owns with what the rounds of all tasks must have brought it.
func (c *court) accounts(t *testing.T, before map[string]localnet.Purse) {
	t.Helper()
	want, _ := c.AllDues(t)
	for name, now := range c.Purses(t) {
		due := want[c.Addresses[name]]
		if got := now.Balance - before[name].Balance; got != due.Earned && name != "auditor" { // which paid fees
			t.Errorf("%s: expected to have earned %d uaic, got %d", name, due.Earned, int64(got))
		}
		if got := before[name].Bonded - now.Bonded; got != due.Slashed || strings.HasPrefix(name, "liar") != (due.Slashed > 0) {
			t.Errorf("%s: expected to have lost %d uaic of its bond, got %d", name, due.Slashed, int64(got))
		}
		t.Logf("%-7s earned %9d uaic, lost %10d of its bond", name, due.Earned, due.Slashed)
	}
}
