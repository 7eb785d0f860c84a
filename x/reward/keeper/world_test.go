package keeper_test

import (
	"context"
	"testing"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	corestore "cosmossdk.io/core/store"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/log/v2"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/store/v2"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/aichain/aichain/rules/payout"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	"github.com/aichain/aichain/x/reward/keeper"
	"github.com/aichain/aichain/x/reward/types"
)

const rich = 1_000_000_000

var addresses = address.NewBech32Codec("aic")

// account of a name: the same bytes in every test.
func account(name string) sdk.AccAddress {
	b := make([]byte, 20)
	copy(b, name)
	return b
}

// named writes the account of a name as messages do.
func named(name string) string {
	s, err := addresses.BytesToString(account(name))
	if err != nil {
		panic(err)
	}
	return s
}

var moduleAccount, feeCollector, fire = account("module"), account("fee collector"), account("fire")

// bank keeps balances in a store of the same context, so that a branch that is not written loses them too.
type bank struct {
	balances collections.Map[sdk.AccAddress, uint64]
	blocked  map[string]bool // refuses to receive
	noBurn   bool
	noMint   bool
	sends    int
	minted   uint64 // also what a branch minted that was not written
}

func newBank(kv corestore.KVStoreService) *bank {
	sb := collections.NewSchemaBuilder(kv)
	b := &bank{
		balances: collections.NewMap(sb, collections.NewPrefix(1), "balances", sdk.AccAddressKey, collections.Uint64Value),
		blocked:  map[string]bool{},
	}
	if _, err := sb.Build(); err != nil {
		panic(err)
	}
	return b
}

func (b *bank) of(ctx context.Context, who sdk.AccAddress) uint64 {
	amount, err := b.balances.Get(ctx, who)
	if err != nil {
		return 0
	}
	return amount
}

func (b *bank) move(ctx context.Context, from, to sdk.AccAddress, amt sdk.Coins) error {
	if len(amt) != 1 || amt[0].Denom != payout.Denom {
		return errorsmod.Wrap(sdkerrors.ErrInvalidCoins, amt.String())
	}
	amount := amt[0].Amount.Uint64()
	if b.of(ctx, from) < amount {
		return sdkerrors.ErrInsufficientFunds
	}
	b.sends++
	if err := b.balances.Set(ctx, from, b.of(ctx, from)-amount); err != nil {
		return err
	}
	return b.balances.Set(ctx, to, b.of(ctx, to)+amount)
}

func (b *bank) SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, _ string, amt sdk.Coins) error {
	return b.move(ctx, from, moduleAccount, amt)
}

func (b *bank) SendCoinsFromModuleToAccount(ctx context.Context, _ string, to sdk.AccAddress, amt sdk.Coins) error {
	if err := b.move(ctx, moduleAccount, to, amt); err != nil { // moves first: a failure must undo it
		return err
	}
	if b.blocked[string(to)] {
		return errorsmod.Wrap(sdkerrors.ErrUnauthorized, "not allowed to receive funds")
	}
	return nil
}

func (b *bank) SendCoinsFromModuleToModule(ctx context.Context, _, to string, amt sdk.Coins) error {
	if to != authtypes.FeeCollectorName {
		return sdkerrors.ErrUnknownAddress
	}
	return b.move(ctx, moduleAccount, feeCollector, amt)
}

func (b *bank) BurnCoins(ctx context.Context, _ string, amt sdk.Coins) error {
	if err := b.move(ctx, moduleAccount, fire, amt); err != nil {
		return err
	}
	if b.noBurn {
		panic("the fire is out")
	}
	return nil
}

func (b *bank) MintCoins(ctx context.Context, _ string, amt sdk.Coins) error {
	if b.noMint {
		return errorsmod.Wrap(sdkerrors.ErrUnauthorized, "may not mint")
	}
	b.minted += amt[0].Amount.Uint64()
	return b.balances.Set(ctx, moduleAccount, b.of(ctx, moduleAccount)+amt[0].Amount.Uint64())
}

