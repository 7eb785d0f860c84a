// Package keeper is the one door for money. keeper.go shows the whole state; port_compute.go is what x/compute
// may ask (escrow and bonds), listener.go what happens at the end of a task, endblock.go what each block does,
// invariants.go what always adds up.
//
// Money comes in at once, with the message that brings it. It leaves only at the end of a block, once per
// recipient: everything between is bookkeeping between the pockets of the ledger (escrow, bonds, unbonding,
// pending), so a failed transfer can never undo a verdict.
package keeper
