// Package localnet runs a network of the real binaries for a test: four validators and as many workers as it wants, as
// processes on 127.0.0.1, with real signatures, a real model and real money.
//
// # Mental model
//
// Network owns the processes; all die with the test, and the tails of their logs are shown if it failed. Questions go
// to node 0, through Reader and RPC, which are apart from the client library on purpose. A worker has the model files
// that its test makes for it (MakeModels), so the test decides who can be seated; a gated one (Gates) holds a task in a
// phase. AllDues says by the rules, written down once more, what every worker must have earned and lost.
//
// Nothing waits by the clock: Until polls for what a test wants and fails at a deadline.
//
// Start at network.go. The tests are in tests/system and tests/operate.
package localnet
