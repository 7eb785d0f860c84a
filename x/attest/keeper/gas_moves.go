package keeper

import "github.com/aichain/aichain/x/attest/types"

// gasUse is what a move of a dispute makes the chain do; the law of what it pays is in the types, for clients to state it
// too.
type gasUse = types.MoveUse

// moveGas is what a move pays, but for the disputes that end with it.
func moveGas(use gasUse) uint64 { return types.MoveGas(use) }
