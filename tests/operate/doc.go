// Package operate tests what operators do to a chain that is in use: upgrades, state sync, backups, new keys, nodes and
// workers that go away at any time. All with the real binaries, as processes on 127.0.0.1, while tasks are under way;
// all to the same two ends: equal app hashes, and every uaic where the rules put it.
//
// # Mental model
//
// Each test has a network of its own from tests/localnet, one at a time, and takes minutes: `make operate` runs all,
// `make operate RUN=TestUpgrade` one. Without OPERATE=1 they are left out, so `make test` stays short.
//
// Start at upgrade_test.go, the most there is: a network goes from the old binary to this one with tasks in every state.
package operate
