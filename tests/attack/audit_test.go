package attack

import (
	"math"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/rules/audit"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// foreseenAudit: seats that would lie only where no audit comes try to foresee the lot from all that anybody knows when
// they commit, the beacon of the block of their commits included. The lot is drawn with the beacon of the block after.
func foreseenAudit(r *report) {
	const tasks, bps = 400, 5_000
	setup := kit.DefaultSetup(4)
	setup.Bond, setup.AuditBps, setup.Chain.MaxGas = 10_000_000_000, bps, -1
	setup.Attest = func(p *attesttypes.Params) { p.AuditBudget = tasks }
	t := newTable(r, setup)
	t.ask(80_000, tasks)
	ids := upTo(tasks)
	t.commitAll(ids, func(uint64, int) kit.Answer { return truth })
	height := t.Height()
	drawn := map[uint64]bool{}
	for _, e := range t.Wait(1)[0].Events {
		if e, ok := e.(*attesttypes.EventAuditSeated); ok {
			drawn[e.TaskId] = true
		}
	}
	r.share("tasks audited, of 400 at 50 %", 0.5, len(drawn), tasks)
	agree := func(at uint64) (n int) {
		beacon, err := t.Chain.App.Beacon.At(t.Ctx(), at)
		must(err)
		for _, id := range ids {
			if audit.IsDrawn(t.ChainID(), beacon, id, 0, bps) == drawn[id] {
				n++
			}
		}
		return n
	}
	r.share("lots foreseen with the beacon of the block of the commits: a coin's", 0.5, agree(height), tasks)
	r.exact("control: with the beacon of the next block all are known", tasks, agree(height+1))

	// The proposer of that next block knows its beacon and can keep silent: one bit. With a friend among the seats an
	// audit then needs two lots, p² instead of p, in the share of blocks that such a proposer makes.
	const lots, p = 400_000, 0.05
	both := 0
	for i := range uint64(lots) {
		speaks, silent := random32("speaks", i), random32("is silent", i)
		if audit.IsDrawn(chainID, speaks[:], i, 0, auditBps) && audit.IsDrawn(chainID, silent[:], i, 0, auditBps) {
			both++
		}
	}
	r.share("audits left when the proposer of the lot is a friend of all three seats", p*p, both, lots)
	const c = 1.0 / 3
	r.least("audits when a third of the proposers are friends, of 5 %", 0.033, (1-c)*p+c*p*p, "")
}

// stuffedAudits: a requester with seats of its own completes as many rounds in one block as its gas allows, so that the
// audits drawn for them fill the line in front of others'. The line is longer than what a block can lead to.
func stuffedAudits(r *report) {
	t0 := kit.New(r.T, kit.DefaultSetup(3))
	gasOf := func(commits int) uint64 {
		return t0.Chain.App.Attest.FreeSeatGas(&attesttypes.MsgCommitResult{Commits: make([]attesttypes.Commit, commits)})
	}
	rounds := float64(app.MaxBlockGas / (gasOf(2) - gasOf(1)))
	drawn := rounds * auditBps / 10_000
	most := int(drawn + 4*math.Sqrt(drawn))
	r.least("budget, audits a block; needed for all rounds that its gas lets complete, with 4σ", float64(most), attesttypes.DefaultAuditBudget, "")
	for _, c := range []struct {
		who           string
		tasks, budget int
	}{{"", 1_000, attesttypes.DefaultAuditBudget}, {"control, a budget of 100: ", 400, 100}} {
		setup := kit.DefaultSetup(5)
		setup.Bond, setup.AuditBps, setup.Slots, setup.Chain.MaxGas = 100_000_000_000, 10_000, 10_000, -1
		setup.Attest = func(p *attesttypes.Params) { p.AuditBudget = uint32(c.budget) }
		setup.Compute = func(p *computetypes.Params) { p.MatchBudget = mostDraws }
		t := newTable(r, setup)
		t.ask(80_000, c.tasks)
		t.commitAll(upTo(uint64(c.tasks)), func(uint64, int) kit.Answer { return truth })
		start := cpuTime()
		b := t.Do()
		spent := cpuTime() - start
		seated, skipped := 0, 0
		for _, e := range b.Events {
			switch e.(type) {
			case *attesttypes.EventAuditSeated:
				seated++
			case *attesttypes.EventAuditSkipped:
				skipped++
			}
		}
		r.exact(c.who+"drawn audits that are left out", max(0, c.tasks-c.budget), skipped)
		r.exact(c.who+"seated", min(c.tasks, c.budget), seated)
		if c.who == "" {
			r.most("CPU of the block that seats them, ms", 5_000, float64(spent.Milliseconds()), "")
		}
	}
}
