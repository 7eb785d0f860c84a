package result

import (
	"errors"
	"fmt"
)

// Why an output ended. Other values are not a result.
const (
	StopEnd     uint32 = 1 // the model chose its end token, which is not part of the output
	StopLength  uint32 = 2 // the output has as many tokens as the task allows
	StopContext uint32 = 3 // input and output together fill the model's context
)

// SaltBytes, CommitmentBytes and RootBytes are the lengths of the three byte strings of a seat.
const (
	SaltBytes       = 32
	CommitmentBytes = 32
	RootBytes       = 32
)

var (
	// ErrStop is returned by Check for a stop reason outside 1..3.
	ErrStop = errors.New("unknown stop reason")
	// ErrTooLong is returned by Check for an output with more tokens than the task allows.
	ErrTooLong = errors.New("output too long")
	// ErrToken is returned by Check for a token id that the model does not have.
	ErrToken = errors.New("token id outside the vocabulary")
)

// Check tells whether an output can be a result at all: stop in 1..3, at most maxOutput tokens, every id below
// vocab. It says nothing about whether the output is right. It returns ErrStop, ErrTooLong or ErrToken, wrapped.
func Check(output []uint32, stop, maxOutput, vocab uint32) error {
	if stop < StopEnd || stop > StopContext {
		return fmt.Errorf("%w: expected 1 to 3, got %d", ErrStop, stop)
	}
	if uint64(len(output)) > uint64(maxOutput) {
		return fmt.Errorf("%w: at most %d tokens, got %d", ErrTooLong, maxOutput, len(output))
	}
	for i, id := range output {
		if id >= vocab {
			return fmt.Errorf("%w: ids below %d, got %d at %d", ErrToken, vocab, id, i)
		}
	}
	return nil
}

// Root is the canonical digest of a result: the model, the input with its terms (InputDigest), the output token ids
// and why the output ended. Two seats have the same result exactly if they have the same root.
func Root(modelID, inputDigest []byte, output []uint32, stop uint32) [32]byte {
	return begin(tagRoot, 4*u32Bytes+len(modelID)+len(inputDigest)+u32Bytes*len(output)).
		bytes(modelID).bytes(inputDigest).tokens(output).u32(stop).sum()
}

// InputDigest binds a result to everything that determines it: the model, the input token ids, the bound on the
// output in tokens, the temperature in thousandths, top-k (0 keeps all), and the sampling seed (empty when greedy).
func InputDigest(modelID []byte, input []uint32, maxOutput, temperatureMilli, topK uint32, seed []byte) [32]byte {
	return begin(tagInput, 6*u32Bytes+len(modelID)+u32Bytes*len(input)+len(seed)).
		bytes(modelID).tokens(input).u32(maxOutput).u32(temperatureMilli).u32(topK).bytes(seed).sum()
}

// Commitment hides a result root behind a salt and ties it to one seat: the chain, the task, the round and the
// provider's address bytes. A copy of it is worthless to another provider, and in any other place. The salt must be
// 32 random bytes, new for every commitment: outputs can be guessed, so the salt is all that hides them.
func Commitment(chainID string, taskID uint64, round uint32, provider []byte, root, salt [32]byte) [32]byte {
	return begin(tagCommitment, 4*u32Bytes+len(chainID)+8+u32Bytes+len(provider)+RootBytes+SaltBytes).
		bytes([]byte(chainID)).u64(taskID).u32(round).bytes(provider).bytes(root[:]).bytes(salt[:]).sum()
}

// SampleSeed is the seed of a task's sampling, from the beacon of the block that first matched it. Nobody knows it
// when the task is posted, and all rounds of the task share it.
func SampleSeed(chainID string, beacon []byte, taskID uint64) [32]byte {
	return begin(tagSampleSeed, 2*u32Bytes+len(chainID)+len(beacon)+8).
		bytes([]byte(chainID)).bytes(beacon).u64(taskID).sum()
}
