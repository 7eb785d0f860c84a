package watch

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"sync"
	"time"

	"cosmossdk.io/collections"
	"github.com/prometheus/client_golang/prometheus"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/internal/census"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	beaconkeeper "github.com/aichain/aichain/x/beacon/keeper"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardkeeper "github.com/aichain/aichain/x/reward/keeper"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

const (
	// readEvery is how often the state is read at most, however often the metrics are asked for.
	readEvery = 10 * time.Second
	// countLimit bounds how many keys of one kind are counted; a gauge that shows it means that or more. A key takes 0.8 µs
	// (BenchmarkRead, in memory), so a read of everything at its limit takes less than a tenth of a second, outside of blocks.
	countLimit = 5_000
	// disputeLimit bounds how many disputes are looked into for their phase.
	disputeLimit = 1_000
)

// limited says in the help of a gauge that it is bounded.
var limited = fmt.Sprintf(" At most %d are counted.", countLimit)

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(Namespace, "", name), help, labels, nil)
}

// Gauges of the committed state. Those called …_total are kept by the chain and do not begin again with the process.
var (
	descHeight   = describe("state_height", "Block whose state the gauges show.")
	descSeconds  = describe("state_read_seconds", "Time that the last reading of the state took.")
	descFailures = describe("state_read_failures_total", "Readings of the state that failed; their gauges are missing.")
	descTasks    = describe("tasks", "Tasks by where they are: waiting for first seats, reseating, in a round, disputed (a split before the referee), challenged (settled, and challenged since)."+limited, "state")
	descCases    = describe("cases", "Tasks before the referee, by origin."+limited, "origin")
	descDisputes = describe("disputes", "Disputes that have not ended, by origin and phase. At most 1000 are counted.", "origin", "phase")
	descParked   = describe("parked_items", "Items that were put aside and wait for a retry."+limited, "module", "item")
	descBudget   = describe("step_budget_items", "Items that a block step may handle in a block.", "module", "step")
	descDue      = describe("step_due_items", "Items that were due and left over by the last block: above 0, the budget is used up."+limited, "module", "step")
	descPockets  = describe("pocket_uaic", "What x/reward holds, by pocket, uaic; liened is a part of bonds, pending_burn and pending_validators of pending.", "pocket")
	descLedger   = describe("ledger_uaic_total", "What came into x/reward and left it, ever, uaic.", "flow")
	descSkips    = describe("beacon_skips_total", "Blocks, ever, whose proposer contributed nothing to the beacon.")
	descBonded   = describe("providers", "Registered providers."+limited)
	descs        = []*prometheus.Desc{descHeight, descSeconds, descFailures, descTasks, descCases, descDisputes, descParked, descBudget, descDue, descPockets, descLedger, descSkips, descBonded}
)

// state reads gauges from the last committed state when it is asked for metrics.
type state struct {
	app *app.App
	now func() time.Time

	mu       sync.Mutex
	readAt   time.Time
	last     []prometheus.Metric
	failures uint64
}

func newState(a *app.App) *state { return &state{app: a, now: time.Now} }

// Describe implements prometheus.Collector.
func (s *state) Describe(out chan<- *prometheus.Desc) {
	for _, d := range descs {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (s *state) Collect(out chan<- prometheus.Metric) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); s.readAt.IsZero() || now.Sub(s.readAt) >= readEvery {
		s.readAt = now
		r := reading{app: s.app}
		if err := r.read(); err != nil {
			s.failures++
			r.metrics = nil
		} else {
			r.add(descSeconds, s.now().Sub(now).Seconds())
		}
		s.last = r.metrics
	}
	for _, m := range s.last {
		out <- m
	}
	out <- prometheus.MustNewConstMetric(descFailures, prometheus.CounterValue, float64(s.failures))
}

// reading is one look at the state.
type reading struct {
	app     *app.App
	ctx     sdk.Context
	height  uint64
	metrics []prometheus.Metric
}

