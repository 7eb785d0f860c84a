// Package grafana holds an example dashboard for Grafana, alarms for Prometheus and what Prometheus has to ask, and tells
// which metrics they name, so that tests can look each of them up in the registries of node and worker.
//
// aichain.json is imported in Grafana, alerts.yml is loaded by Prometheus. What an alarm means is in docs/runbook.md.
package grafana

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"go.yaml.in/yaml/v3"
)

//go:embed aichain.json
var dashboard []byte

//go:embed alerts.yml
var alerts []byte

// Dashboard is as much of Grafana's format as is checked.
type Dashboard struct {
	UID           string  `json:"uid"`
	Title         string  `json:"title"`
	SchemaVersion int     `json:"schemaVersion"`
	Panels        []Panel `json:"panels"`
	Templating    struct {
		List []struct {
			Name       string     `json:"name"`
			Type       string     `json:"type"`
			Query      any        `json:"query"`
			Definition string     `json:"definition"`
			Datasource Datasource `json:"datasource"`
		} `json:"list"`
	} `json:"templating"`
}

// Datasource of a panel or a query.
type Datasource struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// Panel is a graph, a number, or the title of a row.
type Panel struct {
	ID         int        `json:"id"`
	Type       string     `json:"type"`
	Title      string     `json:"title"`
	Datasource Datasource `json:"datasource"`
	GridPos    struct {
		H int `json:"h"`
		W int `json:"w"`
		X int `json:"x"`
		Y int `json:"y"`
	} `json:"gridPos"`
	Targets []struct {
		Datasource   Datasource `json:"datasource"`
		Expr         string     `json:"expr"`
		LegendFormat string     `json:"legendFormat"`
		RefID        string     `json:"refId"`
	} `json:"targets"`
}

// Alarm is one rule.
type Alarm struct {
	Name        string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

// ReadDashboard parses the dashboard.
func ReadDashboard() (d Dashboard, err error) {
	return d, json.Unmarshal(dashboard, &d)
}

// ReadAlarms parses the alarms, in their order.
func ReadAlarms() ([]Alarm, error) {
	var file struct {
		Groups []struct {
			Rules []Alarm `yaml:"rules"`
		} `yaml:"groups"`
	}
	if err := yaml.Unmarshal(alerts, &file); err != nil {
		return nil, err
	}
	var out []Alarm
	for _, g := range file.Groups {
		out = append(out, g.Rules...)
	}
	return out, nil
}

// Query is an expression and where it stands.
type Query struct {
	Where string
	Expr  string
	// Legend of a graph; {{label}} in it is a label of the result.
	Legend string
}

// Queries are those of the dashboard, its variables and the alarms.
func Queries() ([]Query, error) {
	d, err := ReadDashboard()
	if err != nil {
		return nil, err
	}
	var out []Query
	for _, v := range d.Templating.List {
		if v.Definition != "" {
			out = append(out, Query{Where: "variable " + v.Name, Expr: v.Definition})
		}
	}
	for _, p := range d.Panels {
		for _, t := range p.Targets {
			out = append(out, Query{Where: fmt.Sprintf("panel %q %s", p.Title, t.RefID), Expr: t.Expr, Legend: t.LegendFormat})
		}
	}
	alarms, err := ReadAlarms()
	if err != nil {
		return nil, err
	}
	for _, a := range alarms {
		text := a.Annotations["summary"]
		out = append(out, Query{Where: "alarm " + a.Name, Expr: a.Expr, Legend: strings.ReplaceAll(text, "$labels.", "")})
	}
	return out, nil
}

var (
	// metric is a name of ours or of CometBFT, with what is selected of it.
	metric = regexp.MustCompile(`\b((?:aichain|aiworker|cometbft)_[a-z0-9_]+)(?:\{([^}]*)\})?`)
	// matcher begins what is selected by one label.
	matcher = regexp.MustCompile(`([a-z_]+)\s*(?:=~|!~|!=|=)\s*"`)
	// grouping are the labels of an aggregation or a join.
	grouping = regexp.MustCompile(`\b(?:by|on|without|ignoring)\s*\(([^)]*)\)`)
	// placeholder is a label in a legend.
	placeholder = regexp.MustCompile(`\{\{\s*([a-z_]+)\s*\}\}`)
)

// everywhere are labels that Prometheus gives to every metric, le of histograms, and the one that CometBFT does.
var everywhere = map[string]bool{"instance": true, "job": true, "le": true, "chain_id": true}

// Metrics are the names in the query that begin with the prefix, as they are registered: without the suffixes that a
// histogram adds. registered says which names there are, with their labels.
func (q Query) Metrics(prefix string, registered map[string][]string) []string {
	var out []string
	for _, m := range metric.FindAllStringSubmatch(q.Expr, -1) {
		if !strings.HasPrefix(m[1], prefix) {
			continue
		}
		name := m[1]
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			if base := strings.TrimSuffix(name, suffix); registered[base] != nil {
				name = base
			}
		}
		out = append(out, name)
	}
	return out
}

// Faults are what is wrong with the query's use of metrics that begin with the prefix: names that are not registered, and
// labels that they do not have.
func (q Query) Faults(prefix string, registered map[string][]string) []string {
	var faults []string
	known := map[string]bool{}
	for label := range everywhere {
		known[label] = true
	}
	names := q.Metrics(prefix, registered)
	for _, name := range names {
		labels, ok := registered[name]
		if !ok {
			faults = append(faults, fmt.Sprintf("%s: there is no metric %s", q.Where, name))
		}
		for _, l := range labels {
			known[l] = true
		}
	}
	if len(names) == 0 {
		return nil
	}
	for _, l := range q.labels() {
		if !known[l] {
			faults = append(faults, fmt.Sprintf("%s: %s have no label %q", q.Where, strings.Join(names, ", "), l))
		}
	}
	return faults
}

// labels that the query and its legend name.
func (q Query) labels() (out []string) {
	for _, m := range metric.FindAllStringSubmatch(q.Expr, -1) {
		for _, l := range matcher.FindAllStringSubmatch(m[2], -1) {
			out = append(out, l[1])
		}
	}
	for _, m := range grouping.FindAllStringSubmatch(q.Expr, -1) {
		for l := range strings.SplitSeq(m[1], ",") {
			out = append(out, strings.TrimSpace(l))
		}
	}
	for _, m := range placeholder.FindAllStringSubmatch(q.Legend, -1) {
		out = append(out, m[1])
	}
	return out
}

// described takes name and labels out of the text of a description, which has no other way to ask for them.
var described = regexp.MustCompile(`^Desc\{fqName: "([^"]*)".*, variableLabels: \{([^}]*)\}\}$`)

// Registered lists the metrics of a registry, also those without a sample, with their labels.
func Registered(c prometheus.Collector) map[string][]string {
	descs := make(chan *prometheus.Desc)
	go func() {
		defer close(descs)
		c.Describe(descs)
	}()
	out := map[string][]string{}
	for d := range descs {
		m := described.FindStringSubmatch(d.String())
		if m == nil {
			continue
		}
		out[m[1]] = []string{}
		for l := range strings.SplitSeq(m[2], ",") {
			if l = strings.TrimSpace(l); l != "" {
				out[m[1]] = append(out[m[1]], l)
			}
		}
	}
	return out
}
