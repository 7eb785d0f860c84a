// Package types holds the state, messages and words of x/reward: bonds, escrows, payouts and the ledger that
// counts all of them. Start with state.proto, then ledger.go. What x/reward promises the modules upstream is
// written in their packages: Escrow and Bonds in x/compute/types, Hooks in x/attest/types.
package types
