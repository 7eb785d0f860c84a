package keeper

import (
	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/aichain/aichain/x/beacon/types"
)

// Keeper owns the state of x/beacon.
//
// Invariants: owners is exactly the set of key and previous of all keys; the outputs' heights follow each other
// without a gap and end at the present block.
type Keeper struct {
	// operators reads and writes operator addresses; keys belong to operators because consensus keys rotate.
	operators address.Codec
	// validators tells who the operator behind a proposer is, and that a key is registered by a validator.
	validators types.Validators
	// authority may change the parameters when the consensus parameters name nobody: the gov account.
	authority string

	schema collections.Schema
	// params → Params: governed.
	params collections.Item[types.Params]
	// keys, operator → VrfKey: the key in force and the one waiting.
	keys collections.Map[[]byte, types.VrfKey]
	// owners, public key → operator: no two validators may speak with one key.
	owners collections.Map[[]byte, []byte]
	// outputs, height → Output: R_h of the last history_blocks blocks and of the block before genesis.
	outputs collections.Map[uint64, types.Output]
	// skips → number of blocks whose proposer kept silent: shows whether silence is being used.
	skips collections.Item[uint64]
}

// NewKeeper builds the keeper. It panics on a wiring mistake.
func NewKeeper(
	cdc codec.BinaryCodec, storeService store.KVStoreService, operators address.Codec, validators types.Validators, authority string,
) *Keeper {
	if operators == nil || validators == nil || authority == "" {
		panic("x/beacon: expected an operator address codec, validators and an authority")
	}
	sb := collections.NewSchemaBuilder(storeService)
	k := &Keeper{
		operators: operators, validators: validators, authority: authority,
		params:  collections.NewItem(sb, types.ParamsPrefix, "params", codec.CollValue[types.Params](cdc)),
		keys:    collections.NewMap(sb, types.KeysPrefix, "keys", collections.BytesKey, codec.CollValue[types.VrfKey](cdc)),
		owners:  collections.NewMap(sb, types.OwnersPrefix, "owners", collections.BytesKey, collections.BytesValue),
		outputs: collections.NewMap(sb, types.OutputsPrefix, "outputs", collections.Uint64Key, codec.CollValue[types.Output](cdc)),
		skips:   collections.NewItem(sb, types.SkipsPrefix, "skips", collections.Uint64Value),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.schema = schema
	return k
}

// Schema returns the collections of the module, for the simulator's store decoder.
func (k *Keeper) Schema() collections.Schema { return k.schema }
