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
	ParamsKey      = collections.NewPrefix(0)
	RoundsKey      = collections.NewPrefix(1)
	DeadlinesV1Key = collections.NewPrefix(2) // until version 1: a key for each round
	ParkedKey      = collections.NewPrefix(3)

	DisputesKey         = collections.NewPrefix(4)
	NextDisputeKey      = collections.NewPrefix(5)
	TaskDisputesKey     = collections.NewPrefix(6)
	QueueKey            = collections.NewPrefix(7)
	ChallengesKey       = collections.NewPrefix(8)
	DutiesKey           = collections.NewPrefix(9)
	TracesKey           = collections.NewPrefix(10)
	ShownKey            = collections.NewPrefix(11)
	DisputeDeadlinesKey = collections.NewPrefix(12)
	CasesKey            = collections.NewPrefix(13)
	CaseEndsKey         = collections.NewPrefix(14)
	SealedKey           = collections.NewPrefix(15)
	ParkedDisputesKey   = collections.NewPrefix(16)
	DeadlinesKey        = collections.NewPrefix(17)

	// PendingKey marks seat messages that wait in a node's own mempool. It is written in check state only and is
	// never part of a committed store; see the keeper's MarkSeatMessage. (Prefix 255 cannot be walked.)
	PendingKey = collections.NewPrefix(254)
)
