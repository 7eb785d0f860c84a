package watch

import (
	"strings"
	"testing"

	"github.com/cometbft/cometbft/consensus"
	sm "github.com/cometbft/cometbft/state"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/docs/grafana"
)

// newRegistry holds all metrics of a node's modules, without a node.
func newRegistry(t *testing.T) *prometheus.Registry {
	t.Helper()
	registry := prometheus.NewRegistry()
	s := newSteps()
	for _, c := range append(newCounters().all(), s.items, s.failed, newState(nil)) {
		require.NoError(t, registry.Register(c))
	}
	return registry
}

// TestTheDashboardNamesWhatThereIs: every metric and label of a node in the dashboard and the alarms exists, and every
// metric of our modules is in one of them.
func TestTheDashboardNamesWhatThereIs(t *testing.T) {
	queries, err := grafana.Queries()
	require.NoError(t, err)
	registered := grafana.Registered(newRegistry(t))
	require.Greater(t, len(registered), 35)
	named := map[string]bool{}
	for _, q := range queries {
		require.Empty(t, q.Faults(Namespace+"_", registered))
		for _, name := range q.Metrics(Namespace+"_", registered) {
			named[name] = true
		}
	}
	for name := range registered {
		require.True(t, named[name], "%s is on no dashboard and in no alarm", name)
	}
}

// TestTheDashboardNamesWhatCometBFTHas: its metrics go into the registry of the process.
func TestTheDashboardNamesWhatCometBFTHas(t *testing.T) {
	consensus.PrometheusMetrics("cometbft", "chain_id", "test")
	sm.PrometheusMetrics("cometbft", "chain_id", "test")
	registered := grafana.Registered(prometheus.DefaultRegisterer.(*prometheus.Registry))
	queries, err := grafana.Queries()
	require.NoError(t, err)
	seen := 0
	for _, q := range queries {
		if !strings.Contains(q.Expr, "cometbft_") {
			continue
		}
		seen++
		require.Empty(t, q.Faults("cometbft_", registered))
	}
	require.Positive(t, seen)
}
