package worker

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// metrics of one worker, in a registry of its own.
type metrics struct {
	registry   *prometheus.Registry
	seats      *prometheus.GaugeVec
	outcomes   *prometheus.CounterVec
	executions prometheus.Histogram
	commits    prometheus.Counter
	reveals    prometheus.Counter
	failures   prometheus.Counter
	queued     prometheus.Gauge
	journal    prometheus.Gauge
	height     prometheus.Gauge

	disputes     *prometheus.CounterVec
	disputesOpen *prometheus.GaugeVec
	urgent       prometheus.Gauge
	moves        *prometheus.CounterVec
	moveFailures prometheus.Counter
	witnesses    prometheus.Histogram
	inMemory     prometheus.Gauge
	inspections  *prometheus.CounterVec
}

func newMetrics(w *Worker) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		seats: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "aiworker_seats",
			Help: "Open seats by state.",
		}, []string{"state"}),
		outcomes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "aiworker_seat_outcomes_total",
			Help: "Closed seats by outcome; no_commit, no_reveal and wrong cost bond.",
		}, []string{"outcome"}),
		executions: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "aiworker_execution_seconds",
			Help: "Time of the batch that each execution was part of.", Buckets: prometheus.ExponentialBuckets(0.005, 2, 14),
		}),
		commits:  prometheus.NewCounter(prometheus.CounterOpts{Name: "aiworker_commits_total", Help: "Commitments in blocks."}),
		reveals:  prometheus.NewCounter(prometheus.CounterOpts{Name: "aiworker_reveals_total", Help: "Reveals in blocks."}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{Name: "aiworker_message_failures_total", Help: "Commits and reveals that were not accepted, before they were tried again."}),
		queued:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "aiworker_executing", Help: "Jobs queued or running."}),
		journal:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "aiworker_journal_bytes", Help: "Size of the journal file."}),
		height:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "aiworker_chain_height", Help: "Last block heard of."}),
	}
	m.newDisputes()
	m.registry.MustRegister(m.seats, m.outcomes, m.executions, m.commits, m.reveals, m.failures, m.queued, m.journal, m.height,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "aiworker_last_block_age_seconds",
			Help: "Seconds since the last block was heard of; the lag behind the chain.",
		}, func() float64 { return w.health.blockAge().Seconds() }),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for s := StateSeen; s < StateClosed; s++ {
		m.seats.WithLabelValues(s.String())
	}
	for _, o := range []string{outcomeRight, "wrong", outcomeMissed, outcomeUnrevealed, "freed"} {
		m.outcomes.WithLabelValues(o)
	}
	return m
}

// observe counts what the loop knows.
func (m *metrics) observe(w *Worker) {
	var counts [StateClosed]int
	for _, s := range w.seats {
		counts[s.rec.State]++
	}
	byState := map[string]int{}
	for s := StateSeen; s < StateClosed; s++ {
		m.seats.WithLabelValues(s.String()).Set(float64(counts[s]))
		byState[s.String()] = counts[s]
	}
	m.observeDisputes(w)
	m.queued.Set(float64(w.executing))
	m.journal.Set(float64(w.Journal.Bytes()))
	m.height.Set(float64(w.height))
	w.health.seats(byState)
}

// staleAfter is how long without a block the worker calls itself not ready.
const staleAfter = 30 * time.Second
