package types

import errorsmod "cosmossdk.io/errors"

// Codes are hashed into the block results: never renumbered, never used again.
var (
	// ErrInvalidParams is returned for parameters out of bounds.
	ErrInvalidParams = errorsmod.Register(ModuleName, 2, "invalid parameters")
	// ErrHashSource is returned when the hash source is asked for on a chain whose id does not end in -dev.
	ErrHashSource = errorsmod.Register(ModuleName, 3, "the hash source is only for chain ids that end in -dev")
	// ErrInvalidKey is returned for a VRF key that is not 32 bytes.
	ErrInvalidKey = errorsmod.Register(ModuleName, 4, "invalid vrf key")
	// ErrInvalidPossession is returned when the proof of possession of a key does not hold for this chain and operator.
	ErrInvalidPossession = errorsmod.Register(ModuleName, 5, "invalid proof of possession")
	// ErrKeyTaken is returned for a key that a validator, this one or another, already has.
	ErrKeyTaken = errorsmod.Register(ModuleName, 6, "vrf key already registered")
	// ErrKeyPending is returned when the validator's last key does not count yet: one that could take it back at
	// the last moment could choose between two outputs.
	ErrKeyPending = errorsmod.Register(ModuleName, 7, "a vrf key is already waiting to become effective")
	// ErrNotValidator is returned when the operator of a key is no validator.
	ErrNotValidator = errorsmod.Register(ModuleName, 8, "not a validator")
	// ErrUnknownHeight is returned for the beacon of a future or forgotten block.
	ErrUnknownHeight = errorsmod.Register(ModuleName, 9, "no beacon for this height")
	// ErrUnknownKey is returned by queries for a validator without a key.
	ErrUnknownKey = errorsmod.Register(ModuleName, 10, "validator has no vrf key")
	// ErrInvalidProof is returned when a proposer's proof does not hold for its key in force, the chain and the height.
	ErrInvalidProof = errorsmod.Register(ModuleName, 11, "invalid beacon proof")
	// ErrNoKeyInForce is returned when a proof comes from a proposer without a key in force.
	ErrNoKeyInForce = errorsmod.Register(ModuleName, 12, "proposer has no vrf key in force")
	// ErrInvalidGenesis is returned for a genesis that does not fit together.
	ErrInvalidGenesis = errorsmod.Register(ModuleName, 13, "invalid genesis")
	// ErrInvariant is returned by the invariants when the state contradicts itself.
	ErrInvariant = errorsmod.Register(ModuleName, 14, "invariant broken")
)
