package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	corestore "cosmossdk.io/core/store"
	errorsmod "cosmossdk.io/errors"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/aichain/aichain/internal/idset"
	"github.com/aichain/aichain/x/attest/types"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// roundKey is (task id, round).
type roundKey = collections.Pair[uint64, uint32]

// dueKey is the deadline height and the id of a task, which has one open round at most.
type dueKey = idset.At

// Keys of the disputes.
type (
	// idAt is (height or task id, id).
	idAt = collections.Pair[uint64, uint64]
	// queueKey is (task id, solver, dispute id).
	queueKey = collections.Triple[uint64, string, uint64]
	// challengeKey is (task id, solver, challenger).
	challengeKey = collections.Triple[uint64, string, string]
	// dutyKey is (party, dispute id).
	dutyKey = collections.Pair[string, uint64]
	// traceKey is (task id, provider).
	traceKey = collections.Pair[uint64, string]
	// shownKey is (dispute id, depth).
	shownKey = collections.Pair[uint64, uint32]
	// sealedKey is (height, provider, first task id).
	sealedKey = collections.Triple[uint64, string, uint64]
)

// Keeper owns the store of x/attest. All keys have a fixed width (an address is as long as any other), so an operation
// costs the same however many came before.
type Keeper struct {
	addr      address.Codec // reads the addresses of signers and seats
	tasks     types.Tasks   // x/compute: gives tasks, takes requests for seats and closings
	stakes    types.Stakes  // x/reward: holds and takes what is at stake when a settled result is challenged
	beacon    types.Beacon  // x/beacon: draws which rounds get an audit seat
	hooks     types.Hooks   // x/reward: told the end of each task; nil in a chain without money
	authority string        // may replace the parameters, unless the consensus parameters name another

	store  corestore.KVStoreService // for migrations, which read what is no longer in the schema
	schema collections.Schema
	// params → Params: the governed bounds.
	params collections.Item[types.Params]
	// (task id, round) → Round: all that is known of a round, kept until x/compute forgets the task.
	rounds collections.Map[roundKey, types.Round]
	// (deadline height, task id): the open rounds that are not parked, by the height of their next step, 64 ids a key.
	deadlines idset.Set
	// task id → Parked: tasks whose open round could not be closed; the round itself is unchanged.
	parked collections.Map[uint64, parkedRecord]

	// id → Dispute: every dispute, until x/compute forgets the task.
	disputes collections.Map[uint64, types.Dispute]
	// the next id, from 1.
	nextDispute collections.Sequence
	// (task id, dispute id): every dispute, by task.
	taskDisputes collections.KeySet[idAt]
	// (task id, solver, dispute id): the unresolved disputes against a solver. The first is played, the others wait.
	queue collections.KeySet[queueKey]
	// (task id, solver, challenger) → dispute id: every dispute, so that nobody challenges one solver twice.
	challenges collections.Map[challengeKey, uint64]
	// (party, dispute id): the unresolved disputes of a solver or challenger.
	duties collections.KeySet[dutyKey]
	// (task id, provider) → Trace: what binds a solver in all disputes about its result.
	traces collections.Map[traceKey, types.Trace]
	// (dispute id, depth) → Shown: what a solver has shown below the top, until the dispute is resolved.
	shown collections.Map[shownKey, types.Shown]
	// (deadline height, dispute id): the disputes in which a move is due, unless parked.
	disputeDeadlines collections.KeySet[idAt]
	// task id → Case: the disputes of a task that belong together, while the referee is not done with it.
	cases collections.Map[uint64, types.Case]
	// (Case.until, task id): the cases without an unresolved dispute, unless parked. They end in the first block at or
	// after that height.
	caseEnds collections.KeySet[idAt]
	// (height, provider, first task id) → Sealed: rounds whose last seat committed in a message of that block, for the lot of
	// the next.
	sealed collections.Map[sealedKey, types.Sealed]
	// dispute id → ParkedDispute: disputes whose time-out failed; the dispute itself is unchanged.
	parkedDisputes collections.Map[uint64, types.ParkedDispute]

	// message kind ‖ task id ‖ round ‖ provider: seat messages in this node's mempool. Check state only; see
	// MarkSeatMessage.
	pending collections.KeySet[[]byte]
}

