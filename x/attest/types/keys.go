package types

import "cosmossdk.io/collections"

const (
	// ModuleName is the name of the module. It has no account: it never holds money.
	ModuleName = "attest"
	// StoreKey is the key of the module's KV store.
	StoreKey = ModuleName
)

// Prefixes of the collections. A number is never reused.
var (
	ParamsKey    = collections.NewPrefix(0)
	RoundsKey    = collections.NewPrefix(1)
	DeadlinesKey = collections.NewPrefix(2)
	ParkedKey    = collections.NewPrefix(3)
	// PendingKey marks seat messages that wait in a node's own mempool. It is written in check state only and is
	// never part of a committed store; see the keeper's MarkSeatMessage. (Prefix 255 cannot be walked.)
	PendingKey = collections.NewPrefix(254)
)
