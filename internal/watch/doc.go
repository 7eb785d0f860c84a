// Package watch counts, for Prometheus, what happens on a node: tasks, seats, disputes, money, block steps.
//
// It listens and never speaks. Three sources feed it:
//
//   - the typed events of each finalised block, from the SDK's streaming listener, which BaseApp calls when the block
//     has its result (events.go);
//   - what block steps did with their budgets, from internal/blockwork's observer (steps.go);
//   - a few gauges of the committed state, read when somebody asks for the metrics, at most once in ten seconds and never
//     more than a few thousand keys of anything (state.go).
//
// Nothing in the state machine can see it; a panic in it is caught and counted. What counts since the start of the process is
// called …_total and begins at zero again with the next; what is read from the state goes on where it was.
//
// Attach is where to start. A node attaches it when Prometheus is on in its configuration (IsWanted), and serves it with
// CometBFT's own metrics. The list of metrics, with dashboard and alarms made of them, is in docs/grafana.
package watch
