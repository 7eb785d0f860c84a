// Package simulation is what x/attest gives to the SDK's simulator: a random genesis and proposals of random parameters.
// The operations of its messages need seats that remember their salts, and an engine: those are in tests/sim. Nothing
// here runs on a node.
package simulation
