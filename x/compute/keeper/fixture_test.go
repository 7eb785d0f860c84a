package keeper

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/log/v2"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	store "github.com/cosmos/cosmos-sdk/store/v2"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/rules/payout"
	"github.com/aichain/aichain/x/compute/types"
)

const (
	testVocab   = 100
	testContext = 64
	oneAIC      = 1_000_000
	testBond    = 100 * oneAIC
)

var (
	modelA = bytes.Repeat([]byte{0xa}, 32)
	modelB = bytes.Repeat([]byte{0xb}, 32)
	// modelC is canonical: its tasks are refereed and audited.
	modelC = bytes.Repeat([]byte{0xc}, 32)
)

// fixture is a keeper on a real store with stateful fakes around it, three models, nobody registered.
type fixture struct {
	t      testing.TB
	ctx    sdk.Context
	k      *Keeper
	msgs   types.MsgServer
	q      types.QueryServer
	m      *money
	b      beacon
	r      *rounds
	stores []*storetypes.KVStoreKey
}

func addr(name string) sdk.AccAddress { return append(bytes.Repeat([]byte{1}, 20-len(name)), name...) }

// account is the address of a name; every name starts with 1 000 000 AIC.
func account(name string) string { return addr(name).String() }

func provider(i int) string { return account(fmt.Sprintf("p%05d", i)) }

func emptyFixture(t testing.TB) *fixture {
	t.Helper()
	keys := map[string]*storetypes.KVStoreKey{types.StoreKey: storetypes.NewKVStoreKey(types.StoreKey), "fakes": storetypes.NewKVStoreKey("fakes")}
	cms := store.NewCommitMultiStore(dbm.NewMemDB(), log.NewNopLogger())
	cms.MountStoreWithDB(keys[types.StoreKey], storetypes.StoreTypeIAVL, nil)
	cms.MountStoreWithDB(keys["fakes"], storetypes.StoreTypeIAVL, nil)
	require.NoError(t, cms.LoadLatestVersion())
	ctx := sdk.NewContext(cms, cmtproto.Header{}, false, log.NewNopLogger()).WithChainID("aichain-test").WithBlockHeight(10)
	return fixtureOn(t, ctx, keys)
}

func fixtureOn(t testing.TB, ctx sdk.Context, keys map[string]*storetypes.KVStoreKey) *fixture {
	t.Helper()
	sb := collections.NewSchemaBuilder(runtime.NewKVStoreService(keys["fakes"]))
	f := &fixture{t: t, ctx: ctx, m: newMoney(sb), b: beacon{missing: map[uint64]bool{}}}
	f.stores = []*storetypes.KVStoreKey{keys[types.StoreKey], keys["fakes"]}
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	f.k = NewKeeper(cdc, runtime.NewKVStoreService(keys[types.StoreKey]), addresscodec.NewBech32Codec("cosmos"), f.m, f.m, f.b, account("gov"))
	f.r = newRounds(sb, f.k, f.m)
	f.k.SetHooks(f.r)
	f.k.SetRounds(f.r)
	_, err := sb.Build()
	require.NoError(t, err)
	f.msgs, f.q = NewMsgServer(f.k), NewQueryServer(f.k)
	return f
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	f := emptyFixture(t)
	gs := types.DefaultGenesis()
	gs.Params.MaxInputTokens, gs.Params.MaxOutputTokens, gs.Params.MaxBatch = 40, 40, 120
	gs.Models = []types.Model{
		{
			Id: modelA, Publisher: account("publisher"), Name: "a", License: "MIT", Vocab: testVocab, MaxContext: testContext, FeeBps: 100,
			Splits: []types.FeeSplit{{Recipient: account("publisher"), ShareBps: types.FullBps}},
		},
		{Id: modelB, Publisher: account("publisher"), Name: "b", License: "MIT", Vocab: testVocab, MaxContext: testContext},
		{Id: modelC, Publisher: account("publisher"), Name: "c", License: "MIT", Vocab: testVocab, MaxContext: testContext, Profile: model.Profile},
	}
	require.NoError(t, f.k.InitGenesis(f.ctx, gs))
	for _, name := range []string{"alice", "bob", "mallory"} {
		f.fund(account(name))
	}
	return f
}

