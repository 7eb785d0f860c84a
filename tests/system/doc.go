// Package system tests the real binaries as strangers would run them: four validators and fourteen workers as
// processes on 127.0.0.1, with real signatures, a real model and real money. Workers are killed, lie and keep
// silent; validators are killed in each phase of a task and must come back with everybody else's app hash.
//
// # Mental model
//
// One network serves all cases, which go on at the same time. Providers are seated for what they offer, so each case
// has a model of its own (cast_test.go): the same weights under another id, offered by exactly those whom the case
// needs. A gated worker sees a seat only when the test puts a file into its folder; that holds a task in a phase for
// as long as a kill and a restart take. At the end every worker's balance and bond are compared with what the rounds
// of all tasks must have brought it, to the last uaic. Processes, workers and money are watched by tests/localnet.
//
// It is not for rules or money in every case: those are in rules/, x/*/keeper and tests/flow, which take
// milliseconds. Here a case costs a network.
//
// Start at system_test.go, which tells the cases; referee_test.go has disputes, on a network of its own where every task
// seats the liar. The lying worker is liar/, a program of its own: the shipped worker cannot lie.
package system
