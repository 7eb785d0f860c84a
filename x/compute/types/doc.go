// Package types holds the stored shapes, messages, errors and parameters of x/compute, and the seams to its
// neighbours: expected_keepers.go says what it asks of them, hooks.go what it tells them.
//
// It decides nothing: rules/task and rules/match do. Start at keys.go for the state.
package types
