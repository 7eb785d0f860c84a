// Package types holds the records, messages, errors and seams of x/attest.
//
// Start at state.proto (Round) and expected_keepers.go. It imports x/compute/types, which is upstream, and nothing of
// x/reward, which is downstream and listens through Hooks.
package types
