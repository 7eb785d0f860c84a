// Package keeper remembers the beacon: who may speak with which key, and what has been said. Start at keeper.go
// for the state, step_mix.go for what happens in every block, port_proposal.go for what app/abci asks while a
// block is proposed, port_compute.go for what the modules downstream ask.
package keeper