func (b *bank) GetBalance(ctx context.Context, who sdk.AccAddress, denom string) sdk.Coin {
	return sdk.NewCoin(denom, math.NewIntFromUint64(b.of(ctx, who)))
}

func (b *bank) SpendableCoin(ctx context.Context, who sdk.AccAddress, denom string) sdk.Coin {
	return b.GetBalance(ctx, who, denom)
}

// accounts knows the module account; it is stored when a test says so.
type accounts struct{ stored *authtypes.ModuleAccount }

func (*accounts) GetModuleAddress(string) sdk.AccAddress { return moduleAccount }

func (a *accounts) GetAccount(context.Context, sdk.AccAddress) sdk.AccountI {
	if a.stored == nil {
		return nil
	}
	return a.stored
}

func (a *accounts) SetAccount(_ context.Context, acc sdk.AccountI) {
	a.stored = acc.(*authtypes.ModuleAccount)
}

// providers remembers what it was told about bonds.
type providers struct {
	least uint64
	told  map[string]uint64
}

func (p *providers) MinBond(context.Context) (uint64, error) { return p.least, nil }

func (p *providers) Params(context.Context) (computetypes.Params, error) {
	return computetypes.DefaultParams(), nil
}

func (p *providers) BondChanged(_ context.Context, provider string, bonded uint64) error {
	p.told[provider] = bonded
	return nil
}

// world is x/reward alone with fakes around it.
type world struct {
	t         testing.TB
	ctx       sdk.Context
	cms       storetypes.CommitMultiStore
	k         *keeper.Keeper
	msg       types.MsgServer
	query     types.QueryServer
	bank      *bank
	providers *providers
	accounts  *accounts
	store     corestore.KVStoreService
}

func newWorld(t testing.TB) *world {
	t.Helper()
	own, coins := storetypes.NewKVStoreKey(types.StoreKey), storetypes.NewKVStoreKey("coins")
	cms := store.NewCommitMultiStore(dbm.NewMemDB(), log.NewNopLogger())
	cms.MountStoreWithDB(own, storetypes.StoreTypeIAVL, nil)
	cms.MountStoreWithDB(coins, storetypes.StoreTypeIAVL, nil)
	require.NoError(t, cms.LoadLatestVersion())
	ctx := sdk.NewContext(cms, cmtproto.Header{}, false, log.NewNopLogger())
	w := &world{
		t: t, cms: cms, ctx: ctx.WithBlockHeight(1).WithEventManager(sdk.NewEventManager()),
		bank:      newBank(runtime.NewKVStoreService(coins)),
		providers: &providers{least: 1_000, told: map[string]uint64{}}, accounts: &accounts{},
		store: runtime.NewKVStoreService(own),
	}
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	w.k = keeper.NewKeeper(cdc, w.store, addresses, w.bank, w.accounts, named("gov"))
	w.k.SetProviders(w.providers)
	w.msg, w.query = keeper.NewMsgServer(w.k), keeper.NewQueryServer(w.k)
	require.NoError(t, w.k.InitGenesis(w.ctx, types.DefaultGenesis()))
	for _, name := range []string{"anna", "bert", "carl", "dora", "payer"} {
		require.NoError(t, w.bank.balances.Set(w.ctx, account(name), rich))
	}
	return w
}

// at moves to a height.
func (w *world) at(height uint64) *world {
	w.ctx = w.ctx.WithBlockHeight(int64(height)).WithEventManager(sdk.NewEventManager())
	return w
}

// endBlock ends the present block and checks that all money is where it is said to be.
func (w *world) endBlock() {
	w.t.Helper()
	require.NoError(w.t, w.k.EndBlock(w.ctx))
	w.addsUp()
}

func (w *world) addsUp() {
	w.t.Helper()
	require.NoError(w.t, w.k.Invariants(w.ctx))
}

// bonded opens a bond for each name.
func (w *world) bonded(amount uint64, names ...string) {
	w.t.Helper()
	for _, name := range names {
		require.NoError(w.t, w.k.OpenBond(w.ctx, named(name), amount))
	}
}

