// Package sim runs the whole application on random operations: every message of our modules, mostly valid, some not,
// with providers that are honest, lie alone or together, keep silent, withhold or come late, who dispute and defend what
// they answered with honest and forged traces, with audits, with validators that skip the beacon and governance that changes parameters under way. After every block all invariants must hold
// (invariants.go); the same seed must give the same app hash in every block; and a chain that is exported, imported
// and exported again must give the same bytes and go on in lock-step with the original (resume_test.go).
//
// It is not for single rules or for expected amounts: those are in rules/, x/*/keeper and tests/flow. It looks for
// states that nobody thought of.
//
// Start at world.go, which makes one block; ops_*.go are the operations, actors.go what seats do. A failure names
// its seed and height: `go test ./tests/sim -run 'Random/seed-7' -v` repeats it.
package sim
