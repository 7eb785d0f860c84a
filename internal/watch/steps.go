package watch

import (
	"encoding/binary"
	"sync"

	"cosmossdk.io/collections"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/aichain/aichain/internal/blockwork"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// steps counts what the block steps did. It keeps what it hears until the block is final.
type steps struct {
	items  *prometheus.HistogramVec
	failed *prometheus.CounterVec

	mu    sync.Mutex
	block []blockwork.Ran
}

func newSteps() *steps {
	s := &steps{
		items: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: Namespace, Name: "step_items",
			Help:    "Items that a block step handled in a block; see step_budget_items for how many it may.",
			Buckets: []float64{0, 1, 5, 20, 50, 100, 200, 500, 1_000, 2_000}, // the default budgets lie between 100 and 1 000
		}, []string{"module", "step"}),
		failed: countBy("step_failures_total", "Items of a block step that failed and were put aside or tried again later.", "module", "step"),
	}
	for _, b := range budgets {
		s.items.WithLabelValues(b.module, b.step)
		s.failed.WithLabelValues(b.module, b.step)
	}
	return s
}

// ran hears of a step while the block runs.
func (s *steps) ran(r blockwork.Ran) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.block {
		if s.block[i].Module == r.Module && s.block[i].Step == r.Step {
			s.block[i].Items += r.Items
			s.block[i].Failed += r.Failed
			return
		}
	}
	s.block = append(s.block, r)
}

// flush counts the steps of the block that is final.
func (s *steps) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.block {
		s.items.WithLabelValues(r.Module, r.Step).Observe(float64(r.Items))
		s.failed.WithLabelValues(r.Module, r.Step).Add(float64(r.Failed))
	}
	s.block = s.block[:0]
}

// budget is a block step with its bound, and where what is due for it waits.
type budget struct {
	module, step string
	of           func(params) uint32
	queues       []queue
}

// queue is a range of keys that begin, behind the prefix and group, with the height at which they are due. With isFlat they
// do not, and all of them are due. With isIDs they are words of an idset.Set.
type queue struct {
	prefix collections.Prefix
	group  []byte
	isFlat bool
	isIDs  bool
}

// until is where the keys that are not yet due at a height begin.
func (q queue) until(height uint64) []byte {
	if q.isFlat {
		return nil
	}
	return binary.BigEndian.AppendUint64(nil, height+1)
}

// start is the prefix with the group.
func (q queue) start() []byte { return append(q.prefix.Bytes(), q.group...) }

// params that hold budgets.
type params struct {
	compute computetypes.Params
	attest  attesttypes.Params
	reward  rewardtypes.Params
}

// budgets lists the block steps, each by the file it is in. A step without a queue leaves nothing over.
var budgets = []budget{
	{computetypes.ModuleName, "match", func(p params) uint32 { return p.compute.MatchBudget }, []queue{agenda(computetypes.GroupWaiting), agenda(computetypes.GroupReseated)}},
	{computetypes.ModuleName, "prune", func(p params) uint32 { return p.compute.PruneBudget }, []queue{agenda(computetypes.GroupClosed)}},
	{attesttypes.ModuleName, "audit", func(p params) uint32 { return p.attest.AuditBudget }, nil},
	{attesttypes.ModuleName, "verdict", func(p params) uint32 { return p.attest.VerdictBudget }, []queue{deadlines}},
	{attesttypes.ModuleName, "dispute", func(p params) uint32 { return p.attest.DisputeBudget }, []queue{{prefix: attesttypes.DisputeDeadlinesKey}}},
	{attesttypes.ModuleName, "case", func(p params) uint32 { return p.attest.DisputeBudget }, []queue{{prefix: attesttypes.CaseEndsKey}}},
	{rewardtypes.ModuleName, "release_liens", func(p params) uint32 { return p.reward.ReleaseBudget }, []queue{{prefix: rewardtypes.LienReleasesPrefix}}},
	{rewardtypes.ModuleName, "unbond", func(p params) uint32 { return p.reward.ReleaseBudget }, []queue{{prefix: rewardtypes.UnbondingsPrefix}}},
	{rewardtypes.ModuleName, "pay", func(p params) uint32 { return p.reward.PayoutBudget }, []queue{{prefix: rewardtypes.PayoutsPrefix, isFlat: true}}},
}

// agenda of x/compute, one group of it.
func agenda(group uint16) queue {
	return queue{prefix: computetypes.AgendaPrefix, group: binary.BigEndian.AppendUint16(nil, group), isIDs: true}
}

// deadlines of x/attest, which has one group.
var deadlines = queue{prefix: attesttypes.DeadlinesKey, group: []byte{0, 0}, isIDs: true}
