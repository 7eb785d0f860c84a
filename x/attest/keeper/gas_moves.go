package keeper

// gasUse is what a move of a dispute makes the chain do.
type gasUse struct {
	Bytes    int // of the payload
	Hashes   int // tree nodes hashed
	Tokens   int // of the task's input and the solver's output, read and hashed
	Products int // multiplications, comparisons and additions of a step
}

// moveGas is what a move pays.
func moveGas(use gasUse) uint64 {
	return gasMessage + gasItem + uint64(use.Bytes)*10 + uint64(use.Hashes)*60 + uint64(use.Tokens)*gasToken + uint64(use.Products)/4
}
