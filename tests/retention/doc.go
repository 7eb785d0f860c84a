// Package retention shows that a chain's state does not grow with what was settled on it: many tasks are posted,
// answered, audited, settled and paid on the real application under the parameters of a new chain, and when the retention
// window is over, the state is as large as before, within a hundredth, in our modules and in those of the SDK; receipts that were
// exported in between still verify.
//
// "Before" is a chain in use, not an empty one: the same accounts, providers and model, all of which have already asked,
// answered and been paid, and so many blocks that every window that begins to fill with the first block (the beacon's history and
// epochs) is full. Counted are the keys and bytes that the modules write, by internal/census, as `aichaind state-stats`
// does. The size of the database on disk is printed, not judged: it depends on what pebble has compacted.
//
// TASKS says how many; `make retention` takes 100 000, as many as the retention window holds when each block brings a
// hundred. It is not for what a task costs (tests/bench) and not for a network under load (scripts/load.sh).
//
// Start at retention_test.go; market.go is the people.
package retention
