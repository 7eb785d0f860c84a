// Package attest wires x/attest into an application: commit, reveal, verdict.
//
// Start at README.md, then keeper/keeper.go.
package attest
