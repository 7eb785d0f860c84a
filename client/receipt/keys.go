package receipt

import (
	"slices"

	"cosmossdk.io/collections"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// TaskKey is where x/compute keeps a task.
func TaskKey(taskID uint64) []byte {
	return slices.Concat(computetypes.TasksPrefix.Bytes(), number(taskID))
}

// ModelKey is where x/compute keeps a model.
func ModelKey(modelID []byte) []byte {
	return slices.Concat(computetypes.ModelsPrefix.Bytes(), modelID)
}

// RoundKey is where x/attest keeps a round.
func RoundKey(taskID uint64, round uint32) []byte {
	var b [4]byte
	if _, err := collections.Uint32Key.Encode(b[:], round); err != nil {
		panic(err) // the buffer has its size
	}
	return slices.Concat(attesttypes.RoundsKey.Bytes(), number(taskID), b[:])
}

// CaseKey is where x/attest keeps the disputes about a task that are under way.
func CaseKey(taskID uint64) []byte {
	return slices.Concat(attesttypes.CasesKey.Bytes(), number(taskID))
}

func number(v uint64) []byte {
	var b [8]byte
	if _, err := collections.Uint64Key.Encode(b[:], v); err != nil {
		panic(err) // the buffer has its size
	}
	return b[:]
}