func (r *reading) add(d *prometheus.Desc, value float64, labels ...string) {
	kind := prometheus.GaugeValue
	if d == descLedger || d == descSkips {
		kind = prometheus.CounterValue
	}
	r.metrics = append(r.metrics, prometheus.MustNewConstMetric(d, kind, value, labels...))
}

// read reads everything. It catches panics: reading a store panics when its version has been pruned meanwhile.
func (r *reading) read() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("read the state: %v", p)
		}
	}()
	if r.ctx, err = r.app.CreateQueryContextWithCheckHeader(0, false, false); err != nil {
		return err
	}
	r.height = uint64(r.ctx.BlockHeight())
	r.add(descHeight, float64(r.height))
	r.tasks()
	r.parked()
	for _, part := range []func() error{r.referee, r.steps, r.money, r.beacon} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// store of a module, without gas.
func (r *reading) store(module string) storetypes.KVStore {
	return r.ctx.MultiStore().GetKVStore(r.app.StoreKey(module))
}

// keys counts the keys of a collection.
func (r *reading) keys(module string, prefix collections.Prefix) float64 {
	return float64(census.Upto(r.store(module), prefix.Bytes(), nil, nil, countLimit))
}

// count of what waits in a queue before a height, as its keys begin; everything for nil.
func (r *reading) count(module string, q queue, before []byte) uint64 {
	if q.isIDs {
		return census.UptoIDs(r.store(module), q.start(), nil, before, countLimit)
	}
	return census.Upto(r.store(module), q.start(), nil, before, countLimit)
}

// tasks that are not closed, those before the referee excepted.
func (r *reading) tasks() {
	for _, t := range []struct {
		state string
		queue queue
	}{{"waiting", agenda(computetypes.GroupWaiting)}, {"reseating", agenda(computetypes.GroupReseated)}} {
		r.add(descTasks, float64(r.count(computetypes.StoreKey, t.queue, nil)), t.state)
	}
	r.add(descTasks, float64(r.count(attesttypes.StoreKey, deadlines, nil)), "in_round")
	r.add(descBonded, r.keys(rewardtypes.StoreKey, rewardtypes.BondsPrefix))
}

func (r *reading) parked() {
	r.add(descParked, r.keys(computetypes.StoreKey, computetypes.ParkedPrefix), computetypes.ModuleName, itemTask)
	r.add(descParked, r.keys(attesttypes.StoreKey, attesttypes.ParkedKey), attesttypes.ModuleName, itemTask)
	r.add(descParked, r.keys(attesttypes.StoreKey, attesttypes.ParkedDisputesKey), attesttypes.ModuleName, itemDispute)
	r.add(descParked, r.keys(rewardtypes.StoreKey, rewardtypes.ParkedPrefix), rewardtypes.ModuleName, itemPayout)
}

// referee counts cases and open disputes.
func (r *reading) referee() error {
	cases := map[attesttypes.DisputeOrigin]int{attesttypes.DISPUTE_ORIGIN_SPLIT: 0, attesttypes.DISPUTE_ORIGIN_CHALLENGE: 0}
	err := r.walk(attesttypes.CasesKey, countLimit, func(_, value []byte) error {
		var c attesttypes.Case
		if err := c.Unmarshal(value); err != nil {
			return err
		}
		cases[c.Origin]++
		return nil
	})
	if err != nil {
		return err
	}
	for origin, n := range cases {
		r.add(descCases, float64(n), labelOf(origin.String(), originPrefix))
	}
	r.add(descTasks, float64(cases[attesttypes.DISPUTE_ORIGIN_SPLIT]), "disputed")
	r.add(descTasks, float64(cases[attesttypes.DISPUTE_ORIGIN_CHALLENGE]), "challenged")
	return r.disputes()
}

