package watch

import (
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// counters of what happened since the process began.
type counters struct {
	blocks    prometheus.Counter
	height    prometheus.Gauge
	blockTime prometheus.Gauge
	failures  prometheus.Counter
	txs       *prometheus.CounterVec
	seen      *prometheus.CounterVec

	posted     prometheus.Counter
	rounds     *prometheus.CounterVec
	seats      *prometheus.CounterVec
	commits    prometheus.Counter
	reveals    prometheus.Counter
	verdicts   *prometheus.CounterVec
	outcomes   *prometheus.CounterVec
	closed     *prometheus.CounterVec
	overturned prometheus.Counter
	pruned     prometheus.Counter

	audits   *prometheus.CounterVec
	cases    *prometheus.CounterVec
	disputes *prometheus.CounterVec
	moves    *prometheus.CounterVec
	ends     *prometheus.CounterVec
	computed prometheus.Counter

	settled  *prometheus.CounterVec
	slashes  *prometheus.CounterVec
	slashed  *prometheus.CounterVec
	restored prometheus.Counter
	bonds    *prometheus.CounterVec
	emission *prometheus.CounterVec

	parked *prometheus.CounterVec

	// lower remembers the label values made of the names of enums, byType the counters of types of events, settledTo those
	// of settled in the order of its list: finding a counter by its labels is most of what counting an event costs.
	lower     map[string]string
	byType    map[string]prometheus.Counter
	settledTo []prometheus.Counter
}

func count(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Namespace: Namespace, Name: name, Help: help})
}

func countBy(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: Namespace, Name: name, Help: help}, labels)
}

func gauge(name, help string) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{Namespace: Namespace, Name: name, Help: help})
}

func newCounters() *counters {
	c := &counters{
		blocks:    count("blocks_total", "Blocks run by this process."),
		height:    gauge("height", "Last block that this node has run."),
		blockTime: gauge("last_block_timestamp_seconds", "Time in the header of that block."),
		failures:  count("watch_failures_total", "Blocks that could not be counted whole: a fault of the metrics, not of the block."),
		txs:       countBy("transactions_total", "Transactions in blocks by their result; code 0 is success.", "codespace", "code"),
		seen:      countBy("events_total", "Typed events of our modules.", "module", "event"),

		posted:     count("tasks_posted_total", "Tasks posted."),
		rounds:     countBy("rounds_total", "Rounds that got their seats, by role; audit: rounds that got a blind seat.", "role"),
		seats:      countBy("seats_drawn_total", "Seats drawn, by role.", "role"),
		commits:    count("seats_committed_total", "Seats that committed."),
		reveals:    count("seats_revealed_total", "Seats that revealed."),
		verdicts:   countBy("verdicts_total", "Rounds closed, by verdict.", "verdict"),
		outcomes:   countBy("seat_faults_total", "Seats that lost some of their lien, by outcome.", "outcome"),
		closed:     countBy("tasks_closed_total", "Tasks settled or refunded, by reason.", "status", "reason"),
		overturned: count("tasks_overturned_total", "Settled tasks whose result was proved wrong."),
		pruned:     count("tasks_pruned_total", "Closed tasks that left the state."),

		audits:   countBy("audits_total", "Audits drawn, by whether a blind seat was found.", "outcome"),
		cases:    countBy("cases_total", "Tasks that the referee took up or was done with, by origin.", "change", "origin"),
		disputes: countBy("disputes_opened_total", "Disputes opened, by origin.", "origin"),
		moves:    countBy("dispute_moves_total", "Moves in disputes, by kind.", "kind"),
		ends:     countBy("disputes_ended_total", "Disputes ended, by how.", "end"),
		computed: count("steps_computed_total", "Steps of models that the chain computed to end a dispute."),

		settled:  countBy("settled_uaic_total", "Where escrows went when their tasks closed, uaic.", "to"),
		slashes:  countBy("slashes_total", "Slashes, by reason.", "reason"),
		slashed:  countBy("slashed_uaic_total", "Bond slashed, by reason, uaic.", "reason"),
		restored: count("restored_uaic_total", "Given back to payers of overturned tasks, uaic."),
		bonds:    countBy("bond_moved_uaic_total", "Bond that came in, began to leave and left, uaic.", "change"),
		emission: countBy("emission_uaic_total", "Emission that seats accrued, that was minted for claims, and that was lost in challenges, uaic.", "change"),

		parked: countBy("parked_total", "Items put aside because they failed.", "module", "item"),
		lower:  map[string]string{}, byType: map[string]prometheus.Counter{},
	}
	c.begin()
	return c
}

