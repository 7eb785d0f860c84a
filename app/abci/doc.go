// Package abci is what the application does while a block is proposed: the proposer puts its proof for the
// beacon at index 0, everybody else checks it, and every node hands it to x/beacon before the block runs. It
// decides nothing about the randomness itself (x/beacon) and nothing about transactions beyond their form and
// gas (app/ante). Start at proposals.go.
package abci
