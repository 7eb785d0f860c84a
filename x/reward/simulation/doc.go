// Package simulation is what x/reward gives to the SDK's simulator: a random genesis and proposals of random parameters.
// The operations of its messages are in tests/sim, with those of the other modules. Nothing here runs on a node.
package simulation