func (f *fixture) fund(who string) {
	require.NoError(f.t, f.m.accounts.Set(f.ctx, who, 1_000_000*oneAIC))
}

// market registers n providers with offers of price 1 000 in, 2 000 out and one slot each for the model.
func (f *fixture) market(n int, modelID []byte) {
	for i := range n {
		f.provider(provider(i), testBond)
		f.offer(provider(i), modelID, 1000, 2000, 1)
	}
}

func (f *fixture) provider(who string, bond int64) {
	f.fund(who)
	f.ok(&types.MsgRegisterProvider{Provider: who, Moniker: "m", Bond: uaic(bond)})
}

func (f *fixture) offer(who string, modelID []byte, in, out uint64, slots uint32) {
	f.ok(&types.MsgSetOffer{Provider: who, ModelId: modelID, PriceInput: in, PriceOutput: out, Slots: slots})
}

func uaic(n int64) sdk.Coin { return sdk.Coin{Denom: payout.Denom, Amount: math.NewInt(n)} }

// terms ask 3 seats for at most 10 output tokens and 100 uaic a seat.
func terms() types.TaskTerms {
	return types.TaskTerms{
		Kind: types.TASK_KIND_INFERENCE, Assurance: types.ASSURANCE_CLASS_REDUNDANT, ModelId: modelA,
		Seats: 3, MaxOutputTokens: 10, MaxPrice: uaic(300),
	}
}

func post(refs ...string) *types.MsgPostTask {
	msg := &types.MsgPostTask{Requester: account("alice"), Payer: account("alice"), Terms: terms()}
	for _, r := range refs {
		msg.Inputs = append(msg.Inputs, types.TaskInput{ClientRef: r, Tokens: []uint32{1, 2, 3, 4, 5}})
	}
	return msg
}

// canonical is a post on the canonical model, whose price of 400 is enough for 3 seats and an audit at 100.
func canonical(refs ...string) *types.MsgPostTask {
	msg := post(refs...)
	msg.Terms.ModelId, msg.Terms.MaxPrice = modelC, uaic(400)
	return msg
}

// do handles a message in a branch of the state that is kept only on success.
func (f *fixture) do(msg sdk.Msg) (any, error) {
	branch, write := f.ctx.CacheContext()
	resp, err := f.handle(branch, msg)
	if err == nil {
		write()
	}
	return resp, err
}

func (f *fixture) handle(ctx context.Context, msg sdk.Msg) (any, error) {
	switch m := msg.(type) {
	case *types.MsgRegisterProvider:
		return f.msgs.RegisterProvider(ctx, m)
	case *types.MsgUpdateProvider:
		return f.msgs.UpdateProvider(ctx, m)
	case *types.MsgDrainProvider:
		return f.msgs.DrainProvider(ctx, m)
	case *types.MsgRetireProvider:
		return f.msgs.RetireProvider(ctx, m)
	case *types.MsgPublishModel:
		return f.msgs.PublishModel(ctx, m)
	case *types.MsgDeprecateModel:
		return f.msgs.DeprecateModel(ctx, m)
	case *types.MsgSetOffer:
		return f.msgs.SetOffer(ctx, m)
	case *types.MsgRemoveOffer:
		return f.msgs.RemoveOffer(ctx, m)
	case *types.MsgPostTask:
		return f.msgs.PostTask(ctx, m)
	case *types.MsgCancelTask:
		return f.msgs.CancelTask(ctx, m)
	case *types.MsgRetryParked:
		return f.msgs.RetryParked(ctx, m)
	case *types.MsgUpdateParams:
		return f.msgs.UpdateParams(ctx, m)
	default:
		return nil, fmt.Errorf("no such message: %T", msg)
	}
}

// ok handles a message that must succeed and keep the invariants.
func (f *fixture) ok(msg sdk.Msg) any {
	f.t.Helper()
	resp, err := f.do(msg)
	require.NoError(f.t, err)
	return resp
}

