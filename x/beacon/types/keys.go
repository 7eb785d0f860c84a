package types

import "cosmossdk.io/collections"

const (
	// ModuleName names the module.
	ModuleName = "beacon"
	// StoreKey names its store.
	StoreKey = ModuleName
)

// Prefixes of the store; a number is never used again.
var (
	// ParamsPrefix → Params.
	ParamsPrefix = collections.NewPrefix(1)
	// KeysPrefix, operator → VrfKey.
	KeysPrefix = collections.NewPrefix(2)
	// OwnersPrefix, public key → operator.
	OwnersPrefix = collections.NewPrefix(3)
	// OutputsPrefix, height → Output.
	OutputsPrefix = collections.NewPrefix(4)
	// SkipsPrefix → number of skipped blocks.
	SkipsPrefix = collections.NewPrefix(5)
)
