// Package system tests the real binaries as strangers would run them: four validators and several workers as
// processes on 127.0.0.1, with real signatures, a real model and real money. Workers are killed, lie and keep
// silent; validators are killed in each phase of a task and must come back with everybody else's app hash.
//
// It is not for rules or money to the last uaic in every case: those are in rules/, x/*/keeper and tests/flow, which
// take milliseconds. Here a case costs a network. Nothing waits by the clock: every wait polls for what it wants and
// fails at a deadline with the tails of all logs.
//
// Start at network.go, which writes and starts a network; system_test.go tells the cases. The lying worker is
// liar/, a program of its own: the shipped worker cannot lie.
package system
