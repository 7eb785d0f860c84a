package worker

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/docs/grafana"
)

// TestTheDashboardNamesWhatThereIs: every metric and label of a worker in docs/grafana exists, and every one of ours is there.
func TestTheDashboardNamesWhatThereIs(t *testing.T) {
	registered := grafana.Registered(newMetrics(&Worker{}).registry)
	queries, err := grafana.Queries()
	require.NoError(t, err)
	named := map[string]bool{}
	for _, q := range queries {
		require.Empty(t, q.Faults("aiworker_", registered))
		for _, name := range q.Metrics("aiworker_", registered) {
			named[name] = true
		}
	}
	for name := range registered {
		require.True(t, named[name] || !strings.HasPrefix(name, "aiworker_"), "%s is on no dashboard and in no alarm", name)
	}
}
