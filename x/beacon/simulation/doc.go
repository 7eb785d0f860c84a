// Package simulation is what x/beacon gives to the SDK's simulator: a random genesis and proposals of random parameters.
// The operation of its message needs the keys of proposers, and is in tests/sim. Nothing here runs on a node.
package simulation
