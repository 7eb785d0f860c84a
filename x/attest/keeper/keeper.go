package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	corestore "cosmossdk.io/core/store"
	errorsmod "cosmossdk.io/errors"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/aichain/aichain/x/attest/types"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// roundKey is (task id, round).
type roundKey = collections.Pair[uint64, uint32]

// dueKey is (deadline height, task id, round).
type dueKey = collections.Triple[uint64, uint64, uint32]

// Keeper owns the store of x/attest. All keys have a fixed width, so an operation costs the same however many came
// before.
type Keeper struct {
	addr      address.Codec // reads the addresses of signers and seats
	tasks     types.Tasks   // x/compute: gives tasks, takes requests for seats and closings
	hooks     types.Hooks   // x/reward: told the end of each task; nil in a chain without money
	authority string        // may replace the parameters, unless the consensus parameters name another

	schema collections.Schema
	// params → Params: the governed bounds.
	params collections.Item[types.Params]
	// (task id, round) → Round: all that is known of a round, kept until x/compute forgets the task.
	rounds collections.Map[roundKey, types.Round]
	// (deadline height, task id, round): the open rounds that are not parked, by the height of their next step.
	deadlines collections.KeySet[dueKey]
	// task id → Parked: tasks whose open round could not be closed; the round itself is unchanged.
	parked collections.Map[uint64, parkedRecord]
	// message kind ‖ task id ‖ round ‖ provider: seat messages in this node's mempool. Check state only; see
	// MarkSeatMessage.
	pending collections.KeySet[[]byte]
}

// NewKeeper builds the keeper and checks its schema; it panics on a wiring mistake. The authority must be an address
// that addr can read.
func NewKeeper(cdc codec.BinaryCodec, store corestore.KVStoreService, addr address.Codec, tasks types.Tasks, authority string) *Keeper {
	if tasks == nil {
		panic("x/attest needs x/compute, got nil")
	}
	if _, err := addr.StringToBytes(authority); err != nil {
		panic(errorsmod.Wrap(err, "x/attest needs an authority address"))
	}
	sb := collections.NewSchemaBuilder(store)
	k := &Keeper{
		addr:      addr,
		tasks:     tasks,
		authority: authority,
		params:    collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		rounds: collections.NewMap(sb, types.RoundsKey, "rounds",
			collections.PairKeyCodec(collections.Uint64Key, collections.Uint32Key), codec.CollValue[types.Round](cdc)),
		deadlines: collections.NewKeySet(sb, types.DeadlinesKey, "deadlines",
			collections.TripleKeyCodec(collections.Uint64Key, collections.Uint64Key, collections.Uint32Key)),
		parked:  collections.NewMap(sb, types.ParkedKey, "parked", collections.Uint64Key, codec.CollValue[parkedRecord](cdc)),
		pending: collections.NewKeySet(sb, types.PendingKey, "pending", collections.BytesKey),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.schema = schema
	return k
}

// SetHooks sets who hears of final verdicts; once, at wiring.
func (k *Keeper) SetHooks(h types.Hooks) {
	if k.hooks != nil {
		panic("the hooks of x/attest are already set")
	}
	k.hooks = h
}

// Schema returns the built schema, for tools that decode the store.
func (k *Keeper) Schema() collections.Schema { return k.schema }

// Params returns the parameters in force.
func (k *Keeper) Params(ctx context.Context) (types.Params, error) { return k.params.Get(ctx) }

// unmetered returns the context with store access free of gas. Seat messages pay by the law in gas.go, which is known
// before sending and is the same for the first task and the last, and not by the size of what others stored.
func unmetered(ctx sdk.Context) sdk.Context { return ctx.WithKVGasConfig(storetypes.GasConfig{}) }

// heightOf returns the height of the block in progress.
func heightOf(ctx sdk.Context) uint64 { return uint64(ctx.BlockHeight()) }
