package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	corestore "cosmossdk.io/core/store"
	errorsmod "cosmossdk.io/errors"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/idset"
	"github.com/aichain/aichain/x/compute/types"
)

// Shapes of the longer keys.
type (
	// offerKey is provider, model id.
	offerKey = collections.Pair[sdk.AccAddress, []byte]
	// refKey is requester, client_ref.
	refKey = collections.Pair[sdk.AccAddress, []byte]
	// seatingKey is provider, height of the match.
	seatingKey = collections.Pair[sdk.AccAddress, uint64]
	// priceKey is model id, uaic per 1 000 tokens, provider.
	priceKey = collections.Triple[[]byte, uint64, sdk.AccAddress]
	// nodeKey is model id, level, index.
	nodeKey = collections.Triple[[]byte, uint32, uint64]
	// nameKey is name, height of publication, model id.
	nameKey = collections.Triple[string, uint64, []byte]
	// agendaKey is group, height, task id.
	agendaKey = idset.At
)

// Keeper owns the store of x/compute. It holds no money and no bank.
type Keeper struct {
	addr      address.Codec
	escrow    types.Escrow // takes the price of a task at the post, gives it back when nobody was seated
	bonds     types.Bonds  // says how much of a provider's bond is free, and reserves it for seats
	beacon    types.Beacon // the randomness of draws
	hooks     types.Hooks  // hears of rounds that begin, or for which nobody was found; set after construction
	rounds    types.Rounds // tells queries and pruning about the rounds of a task; set after construction
	authority string       // fallback when the consensus params name no authority

	store  corestore.KVStoreService // for migrations, which read what is no longer in the schema
	schema collections.Schema

	// params: the governed parameters.
	params collections.Item[types.Params]
	// nextTaskID: the id of the next task, from 1.
	nextTaskID collections.Item[uint64]

	// providers: address → record.
	providers collections.Map[sdk.AccAddress, types.Provider]

	// models: id → record.
	models collections.Map[[]byte, types.Model]
	// modelNames: name, publish height, id: a name is not owned, so all models of one are found, oldest first.
	modelNames collections.KeySet[nameKey]

	// offers: provider, model → offer. An offer with 0 slots was withdrawn while seats were open; it is in
	// none of the indexes below and goes with its last seat.
	offers collections.Map[offerKey, types.Offer]
	// offerCounts: model → number of standing offers, which have positions 0 to count-1; absent when 0.
	offerCounts collections.Map[[]byte, uint64]
	// positions: model, position → provider: the leaves of the draw tree.
	positions collections.Map[collections.Pair[[]byte, uint64], []byte]
	// drawNodes: model, level, index → bonds below: the inner nodes of the draw tree; absent when all 0.
	drawNodes collections.Map[nodeKey, types.DrawNode]
	// inputPrices and outputPrices: model, price, provider: the cheapest of a model is the first key.
	inputPrices  collections.KeySet[priceKey]
	outputPrices collections.KeySet[priceKey]

	// tasks: id → task.
	tasks collections.Map[uint64, types.Task]
	// refs: requester, client_ref → id. A task without a client_ref has its id behind a zero byte, so this
	// one index also lists the tasks of a requester.
	refs collections.Map[refKey, uint64]
	// agenda: group, height, id: what each block must look at, 64 ids a key. A task is in it exactly once, except in a
	// round, whose deadlines x/attest keeps, and when parked.
	agenda idset.Set
	// seatings: provider, height → tasks on which it was seated in that block.
	seatings collections.Map[seatingKey, types.SeatIds]
	// parked: task → the block item that failed.
	parked collections.Map[uint64, types.Parked]
}

// NewKeeper builds the keeper. It panics on a wiring mistake. SetHooks and SetRounds complete it.
func NewKeeper(
	cdc codec.BinaryCodec,
	store corestore.KVStoreService,
	addr address.Codec,
	escrow types.Escrow,
	bonds types.Bonds,
	beacon types.Beacon,
	authority string,
) *Keeper {
	if escrow == nil || bonds == nil || beacon == nil {
		panic("x/compute: expected escrow, bonds and beacon, got nil")
	}
	if _, err := addr.StringToBytes(authority); err != nil {
		panic(err)
	}
	k := &Keeper{addr: addr, escrow: escrow, bonds: bonds, beacon: beacon, authority: authority, store: store}
	sb := collections.NewSchemaBuilder(store)
	k.buildMarket(sb, cdc)
	k.buildTasks(sb, cdc)
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.schema = schema
	return k
}

