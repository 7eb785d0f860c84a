package attack

import (
	"github.com/aichain/aichain/rules/audit"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
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