// NewKeeper builds the keeper and checks its schema; it panics on a wiring mistake. The authority must be an address
// that addr can read.
func NewKeeper(cdc codec.BinaryCodec, store corestore.KVStoreService, addr address.Codec,
	tasks types.Tasks, stakes types.Stakes, beacon types.Beacon, authority string,
) *Keeper {
	if tasks == nil || stakes == nil || beacon == nil {
		panic("x/attest needs x/compute, x/reward and x/beacon, got nil")
	}
	if _, err := addr.StringToBytes(authority); err != nil {
		panic(errorsmod.Wrap(err, "x/attest needs an authority address"))
	}
	sb := collections.NewSchemaBuilder(store)
	k := &Keeper{
		store:     store,
		addr:      addr,
		tasks:     tasks,
		stakes:    stakes,
		beacon:    beacon,
		authority: authority,
		params:    collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		rounds: collections.NewMap(sb, types.RoundsKey, "rounds",
			collections.PairKeyCodec(collections.Uint64Key, collections.Uint32Key), roundCodec{codec.CollValue[types.Round](cdc)}),
		deadlines: idset.New(sb, types.DeadlinesKey, "deadlines"),
		parked:    collections.NewMap(sb, types.ParkedKey, "parked", collections.Uint64Key, codec.CollValue[parkedRecord](cdc)),
		pending:   collections.NewKeySet(sb, types.PendingKey, "pending", collections.BytesKey),
	}
	k.buildDisputes(sb, cdc)
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.schema = schema
	return k
}

// buildDisputes declares the collections of the referee.
func (k *Keeper) buildDisputes(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) {
	number, text := collections.Uint64Key, collections.StringKey
	byID := collections.PairKeyCodec(number, number)
	byParty := collections.PairKeyCodec(number, text)
	k.disputes = collections.NewMap(sb, types.DisputesKey, "disputes", number, codec.CollValue[types.Dispute](cdc))
	k.nextDispute = collections.NewSequence(sb, types.NextDisputeKey, "next_dispute")
	k.taskDisputes = collections.NewKeySet(sb, types.TaskDisputesKey, "task_disputes", byID)
	k.queue = collections.NewKeySet(sb, types.QueueKey, "queue", collections.TripleKeyCodec(number, text, number))
	k.challenges = collections.NewMap(sb, types.ChallengesKey, "challenges",
		collections.TripleKeyCodec(number, text, text), collections.Uint64Value)
	k.duties = collections.NewKeySet(sb, types.DutiesKey, "duties", collections.PairKeyCodec(text, number))
	k.traces = collections.NewMap(sb, types.TracesKey, "traces", byParty, codec.CollValue[types.Trace](cdc))
	k.shown = collections.NewMap(sb, types.ShownKey, "shown",
		collections.PairKeyCodec(number, collections.Uint32Key), codec.CollValue[types.Shown](cdc))
	k.disputeDeadlines = collections.NewKeySet(sb, types.DisputeDeadlinesKey, "dispute_deadlines", byID)
	k.cases = collections.NewMap(sb, types.CasesKey, "cases", number, codec.CollValue[types.Case](cdc))
	k.caseEnds = collections.NewKeySet(sb, types.CaseEndsKey, "case_ends", byID)
	k.sealed = collections.NewMap(sb, types.SealedKey, "sealed", collections.TripleKeyCodec(number, text, number), codec.CollValue[types.Sealed](cdc))
	k.parkedDisputes = collections.NewMap(sb, types.ParkedDisputesKey, "parked_disputes", number, codec.CollValue[types.ParkedDispute](cdc))
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