// posted escrows amount for a task.
func (w *world) posted(id, amount uint64) {
	w.t.Helper()
	require.NoError(w.t, w.k.Deposit(w.ctx, account("payer"), []computetypes.EscrowDeposit{{TaskID: id, Amount: amount}}))
}

func (w *world) bond(name string) types.Bond {
	w.t.Helper()
	res, err := w.query.Bond(w.ctx, &types.QueryBondRequest{Provider: named(name)})
	require.NoError(w.t, err)
	return res.Bond
}

func (w *world) balance(name string) uint64 { return w.bank.of(w.ctx, account(name)) }

func (w *world) ledger() types.Ledger {
	w.t.Helper()
	l, err := w.k.Ledger(w.ctx)
	require.NoError(w.t, err)
	return l
}

func (w *world) export() *types.GenesisState {
	w.t.Helper()
	g, err := w.k.ExportGenesis(w.ctx)
	require.NoError(w.t, err)
	return g
}

// refused runs an act that must fail with want and change nothing: no record, no balance, nobody told.
func (w *world) refused(want error, act func() error) {
	w.t.Helper()
	before, balance := w.export(), w.bank.sends
	require.ErrorIs(w.t, act(), want)
	require.Equal(w.t, before, w.export())
	require.Equal(w.t, balance, w.bank.sends)
	w.addsUp()
}

// emitted counts the events of a type in the present block.
func (w *world) emitted(name string) int {
	n := 0
	for _, e := range w.ctx.EventManager().Events() {
		if e.Type == "aichain.reward.v1."+name {
			n++
		}
	}
	return n
}

func uaic(amount int64) sdk.Coin { return sdk.Coin{Denom: payout.Denom, Amount: math.NewInt(amount)} }

// ending describes the end of a task for verdict.
type ending struct {
	id       uint64
	reason   computetypes.Reason
	refunded bool
	seats    []attesttypes.FinalSeat
	emission uint32 // basis points of the burned take
}

// seat has a lien of 500 and costs 300 for 100 tokens in and 50 out.
func seat(name string, outcome computetypes.Reason) attesttypes.FinalSeat {
	return attesttypes.FinalSeat{
		Role: computetypes.SEAT_ROLE_PRIMARY, Provider: named(name), Outcome: outcome, Lien: 500,
		PriceInput: 1_000, PriceOutput: 4_000,
	}
}

// verdict is what x/attest tells: 5 % take, half of it burned, half of slashes burned, 10 % for silence, 10 %
// model fee to the maker, challenge window 100.
func verdict(e ending) attesttypes.FinalVerdict {
	v := attesttypes.FinalVerdict{Seats: e.seats}
	v.Task = computetypes.Task{Id: e.id, Payer: named("payer"), Input: make([]uint32, 100)}
	v.Task.Snapshot = computetypes.Snapshot{
		ChallengeWindow: 100, TakeBps: 500, TakeBurnBps: 5_000, SlashBurnBps: 5_000, SoftFaultBps: 1_000, EmissionBps: e.emission,
		ModelFeeBps: 1_000, ModelSplits: []computetypes.FeeSplit{{Recipient: named("maker"), ShareBps: 10_000}},
	}
	v.Closing = computetypes.Closing{Status: computetypes.TASK_STATUS_SETTLED, Reason: e.reason, OutputTokens: 50}
	if e.refunded {
		v.Closing.Status, v.Closing.OutputTokens = computetypes.TASK_STATUS_REFUNDED, 0
	}
	return v
}

// liened places the liens of a verdict's seats, as the draw would have.
func (w *world) liened(v attesttypes.FinalVerdict) attesttypes.FinalVerdict {
	w.t.Helper()
	for _, s := range v.Seats {
		require.NoError(w.t, w.k.PlaceLien(w.ctx, s.Provider, s.Lien))
	}
	return v
}

var (
	right    = computetypes.REASON_SEAT_RIGHT
	wrong    = computetypes.REASON_SEAT_WRONG
	noCommit = computetypes.REASON_SEAT_NO_COMMIT
	noReveal = computetypes.REASON_SEAT_NO_REVEAL
	freed    = computetypes.REASON_SEAT_FREED
)