// disputes looks into those in the queue, which is where the unresolved ones are.
func (r *reading) disputes() error {
	type kind struct {
		origin attesttypes.DisputeOrigin
		phase  attesttypes.DisputePhase
	}
	open := map[kind]int{}
	store := r.store(attesttypes.StoreKey)
	err := r.walk(attesttypes.QueueKey, disputeLimit, func(key, _ []byte) error {
		id := key[len(key)-8:] // the last part of the key
		var d attesttypes.Dispute
		if err := d.Unmarshal(store.Get(append(attesttypes.DisputesKey.Bytes(), id...))); err != nil {
			return fmt.Errorf("dispute %d: %w", binary.BigEndian.Uint64(id), err)
		}
		open[kind{d.Origin, d.Phase}]++
		return nil
	})
	for o := attesttypes.DISPUTE_ORIGIN_SPLIT; o <= attesttypes.DISPUTE_ORIGIN_CHALLENGE; o++ {
		for p := attesttypes.DISPUTE_PHASE_QUEUED; p < attesttypes.DISPUTE_PHASE_RESOLVED; p++ {
			r.add(descDisputes, float64(open[kind{o, p}]), labelOf(o.String(), originPrefix), labelOf(p.String(), phasePrefix))
		}
	}
	return err
}

// walk hands up to limit entries of a collection of x/attest to see.
func (r *reading) walk(prefix collections.Prefix, limit int, see func(key, value []byte) error) error {
	it := storetypes.KVStorePrefixIterator(r.store(attesttypes.StoreKey), prefix.Bytes())
	defer it.Close() // a read iterator has nothing to lose
	for ; it.Valid() && limit > 0; it.Next() {
		limit--
		if err := see(it.Key(), it.Value()); err != nil {
			return err
		}
	}
	return nil
}

// steps reads the budgets and what is left over.
func (r *reading) steps() error {
	var p params
	var err error
	if p.compute, err = r.app.Compute.Params(r.ctx); err != nil {
		return err
	}
	if p.attest, err = r.app.Attest.Params(r.ctx); err != nil {
		return err
	}
	reward, err := rewardkeeper.NewQueryServer(r.app.Reward).Params(r.ctx, &rewardtypes.QueryParamsRequest{})
	if err != nil {
		return err
	}
	p.reward = reward.Params
	for _, b := range budgets {
		r.add(descBudget, float64(b.of(p)), b.module, b.step)
		if b.queues == nil {
			continue
		}
		var due uint64
		for _, q := range b.queues {
			due += r.count(b.module, q, q.until(r.height))
		}
		r.add(descDue, float64(due), b.module, b.step)
	}
	return nil
}

func (r *reading) money() error {
	l, err := r.app.Reward.Ledger(r.ctx)
	if err != nil {
		return err
	}
	p, t := l.Pockets, l.Totals
	for _, x := range []struct {
		pocket string
		amount uint64
	}{
		{"escrow", p.Escrow},
		{"bonds", p.Bonds},
		{"liened", p.Liened},
		{"unbonding", p.Unbonding},
		{"pending", p.Pending},
		{"pending_burn", p.PendingBurn},
		{"pending_validators", p.PendingValidators},
	} {
		r.add(descPockets, float64(x.amount), x.pocket)
	}
	for _, x := range []struct {
		flow   string
		amount interface{ String() string }
	}{
		{"deposited", t.Deposited},
		{"paid", t.Paid},
		{"refunded", t.Refunded},
		{"slash_rewards", t.SlashRewards},
		{"burned", t.Burned},
		{"validators", t.Validators},
		{"unbonded", t.Unbonded},
		{"slashed", t.Slashed},
	} {
		amount, err := strconv.ParseFloat(x.amount.String(), 64)
		if err != nil {
			return err
		}
		r.add(descLedger, amount, x.flow)
	}
	return nil
}

func (r *reading) beacon() error {
	out, err := beaconkeeper.NewQueryServer(r.app.Beacon).Output(r.ctx, &beacontypes.QueryOutputRequest{})
	if err != nil {
		return err
	}
	r.add(descSkips, float64(out.Skips))
	return nil
}
