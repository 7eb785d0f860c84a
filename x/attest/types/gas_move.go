package types

import (
	"github.com/aichain/aichain/canon/step"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// The gas of the moves of a dispute, at the scale of the keeper's gas.go: 120 gas for a microsecond of CPU. As there, store
// access is free inside the message, and the message pays by what it makes the chain do, before it is done:
//
//	gasMove + keys × gasKey + bytes × gasMoveByte + hashes × gasMoveHash + tokens × gasMoveToken + products ÷ productsPerGas
//
// and GasEnd for each dispute that ends with it. Measured on two busy cores (BenchmarkMove in the keeper, ten moves to a
// block on a small model; BenchmarkCheck and BenchmarkMoves in canon/step for a model of 8 billion parameters):
//
//	what                                           measured        law
//	five records read, header and shape, events    30 to 50 µs     gasMove        8 000 gas = 67 µs
//	a key written or removed, the tree included    20 µs           gasKey         3 000 gas = 25 µs
//	a byte decoded, hashed or kept                 1 to 8 ns       gasMoveByte        1 gas =  8 ns
//	a node of 65 bytes hashed                      90 ns           gasMoveHash       12 gas = 100 ns
//	a token of the task or a result, decoded       17 to 22 ns     gasMoveToken       3 gas = 25 ns
//	  and hashed
//	an operation of a step                         0.4 to 4.7 ns   productsPerGas     8     =  1 ns
//	a dispute that ends                            12 keys         GasEnd        40 000 gas = 333 µs
//
// An operation of a step costs 4.7 ns in the tensors of which a step has 4 096 operations, and 0.4 ns in a product, which
// has up to 40 960. A step pays for the most there can be, 65 536, or 68 µs: the two cost 19 and 24 µs. The step with the
// most work, 63 541 bytes and 40 960 operations, takes 89 µs to check and pays for 938 µs; one element of a product of
// 4 096 int8, 10 293 bytes, takes 21 µs and pays for 327 µs. Counted by keys and bytes, moves pay between 1.7 and 2.5
// times what they cost (TestMovesPayForWhatTheyDo in the keeper).
const (
	gasMove        uint64 = 8_000
	gasKey         uint64 = 3_000
	gasMoveByte    uint64 = 1
	gasMoveHash    uint64 = 12
	gasMoveToken   uint64 = 3
	productsPerGas uint64 = 8
	// GasEnd is what a dispute that ends pays for leaving every index, its stake, and the next one that begins.
	GasEnd uint64 = 40_000
)

// Keys that a move writes or removes: the dispute and its deadline before and after; what was shown. A challenge adds
// a dispute with its indexes, a case with its end, the seat, and what is at stake on both sides.
const (
	KeysMoved  = 3
	KeysShown  = KeysMoved + 1
	KeysOpened = 16
)

// Bounds for the gas limit of a free move, which must be known before sending and without looking at the task.
const (
	// gasTokensLimit is the most tokens that a move pays for. A task with the default bounds on input and output and a
	// split of eight different results has fewer. Where parameters allow more, what is beyond is free.
	gasTokensLimit = 40_000
	// EndsLimit is the most disputes that end with one step: its own; those that are dropped at once when the solver has
	// fallen, 16; those that the solver leads against the other seats, of which x/compute allows 32.
	EndsLimit = 1 + 16 + 32
)

// Allowance for what the transaction around a free move costs before it runs: decoding, one signature, the account, 10
// gas per byte of transaction (auth's tx_size_cost_per_byte).
const (
	gasMoveTx     uint64 = 80_000
	gasMoveTxByte uint64 = 10
)

// MoveUse is what a move of a dispute makes the chain do.
type MoveUse struct {
	Keys     int // written or removed, those of disputes that end aside
	Bytes    int // of the payload
	Hashes   int // tree nodes hashed
	Tokens   int // of the task's input and the round's results, read and hashed
	Products int // multiplications, comparisons and additions of a step
}

// MoveGas is what a move pays, but for the disputes that end with it.
func MoveGas(use MoveUse) uint64 {
	return gasMove + uint64(use.Keys)*gasKey + uint64(use.Bytes)*gasMoveByte + uint64(use.Hashes)*gasMoveHash +
		uint64(min(use.Tokens, gasTokensLimit))*gasMoveToken + uint64(use.Products)/productsPerGas
}

// TraceUse is what a MsgPostTrace with so many bytes of hashes makes the chain do, tokens aside.
func TraceUse(payload int) MoveUse {
	return MoveUse{Keys: KeysShown, Bytes: payload, Hashes: 4 + payload/HashBytes}
}

// ChoiceUse is what a MsgChooseChild makes the chain do, tokens aside: the list that was shown is read from the state.
func ChoiceUse() MoveUse { return MoveUse{Keys: KeysMoved, Bytes: MaxChildrenBytes / 4} }

// ChildrenUse is what a MsgPostChildren with so many bytes of hashes makes the chain do, tokens aside.
func ChildrenUse(payload int) MoveUse {
	return MoveUse{Keys: KeysShown, Bytes: payload, Hashes: payload / HashBytes}
}

// ChunkUse is what a MsgPostChunk with so many bytes makes the chain do, tokens aside.
func ChunkUse(payload int) MoveUse {
	return MoveUse{Keys: KeysShown, Bytes: payload, Hashes: 1 + payload/64}
}

// StepUse is what a MsgPostStep with so many bytes makes the chain do at most, tokens aside. Its dispute ends with it.
func StepUse(payload int) MoveUse {
	return MoveUse{Keys: KeysMoved, Bytes: payload, Hashes: 1 + payload/HashBytes, Products: step.MaxProducts}
}

// useOf is what a move makes the chain do at most, and how many disputes can end with it.
func useOf(msg sdk.Msg) (use MoveUse, ends uint64, isMove bool) {
	switch m := msg.(type) {
	case *MsgPostTrace:
		use = TraceUse(len(m.Root) + len(m.First) + len(m.Last) + len(m.Children))
	case *MsgChooseChild:
		use = ChoiceUse()
	case *MsgPostChildren:
		use = ChildrenUse(len(m.Children))
	case *MsgPostChunk:
		use = ChunkUse(len(m.Data))
	case *MsgPostStep:
		use, ends = StepUse(len(m.Step)), EndsLimit
	default:
		return MoveUse{}, 0, false
	}
	use.Tokens = gasTokensLimit
	return use, ends, true
}

// IsMove tells whether a message is one of the five moves of a dispute. Opening one is none.
func IsMove(msg sdk.Msg) bool {
	_, _, isMove := useOf(msg)
	return isMove
}

// MoveGasLimit is the most that a move pays when it runs, 0 for any other message.
func MoveGasLimit(msg sdk.Msg) uint64 {
	use, ends, isMove := useOf(msg)
	if !isMove {
		return 0
	}
	return MoveGas(use) + ends*GasEnd
}

// FreeMoveGas is the gas that a transaction with this one move must ask for to be free: the most that the move pays, and an
// allowance for the transaction around it. It is 0 for any other message.
func FreeMoveGas(msg sdk.Msg) uint64 {
	use, _, isMove := useOf(msg)
	if !isMove {
		return 0
	}
	return gasMoveTx + MoveGasLimit(msg) + uint64(use.Bytes)*gasMoveTxByte
}