func (k *Keeper) buildMarket(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) {
	price := collections.TripleKeyCodec(collections.BytesKey, collections.Uint64Key, sdk.AccAddressKey)
	k.params = collections.NewItem(sb, types.ParamsPrefix, "params", codec.CollValue[types.Params](cdc))
	k.providers = collections.NewMap(sb, types.ProvidersPrefix, "providers", sdk.AccAddressKey, codec.CollValue[types.Provider](cdc))
	k.models = collections.NewMap(sb, types.ModelsPrefix, "models", collections.BytesKey, codec.CollValue[types.Model](cdc))
	k.modelNames = collections.NewKeySet(sb, types.ModelNamesPrefix, "model_names",
		collections.TripleKeyCodec(collections.StringKey, collections.Uint64Key, collections.BytesKey))
	k.offers = collections.NewMap(sb, types.OffersPrefix, "offers",
		collections.PairKeyCodec(sdk.AccAddressKey, collections.BytesKey), codec.CollValue[types.Offer](cdc))
	k.offerCounts = collections.NewMap(sb, types.OfferCountsPrefix, "offer_counts", collections.BytesKey, collections.Uint64Value)
	k.positions = collections.NewMap(sb, types.PositionsPrefix, "positions",
		collections.PairKeyCodec(collections.BytesKey, collections.Uint64Key), collections.BytesValue)
	k.drawNodes = collections.NewMap(sb, types.DrawNodesPrefix, "draw_nodes",
		collections.TripleKeyCodec(collections.BytesKey, collections.Uint32Key, collections.Uint64Key), codec.CollValue[types.DrawNode](cdc))
	k.inputPrices = collections.NewKeySet(sb, types.InputPricesPrefix, "input_prices", price)
	k.outputPrices = collections.NewKeySet(sb, types.OutputPricesPrefix, "output_prices", price)
}

func (k *Keeper) buildTasks(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) {
	k.nextTaskID = collections.NewItem(sb, types.NextTaskIDPrefix, "next_task_id", collections.Uint64Value)
	k.tasks = collections.NewMap(sb, types.TasksPrefix, "tasks", collections.Uint64Key, codec.CollValue[types.Task](cdc))
	k.refs = collections.NewMap(sb, types.RefsPrefix, "refs",
		collections.PairKeyCodec(sdk.AccAddressKey, collections.BytesKey), collections.Uint64Value)
	k.agenda = idset.New(sb, types.AgendaPrefix, "agenda")
	k.seatings = collections.NewMap(sb, types.SeatingsPrefix, "seatings",
		collections.PairKeyCodec(sdk.AccAddressKey, collections.Uint64Key), codec.CollValue[types.SeatIds](cdc))
	k.parked = collections.NewMap(sb, types.ParkedPrefix, "parked", collections.Uint64Key, codec.CollValue[types.Parked](cdc))
}

// SetHooks tells the keeper who hears of matched rounds. It panics if called twice.
func (k *Keeper) SetHooks(h types.Hooks) {
	if k.hooks != nil {
		panic("x/compute: expected SetHooks once, got it twice")
	}
	k.hooks = h
}

// SetRounds tells the keeper who knows the rounds of a task. It panics if called twice.
func (k *Keeper) SetRounds(r types.Rounds) {
	if k.rounds != nil {
		panic("x/compute: expected SetRounds once, got it twice")
	}
	k.rounds = r
}

// Schema describes the store, for decoders.
func (k *Keeper) Schema() collections.Schema { return k.schema }

// Params returns the parameters in force.
func (k *Keeper) Params(ctx context.Context) (types.Params, error) { return k.params.Get(ctx) }

// account decodes an address and gives its one canonical spelling: bech32 may also be written in capitals,
// and identities are compared as strings. It returns ErrBadAddress.
func (k *Keeper) account(s string) (sdk.AccAddress, string, error) {
	a, err := k.addr.StringToBytes(s)
	if err != nil {
		return nil, "", errorsmod.Wrapf(types.ErrBadAddress, "%q: %s", s, err)
	}
	spelled, err := k.addr.BytesToString(a)
	if err != nil {
		return nil, "", errorsmod.Wrapf(types.ErrBadAddress, "%q: %s", s, err)
	}
	return a, spelled, nil
}