// all lists the metrics.
func (c *counters) all() []prometheus.Collector {
	return []prometheus.Collector{
		c.blocks, c.height, c.blockTime, c.failures, c.txs, c.seen,
		c.posted, c.rounds, c.seats, c.commits, c.reveals, c.verdicts, c.outcomes, c.closed, c.overturned, c.pruned,
		c.audits, c.cases, c.disputes, c.moves, c.ends, c.computed,
		c.settled, c.slashes, c.slashed, c.restored, c.bonds, c.emission, c.parked,
	}
}

// begin shows at zero what alarms look at, so that the first time is seen as a change.
func (c *counters) begin() {
	for _, to := range settledTo {
		c.settledTo = append(c.settledTo, c.settled.WithLabelValues(to.label))
	}
	for _, o := range []computetypes.Reason{
		computetypes.REASON_SEAT_WRONG, computetypes.REASON_SEAT_NO_COMMIT, computetypes.REASON_SEAT_NO_REVEAL, computetypes.REASON_SEAT_NO_DEFENCE,
	} {
		c.outcomes.WithLabelValues(c.label(o.String(), seatPrefix))
		c.slashes.WithLabelValues(c.label(o.String(), reasonPrefix))
		c.slashed.WithLabelValues(c.label(o.String(), reasonPrefix))
	}
	for _, r := range []computetypes.Reason{
		computetypes.REASON_TASK_CANCELLED, computetypes.REASON_TASK_UNMATCHED, computetypes.REASON_TASK_STALLED_TWICE,
		computetypes.REASON_TASK_UNDECIDED, computetypes.REASON_TASK_NO_FRESH_SEATS, computetypes.REASON_TASK_NONE_STOOD,
	} {
		c.closed.WithLabelValues(c.label(computetypes.TASK_STATUS_REFUNDED.String(), statusPrefix), c.label(r.String(), taskPrefix))
	}
	for v := attesttypes.VERDICT_AGREED; v <= attesttypes.VERDICT_STALLED; v++ {
		c.verdicts.WithLabelValues(c.label(v.String(), verdictPrefix))
	}
	for e := attesttypes.DISPUTE_END_REFUTED; e <= attesttypes.DISPUTE_END_DROPPED; e++ {
		c.ends.WithLabelValues(c.label(e.String(), endPrefix))
	}
	for o := attesttypes.DISPUTE_ORIGIN_SPLIT; o <= attesttypes.DISPUTE_ORIGIN_CHALLENGE; o++ {
		c.disputes.WithLabelValues(c.label(o.String(), originPrefix))
	}
	for _, p := range []struct{ module, item string }{
		{computetypes.ModuleName, itemTask}, {attesttypes.ModuleName, itemTask}, {attesttypes.ModuleName, itemDispute}, {rewardModule, itemPayout},
	} {
		c.parked.WithLabelValues(p.module, p.item)
	}
	c.audits.WithLabelValues(auditSeated)
	c.audits.WithLabelValues(auditSkipped)
}

// transaction counts one result.
func (c *counters) transaction(codespace string, code uint32) {
	c.txs.WithLabelValues(codespace, strconv.FormatUint(uint64(code), 10)).Inc()
}

// label makes a label's value of an enum's name: REASON_SEAT_WRONG without REASON_ is seat_wrong.
func (c *counters) label(name, prefix string) string {
	key := prefix + name
	if l, ok := c.lower[key]; ok {
		return l
	}
	l := labelOf(name, prefix)
	c.lower[key] = l
	return l
}

// labelOf is label without its memory.
func labelOf(name, prefix string) string { return strings.ToLower(strings.TrimPrefix(name, prefix)) }
