// Package simulation is what x/compute gives to the SDK's simulator: a random genesis and proposals of random
// parameters. The operations of its messages need people who remember what they were asked, and an engine to answer
// it: those are in tests/sim. Nothing here runs on a node.
package simulation