// refused handles a message, in a branch of the state as every transaction is, that must fail with the error's
// code and leave the state alone.
func (f *fixture) refused(want *errorsmod.Error, msg sdk.Msg) {
	f.t.Helper()
	before := f.dump(f.ctx)
	_, err := f.do(msg)
	require.Error(f.t, err)
	require.True(f.t, errors.Is(err, want), "expected %v, got %v", want, err)
	require.Equal(f.t, before, f.dump(f.ctx))
}

// dump is the content of the stores.
func (f *fixture) dump(ctx sdk.Context) map[string]string {
	out := map[string]string{}
	for _, key := range f.stores {
		it := ctx.KVStore(key).Iterator(nil, nil)
		for ; it.Valid(); it.Next() {
			out[key.Name()+"/"+string(it.Key())] = string(it.Value())
		}
		require.NoError(f.t, it.Close())
	}
	return out
}

// endBlocks runs the ends of all blocks up to and including a height and then stands in the next block.
func (f *fixture) endBlocks(until int64) {
	f.t.Helper()
	for f.ctx.BlockHeight() <= until {
		f.endBlock()
	}
}

// steps runs both ends of a block at once: what these tests send comes before the draw, since they know no beacon
// that a sender could have seen. TestProposerCannotSteerTheDraw of tests/attack shows the true order.
func (f *fixture) steps(ctx sdk.Context) error {
	if err := f.k.BeginBlock(ctx); err != nil {
		return err
	}
	return f.k.EndBlock(ctx)
}

func (f *fixture) endBlock() {
	f.t.Helper()
	require.NoError(f.t, f.steps(f.ctx))
	require.NoError(f.t, f.k.Invariants(f.ctx))
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1).WithEventManager(sdk.NewEventManager())
}

func (f *fixture) task(id uint64) types.Task {
	f.t.Helper()
	t, err := f.k.Task(f.ctx, id)
	require.NoError(f.t, err)
	return t
}

func (f *fixture) status(id uint64) types.TaskStatus {
	f.t.Helper()
	return f.task(id).Status
}

// settle ends the round of a task and closes it as agreed.
func (f *fixture) settle(id uint64) {
	f.t.Helper()
	require.NoError(f.t, f.r.end(f.ctx, f.task(id)))
	require.NoError(f.t, f.m.held.Set(f.ctx, id, 0))
	require.NoError(f.t, f.k.Close(f.ctx, id, types.Closing{
		Status: types.TASK_STATUS_SETTLED, Reason: types.REASON_TASK_AGREED, ResultRoot: modelA, OutputTokens: 7,
	}))
}

// audit draws a blind seat for the round of a task and adds it there.
func (f *fixture) audit(id uint64, seed byte) (seat types.MatchedSeat, found bool) {
	f.t.Helper()
	seat, found, err := f.k.SeatAudit(f.ctx, id, [32]byte{seed})
	require.NoError(f.t, err)
	if list := f.r.of(f.ctx, id); found {
		require.NoError(f.t, f.k.NoteSeats(f.ctx, []types.TakenSeat{{Provider: seat.Provider, TaskID: id}}))
		last := &list[len(list)-1]
		last.Seats, last.Audit = append(last.Seats, seat), uint64(f.ctx.BlockHeight())
		require.NoError(f.t, f.r.put(f.ctx, id, list))
	}
	return seat, found
}

// again ends the round of a task and asks for seats in a role.
func (f *fixture) again(id uint64, role types.SeatRole) {
	f.t.Helper()
	require.NoError(f.t, f.r.end(f.ctx, f.task(id)))
	require.NoError(f.t, f.k.RequestSeats(f.ctx, id, role))
}

// events lists the names of the events in the block so far, without package.
func (f *fixture) events() (out []string) {
	for _, e := range f.ctx.EventManager().Events() {
		out = append(out, e.Type[strings.LastIndexByte(e.Type, '.')+1:])
	}
	return out
}

func (f *fixture) offerOf(who string, modelID []byte) types.Offer {
	f.t.Helper()
	a, err := sdk.AccAddressFromBech32(who)
	require.NoError(f.t, err)
	o, err := f.k.offer(f.ctx, a, modelID)
	require.NoError(f.t, err)
	return o
}
