package worker

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/aichain/aichain/rules/dispute"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// newDisputes makes and registers the metrics of disputes and inspections.
func (m *metrics) newDisputes() {
	m.disputes = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "aiworker_disputes_total",
		Help: "Disputes that are over, by our role and outcome; a lost one cost a lien or a stake.",
	}, []string{"role", "outcome"})
	m.disputesOpen = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "aiworker_disputes_open",
		Help: "Disputes under way or queued, by our role.",
	}, []string{"role"})
	m.urgent = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "aiworker_disputes_urgent",
		Help: "Disputes in which a move is due from us and fewer than 5 blocks are left for it.",
	})
	m.moves = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "aiworker_dispute_moves_total",
		Help: "Moves in blocks, by kind.",
	}, []string{"kind"})
	m.moveFailures = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "aiworker_dispute_move_failures_total",
		Help: "Moves that were not accepted, before they were tried again.",
	})
	m.witnesses = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "aiworker_witness_seconds",
		Help: "Time to repeat a disputed run with hashing.", Buckets: prometheus.ExponentialBuckets(0.005, 2, 18),
	})
	m.inMemory = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "aiworker_witnesses",
		Help: "Witnesses in memory, at most 4 with the one being computed; 64 bytes for each tensor of its run.",
	})
	m.inspections = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "aiworker_inspections_total",
		Help: "Other providers' settled results that were run again, by what came of it.",
	}, []string{"outcome"})
	m.registry.MustRegister(m.disputes, m.disputesOpen, m.urgent, m.moves, m.moveFailures, m.witnesses, m.inMemory, m.inspections)
	for _, role := range []string{roleText(dispute.Solver), roleText(dispute.Challenger)} {
		m.disputesOpen.WithLabelValues(role)
		for _, outcome := range []string{disputeWon, disputeLost, disputeDropped} {
			m.disputes.WithLabelValues(role, outcome)
		}
	}
	for kind := attesttypes.DISPUTE_MOVE_KIND_TRACE; kind <= attesttypes.DISPUTE_MOVE_KIND_STEP; kind++ {
		m.moves.WithLabelValues(kindText(kind))
	}
	for _, outcome := range []string{inspectedEqual, inspectedChallenged} {
		m.inspections.WithLabelValues(outcome)
	}
}

// observeDisputes counts what the loop knows.
func (m *metrics) observeDisputes(w *Worker) {
	open, urgent := map[string]int{}, 0
	for _, g := range w.court.games {
		open[g.rec.Role]++
		if p := turnOf(g.chain, w.id.text, w.height); g.doubt == "" && w.isOn(g, p) && p.left < fewBlocks {
			urgent++
		}
	}
	for _, role := range []string{roleText(dispute.Solver), roleText(dispute.Challenger)} {
		m.disputesOpen.WithLabelValues(role).Set(float64(open[role]))
	}
	m.urgent.Set(float64(urgent))
	m.inMemory.Set(float64(len(w.court.kept)))
	w.health.disputes(len(w.court.games), w.duties())
}
