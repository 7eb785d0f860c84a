// Package sim runs the whole application on random operations: every message of our modules, mostly valid, some not,
// with providers that are honest, lie alone or together, keep silent, withhold or come late, who dispute and defend what
// they answered with honest and forged traces, with audits, with validators that skip the beacon and governance that changes parameters under way. After every block all invariants must hold
// (invariants.go); the same seed must give the same app hash in every block; and a chain that is exported, imported
// and exported again must give the same bytes and go on in lock-step with the original (resume_test.go).
//
// The frame (frame*.go) puts the same people into the SDK's simulation: a genesis that all modules make at random, vesting
// accounts among them, and weighted operations of all modules, so that providers' coins are sent, delegated, slashed and
// granted while they answer, validators come, sleep, sign twice and leave, and governance changes the parameters of
// both. The random genesis and the proposals of our modules are in x/*/simulation; the operations of their messages are those
// of this package, because a commitment needs an engine and somebody who remembers its salt. The SDK's factories are used as they
// are, its loop is not, for three reasons: it delivers after the end of the block, when the fees that x/bank sums up until
// then are lost with the block; it makes blocks that nobody proposed, which have no beacon, so nobody would ever be
// drawn; and it signs nothing. Here every message is in a proposed block, signed and paid for. A message without an operation
// fails TestEveryMessageHasAnOperation, one that is never delivered TestFullAppSimulation.
//
// It is not for single rules or for expected amounts: those are in rules/, x/*/keeper and tests/flow. It looks for
// states that nobody thought of.
//
// Start at world.go, which makes one block; ops_*.go are the operations, actors.go what seats do. A failure names
// its seed and height: `go test ./tests/sim -run 'Random/seed-7' -v` repeats it, `-run 'FullApp/seeds/2'` in the frame.
package sim
