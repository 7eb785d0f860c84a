package grafana

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
)

// TestTheDashboardIsWhole: what Grafana wants of one: an id and a title, panels with ids of their own that neither overlap
// nor stand out, and the datasource as a variable everywhere.
func TestTheDashboardIsWhole(t *testing.T) {
	d, err := ReadDashboard()
	require.NoError(t, err)
	require.NotEmpty(t, d.UID)
	require.NotEmpty(t, d.Title)
	require.GreaterOrEqual(t, d.SchemaVersion, 36, "the first with datasources as objects")
	source := Datasource{Type: "prometheus", UID: "${datasource}"}
	require.Equal(t, "datasource", d.Templating.List[0].Type)
	require.Equal(t, "datasource", d.Templating.List[0].Name)
	require.Equal(t, "prometheus", d.Templating.List[0].Query)
	for _, v := range d.Templating.List[1:] {
		require.Equal(t, source, v.Datasource, v.Name)
	}
	ids, taken, graphs := map[int]bool{}, map[[2]int]string{}, 0
	for _, p := range d.Panels {
		require.False(t, ids[p.ID], "two panels with the id %d", p.ID)
		ids[p.ID] = true
		require.NotEmpty(t, p.Title)
		require.LessOrEqual(t, p.GridPos.X+p.GridPos.W, 24, p.Title)
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				require.Empty(t, taken[[2]int{x, y}], "%s lies over another", p.Title)
				taken[[2]int{x, y}] = p.Title
			}
		}
		if p.Type == "row" {
			continue
		}
		graphs++
		require.Equal(t, source, p.Datasource, p.Title)
		require.NotEmpty(t, p.Targets, p.Title)
		refs := map[string]bool{}
		for _, q := range p.Targets {
			require.Equal(t, source, q.Datasource, p.Title)
			require.False(t, refs[q.RefID], p.Title)
			refs[q.RefID] = true
			require.Regexp(t, metric, q.Expr, p.Title)
		}
	}
	require.Greater(t, graphs, 30)
}

// headings of a Markdown text by their anchors, with the text below each.
func headings(text string) map[string]string {
	out := map[string]string{}
	strange := regexp.MustCompile(`[^a-z0-9 -]`)
	for part := range strings.SplitSeq("\n"+text, "\n### ") {
		title, body, _ := strings.Cut(part, "\n")
		body, _, _ = strings.Cut(body, "\n## ")
		out[strings.ReplaceAll(strange.ReplaceAllString(strings.ToLower(title), ""), " ", "-")] = body
	}
	return out
}

// TestEveryAlarmIsInTheRunbook: each has a heading there, under which it is named, with what it means and what to do; and
// the runbook names no alarm that there is not.
func TestEveryAlarmIsInTheRunbook(t *testing.T) {
	text, err := os.ReadFile("../runbook.md")
	require.NoError(t, err)
	entries := headings(string(text))
	alarms, err := ReadAlarms()
	require.NoError(t, err)
	require.Greater(t, len(alarms), 20)
	names := map[string]bool{}
	for _, a := range alarms {
		require.False(t, names[a.Name], "two alarms are called %s", a.Name)
		names[a.Name] = true
		require.NotEmpty(t, a.Annotations["summary"], a.Name)
		require.Contains(t, []string{"page", "warn"}, a.Labels["severity"], a.Name)
		anchor, ok := strings.CutPrefix(a.Annotations["runbook"], "docs/runbook.md#")
		require.True(t, ok, a.Name)
		entry, ok := entries[anchor]
		require.True(t, ok, "%s: the runbook has no heading with the anchor %s", a.Name, anchor)
		require.Contains(t, entry, "`"+a.Name+"`", "the entry %s names its alarm", anchor)
		for _, word := range []string{"Means: ", "Do: "} {
			require.Contains(t, entry, word, "the entry %s", anchor)
		}
	}
	for _, m := range regexp.MustCompile("Alarm: (`[A-Za-z]+`(?:, `[A-Za-z]+`)*)").FindAllStringSubmatch(string(text), -1) {
		for name := range strings.SplitSeq(m[1], ", ") {
			require.True(t, names[strings.Trim(name, "`")], "the runbook names an alarm %s that is not in alerts.yml", name)
		}
	}
}

// TestFaultsAreFound plants a name and labels that are not there.
func TestFaultsAreFound(t *testing.T) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "aichain_x_seconds"}, []string{"a"}))
	registered := Registered(registry)
	require.Equal(t, map[string][]string{"aichain_x_seconds": {"a"}}, registered)
	for expr, faults := range map[string]int{
		`sum by (a, le) (rate(aichain_x_seconds_bucket{a="1",instance=~"$node"}[5m]))`: 0,
		`aichain_x_seconds_sum / aichain_x_seconds_count`:                              0,
		`aichain_y_seconds`:              1,
		`aichain_x_seconds_sum{b!="1"}`:  1,
		`sum by (b) (aichain_x_seconds)`: 1,
		`aiworker_y`:                     0,
	} {
		require.Len(t, Query{Expr: expr}.Faults("aichain_", registered), faults, expr)
	}
	require.Len(t, Query{Expr: "aichain_x_seconds_sum", Legend: "{{a}} {{c}}"}.Faults("aichain_", registered), 1)
}
