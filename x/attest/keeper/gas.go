package keeper

import (
	"github.com/aichain/aichain/x/attest/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// The gas of seat messages. Store access inside them is free of the usual gas (see unmetered); instead a message pays
//
//	gasMessage + items × gasItem + output tokens × gasToken
//
// so the price is known before sending, and is the same for the first task and the ten thousandth. Scale: 120 gas for
// a microsecond of CPU, from one bank MsgSend at 47 700 gas and 0.40 ms (measured on two cores). The constants are
// measured by the benchmarks in cost_test.go, batches of 100, 10 000 rounds in the store, a busy two-core machine:
const (
	// gasMessage is for reading the signer, the parameters and two events, about 40 µs a message, and for the one record of
	// the rounds that it completed on models that are audited: written with the message, removed in the next block, 40 µs.
	gasMessage uint64 = 10_000
	// gasItem is for one record read, checked and hashed (8 to 15 µs), written to the tree with its deadline (35 µs),
	// and read once more by the fee check (3 µs).
	gasItem uint64 = 6_000
	// gasToken is for 7 ns of hashing, 20 ns of encoding, and 2 bytes kept in state. A round is written again by each
	// later reveal, at most 6 times, and by the verdict; the price allows for all of them, with room for the bytes.
	gasToken uint64 = 40
)

// Allowance for what the transaction around a free message costs before it runs: decoding, one signature, the
// account, 10 gas per byte of transaction (auth's tx_size_cost_per_byte). An item has up to 80 bytes, a token up to 5.
const (
	gasTx         uint64 = 80_000
	gasTxPerItem  uint64 = 10 * 80
	gasTxPerToken uint64 = 10 * 5
)

// messageGas is what a seat message of so many items and output tokens pays when it runs.
func messageGas(items, tokens int) uint64 {
	return gasMessage + uint64(items)*gasItem + uint64(tokens)*gasToken
}

// outputTokens counts the output tokens in a message.
func outputTokens(reveals []types.Reveal) (n int) {
	for i := range reveals {
		n += len(reveals[i].Output)
	}
	return n
}

// SeatGas returns exactly what a seat message pays when it runs, or the most that a move of a dispute pays; 0 for any
// other message. A transaction that has as much gas left does not run out of it.
func (k *Keeper) SeatGas(msg sdk.Msg) uint64 {
	switch m := msg.(type) {
	case *types.MsgCommitResult:
		return messageGas(len(m.Commits), 0)
	case *types.MsgRevealResult:
		return messageGas(len(m.Reveals), outputTokens(m.Reveals))
	}
	return types.MoveGasLimit(msg)
}

// FreeSeatGas returns the gas that a transaction with this one seat message or move must ask for to be free:
// what the message pays, or the most that the move pays, plus an allowance for the transaction around it. It is 0 for
// any other message.
func (k *Keeper) FreeSeatGas(msg sdk.Msg) uint64 {
	switch m := msg.(type) {
	case *types.MsgCommitResult:
		return freeGas(len(m.Commits), 0)
	case *types.MsgRevealResult:
		return freeGas(len(m.Reveals), outputTokens(m.Reveals))
	}
	return types.FreeMoveGas(msg)
}

func freeGas(items, tokens int) uint64 {
	return gasTx + messageGas(items, tokens) + uint64(items)*gasTxPerItem + uint64(tokens)*gasTxPerToken
}
