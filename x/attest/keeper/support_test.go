package keeper

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/aichain/aichain/rules/result"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	"github.com/cosmos/cosmos-sdk/codec"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

const (
	testChain     = "aichain-test-1"
	matchHeight   = uint64(100)
	commitWindow  = uint64(20)
	revealWindow  = uint64(10)
	testVocab     = uint32(1_000)
	testMaxOutput = uint32(16)
)

var addrs = addresscodec.NewBech32Codec("aic")

// addressOf returns the n-th test account as bytes.
func addressOf(n int) []byte {
	b := make([]byte, 20)
	binary.BigEndian.PutUint64(b[12:], uint64(n)+1)
	return b
}

// account returns the n-th test account as text; the harness cannot work with an address that does not encode.
func account(n int) string {
	s, err := addrs.BytesToString(addressOf(n))
	if err != nil {
		panic(err)
	}
	return s
}

// fakeTasks is x/compute as far as x/attest sees it: it keeps tasks, and moves them as the real one does.
type fakeTasks struct {
	tasks    map[uint64]computetypes.Task
	released map[string]int // slots freed by provider
	poison   map[string]any // model id → error or panic value of ReleaseSlots and SeatAudit
	models   map[string]computetypes.Model
	audits   map[uint64]int             // task → account that SeatAudit finds; nobody if missing
	seeds    map[uint64][32]byte        // task → seed that SeatAudit was given
	noted    [][]computetypes.TakenSeat // of each call of NoteSeats
}

func (f *fakeTasks) Task(_ context.Context, id uint64) (computetypes.Task, error) {
	t, ok := f.tasks[id]
	if !ok {
		return t, errorsmod.Wrapf(sdkerrors.ErrNotFound, "task %d", id)
	}
	return t, nil
}

func (f *fakeTasks) RequestSeats(_ context.Context, id uint64, role computetypes.SeatRole) error {
	t := f.tasks[id]
	t.Status = computetypes.TASK_STATUS_SPLIT
	if role == computetypes.SEAT_ROLE_REDRAW {
		t.Status = computetypes.TASK_STATUS_STALLED
	}
	t.Round++
	t.Role = role
	f.tasks[id] = t
	return nil
}

// Model is a registered not-found error for a model that no test published.
func (f *fakeTasks) Model(_ context.Context, id []byte) (computetypes.Model, error) {
	m, ok := f.models[string(id)]
	if !ok {
		return m, errorsmod.Wrapf(sdkerrors.ErrNotFound, "model %x", id)
	}
	return m, nil
}

func (f *fakeTasks) SeatAudit(_ context.Context, id uint64, seed [32]byte) (computetypes.MatchedSeat, bool, error) {
	if _, twice := f.seeds[id]; twice {
		return computetypes.MatchedSeat{}, false, errorsmod.Wrapf(sdkerrors.ErrInvalidRequest, "task %d was audited before", id)
	}
	f.seeds[id] = seed
	switch p := f.poison[string(f.tasks[id].Terms.ModelId)].(type) {
	case nil:
	case error:
		return computetypes.MatchedSeat{}, false, p
	default:
		panic(p)
	}
	n, isFound := f.audits[id]
	return computetypes.MatchedSeat{Provider: account(n), PriceInput: 3_000, PriceOutput: 4_000, Lien: 50_000}, isFound, nil
}

// NoteSeats keeps what it is given. It is called once a block.
func (f *fakeTasks) NoteSeats(_ context.Context, seats []computetypes.TakenSeat) error {
	f.noted = append(f.noted, seats)
	return nil
}

func (f *fakeTasks) Overturn(_ context.Context, id uint64) error {
	t := f.tasks[id]
	if t.Status != computetypes.TASK_STATUS_SETTLED {
		return errorsmod.Wrapf(sdkerrors.ErrInvalidRequest, "task %d is %s", id, t.Status)
	}
	t.Status, t.Reason = computetypes.TASK_STATUS_OVERTURNED, computetypes.REASON_TASK_OVERTURNED
	f.tasks[id] = t
	return nil
}

func (f *fakeTasks) ReleaseSlots(_ context.Context, modelID []byte, providers []string) error {
	switch p := f.poison[string(modelID)].(type) {
	case nil:
	case error:
		return p
	default:
		panic(p)
	}
	for _, p := range providers {
		f.released[p]++
	}
	return nil
}

func (f *fakeTasks) Close(ctx context.Context, id uint64, c computetypes.Closing) error {
	t := f.tasks[id]
	if t.CloseHeight != 0 {
		return errorsmod.Wrapf(sdkerrors.ErrInvalidRequest, "task %d is closed", id)
	}
	t.Status, t.Reason, t.ResultRoot, t.OutputTokens, t.CloseHeight = c.Status, c.Reason, c.ResultRoot, c.OutputTokens, heightOf(sdk.UnwrapSDKContext(ctx))
	f.tasks[id] = t
	return nil
}

// nameOf is an account of the tests in words: its number.
func nameOf(provider string) string {
	for n := range 200 {
		if account(n) == provider {
			return fmt.Sprint(n)
		}
	}
	return provider
}

// fakeMoney is x/reward as far as x/attest sees it.
type fakeMoney struct{ finals map[uint64]types.FinalVerdict }

func (f *fakeMoney) AfterVerdict(_ context.Context, v types.FinalVerdict) error {
	if _, twice := f.finals[v.Task.Id]; twice {
		return errorsmod.Wrapf(sdkerrors.ErrInvalidRequest, "task %d ended twice", v.Task.Id)
	}
	f.finals[v.Task.Id] = v
	return nil
}

// fakeStakes is x/reward as far as challenges see it: it adds up what is held of each provider.
type fakeStakes struct {
	free    map[string]uint64 // what PlaceLien may take; testBond unless a test says otherwise
	held    map[string]uint64
	slashes []types.Slash
	calls   []string // what was asked, in words
	broken  error    // of freeing and slashing, when set
}

// testBond is what a provider has free.
const testBond = 1_000_000

func (f *fakeStakes) PlaceLien(_ context.Context, provider string, amount uint64) error {
	free, ok := f.free[provider]
	if !ok {
		free = testBond
	}
	if amount > free {
		return errorsmod.Wrapf(sdkerrors.ErrInsufficientFunds, "%s has %d free", provider, free)
	}
	f.free[provider] = free - amount
	f.held[provider] += amount
	f.calls = append(f.calls, fmt.Sprintf("place %s %d", nameOf(provider), amount))
	return nil
}

func (f *fakeStakes) HoldLien(_ context.Context, _ uint64, provider string, height, amount uint64) error {
	f.held[provider] += amount
	f.calls = append(f.calls, fmt.Sprintf("hold %s %d of %d", nameOf(provider), amount, height))
	return nil
}

func (f *fakeStakes) FreeSeat(ctx context.Context, _ uint64, provider string, amount uint64) error {
	return f.FreeLien(ctx, provider, amount)
}

func (f *fakeStakes) FreeLien(_ context.Context, provider string, amount uint64) error {
	if f.broken != nil {
		return f.broken
	}
	if amount > f.held[provider] {
		return errorsmod.Wrapf(sdkerrors.ErrInsufficientFunds, "%s has %d held", provider, f.held[provider])
	}
	f.held[provider] -= amount
	f.calls = append(f.calls, fmt.Sprintf("free %s %d", nameOf(provider), amount))
	return nil
}

func (f *fakeStakes) SlashLien(_ context.Context, s types.Slash) error {
	if f.broken != nil {
		return f.broken
	}
	if s.Taken > s.Lien || s.Lien > f.held[s.Provider] {
		return errorsmod.Wrapf(sdkerrors.ErrInvalidRequest, "%d of %d of %d", s.Taken, s.Lien, f.held[s.Provider])
	}
	f.held[s.Provider] -= s.Lien
	f.slashes = append(f.slashes, s)
	call := fmt.Sprintf("slash %s %d of %d for %s %s", nameOf(s.Provider), s.Taken, s.Lien, nameOf(s.Winner), strings.TrimPrefix(s.Reason.String(), "REASON_"))
	if s.Restore {
		call += " restore"
	}
	f.calls = append(f.calls, call)
	return nil
}

// fakeBeacon is x/beacon: every height up to the present one has spoken.
type fakeBeacon struct{ err error }

func (f *fakeBeacon) At(_ context.Context, height uint64) ([]byte, error) {
	r := sha256.Sum256(binary.BigEndian.AppendUint64(nil, height))
	return r[:], f.err
}

// fixture is a keeper over a real store with fake neighbours.
type fixture struct {
	t      testing.TB
	key    *storetypes.KVStoreKey
	cms    storetypes.CommitMultiStore
	ctx    sdk.Context
	k      *Keeper
	msgs   types.MsgServer
	tasks  *fakeTasks
	stakes *fakeStakes
	beacon *fakeBeacon
	money  *fakeMoney
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	key := storetypes.NewKVStoreKey(types.StoreKey)
	tc := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient"))
	f := &fixture{
		t: t, key: key, cms: tc.CMS,
		ctx: tc.Ctx.WithChainID(testChain).WithBlockHeight(int64(matchHeight)),
		tasks: &fakeTasks{
			tasks: map[uint64]computetypes.Task{}, released: map[string]int{}, poison: map[string]any{},
			models: map[string]computetypes.Model{}, audits: map[uint64]int{}, seeds: map[uint64][32]byte{},
		},
		stakes: &fakeStakes{free: map[string]uint64{}, held: map[string]uint64{}},
		beacon: &fakeBeacon{},
		money:  &fakeMoney{finals: map[uint64]types.FinalVerdict{}},
	}
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	f.k = NewKeeper(cdc, runtime.NewKVStoreService(key), addrs, f.tasks, f.stakes, f.beacon, account(99))
	f.k.SetHooks(f.money)
	f.msgs = NewMsgServer(f.k)
	require.NoError(t, f.k.InitGenesis(f.ctx, types.DefaultGenesis()))
	return f
}

// at moves to a height, with fresh events.
func (f *fixture) at(height uint64) *fixture {
	f.ctx = f.ctx.WithBlockHeight(int64(height)).WithEventManager(sdk.NewEventManager())
	return f
}

// end runs the EndBlock of a height and checks the invariants after it.
func (f *fixture) end(height uint64) {
	f.t.Helper()
	f.at(height)
	require.NoError(f.t, f.k.EndBlock(f.ctx))
	require.NoError(f.t, f.k.Invariants(f.ctx))
}

// post makes a task known to the fake x/compute.
func (f *fixture) post(id uint64, seats uint32) {
	f.tasks.tasks[id] = computetypes.Task{
		Id: id, Role: computetypes.SEAT_ROLE_PRIMARY, Input: []uint32{1, 2, 3},
		Terms: computetypes.TaskTerms{
			ModelId: modelOf(id), Seats: seats, MaxOutputTokens: testMaxOutput,
		},
		Snapshot: computetypes.Snapshot{CommitWindow: commitWindow, RevealWindow: revealWindow},
	}
}

// modelOf gives each task its own model, so that one can be poisoned.
func modelOf(id uint64) []byte {
	m := make([]byte, 32)
	binary.BigEndian.PutUint64(m, id)
	return m
}

// matched is what x/compute says when the present round of a task has these seats.
func (f *fixture) matched(id uint64, seats ...int) computetypes.Matched {
	t := f.tasks.tasks[id]
	t.Status = computetypes.TASK_STATUS_MATCHED
	f.tasks.tasks[id] = t
	m := computetypes.Matched{Task: t, Vocab: testVocab}
	for _, n := range seats {
		m.Seats = append(m.Seats, computetypes.MatchedSeat{Provider: account(n), PriceInput: 1_000, PriceOutput: 2_000, Lien: 50_000})
	}
	return m
}

// match opens the present round of a task with these seats.
func (f *fixture) match(id uint64, seats ...int) {
	f.t.Helper()
	require.NoError(f.t, f.k.AfterMatched(f.ctx, f.matched(id, seats...)))
}

// newTask posts a task and matches it with these seats.
func (f *fixture) newTask(id uint64, seats ...int) {
	f.t.Helper()
	f.post(id, uint32(len(seats)))
	f.match(id, seats...)
}

// testParams are the default parameters with another batch and budget.
func testParams(maxBatch, verdictBudget uint32) types.Params {
	p := types.DefaultParams()
	p.MaxBatch, p.VerdictBudget = maxBatch, verdictBudget
	return p
}

// saltOf is the salt of a seat.
func saltOf(task uint64, round uint32, n int) []byte {
	s := make([]byte, 32)
	binary.BigEndian.PutUint64(s, task)
	binary.BigEndian.PutUint32(s[8:], round)
	binary.BigEndian.PutUint64(s[12:], uint64(n))
	s[31] = 0xaa
	return s
}

// commitOf is the n-th account's commitment to the output in the present round of a task.
func (f *fixture) commitOf(id uint64, n int, output ...uint32) types.Commit {
	f.t.Helper()
	t := f.tasks.tasks[id]
	r, err := f.k.round(f.ctx, id, t.Round)
	require.NoError(f.t, err)
	root := result.Root(r.ModelId, r.InputDigest, output, result.StopEnd)
	c := result.Commitment(testChain, id, t.Round, addressOf(n), root, [32]byte(saltOf(id, t.Round, n)))
	return types.Commit{TaskId: id, Round: t.Round, Commitment: c[:]}
}

// revealOf opens it.
func (f *fixture) revealOf(id uint64, n int, output ...uint32) types.Reveal {
	round := f.tasks.tasks[id].Round
	return types.Reveal{TaskId: id, Round: round, Salt: saltOf(id, round, n), Output: output, Stop: result.StopEnd}
}

// commit sends commitments.
func (f *fixture) commit(n int, commits ...types.Commit) error {
	_, err := f.msgs.CommitResult(f.ctx, &types.MsgCommitResult{Provider: account(n), Commits: commits})
	return err
}

// reveal sends reveals, in the next block if the rounds have opened in this one.
func (f *fixture) reveal(n int, reveals ...types.Reveal) error {
	f.notTooSoon(reveals)
	_, err := f.msgs.RevealResult(f.ctx, &types.MsgRevealResult{Provider: account(n), Reveals: reveals})
	return err
}

// notTooSoon moves on to the next block if one of the rounds has opened in this one.
func (f *fixture) notTooSoon(reveals []types.Reveal) {
	for _, rev := range reveals {
		r, err := f.k.round(unmetered(f.ctx), rev.TaskId, rev.Round)
		if err == nil && r.IsTooSoon(heightOf(f.ctx)) {
			f.at(heightOf(f.ctx) + 1)
		}
	}
}

// play lets seats commit to and reveal outputs of one token: outputs[i] is that of seats[i], silent for no reveal,
// absent for no commit.
func (f *fixture) play(id uint64, seats []int, outputs []int) {
	f.t.Helper()
	for i, n := range seats {
		if outputs[i] != absent {
			require.NoError(f.t, f.commit(n, f.commitOf(id, n, tokenOf(outputs[i]))))
		}
	}
	r := f.round(id)
	if r.Phase == types.ROUND_PHASE_COMMIT {
		f.end(r.Deadline)
	}
	for i, n := range seats {
		if f.round(id).Phase == types.ROUND_PHASE_REVEAL && outputs[i] >= 0 {
			require.NoError(f.t, f.reveal(n, f.revealOf(id, n, tokenOf(outputs[i]))))
		}
	}
	if r := f.round(id); r.IsOpen() {
		f.end(r.Deadline)
	}
}

// stall closes the round of a task alone, whatever else is due, and lets the tests go on speaking of that round.
func (f *fixture) stall(id uint64) {
	f.t.Helper()
	r := f.round(id)
	f.at(r.Deadline)
	_, err := f.k.moveOn(f.ctx, dueAt(r))
	require.NoError(f.t, err)
	require.Equal(f.t, types.VERDICT_STALLED, f.round(id).Verdict)
	task := f.tasks.tasks[id]
	task.Round = r.Round
	f.tasks.tasks[id] = task
}

const (
	absent = -1
	silent = -2
)

func tokenOf(output int) uint32 { return uint32(max(output, 0)) }

// round loads the newest stored round of a task.
func (f *fixture) round(id uint64) types.Round {
	f.t.Helper()
	rounds, err := f.k.roundsOf(f.ctx, id)
	require.NoError(f.t, err)
	require.NotEmpty(f.t, rounds)
	return rounds[len(rounds)-1]
}

// dump is the whole store as text.
func (f *fixture) dump() string {
	f.t.Helper()
	it := f.ctx.KVStore(f.key).Iterator(nil, nil)
	defer func() { require.NoError(f.t, it.Close()) }()
	var b strings.Builder
	for ; it.Valid(); it.Next() {
		_, err := fmt.Fprintf(&b, "%x=%x\n", it.Key(), it.Value())
		require.NoError(f.t, err)
	}
	return b.String()
}

// refused runs f and requires that it fails with want, names the item, and changes nothing in the store.
func (f *fixture) refused(want error, item string, do func() error) {
	f.t.Helper()
	before := f.dump()
	err := do()
	require.ErrorIs(f.t, err, want)
	require.ErrorContains(f.t, err, item)
	require.Equal(f.t, before, f.dump(), "a refusal must change nothing")
}

// events counts the typed events since at.
func (f *fixture) events(name string) (n int) {
	for _, e := range f.ctx.EventManager().Events() {
		if e.Type == "aichain.attest.v1."+name {
			n++
		}
	}
	return n
}

// outcomes lists the outcomes of the final verdict in order.
func (f *fixture) outcomes(id uint64) string {
	f.t.Helper()
	final, ok := f.money.finals[id]
	require.True(f.t, ok, "task %d has no final verdict", id)
	var words []string
	for _, s := range final.Seats {
		words = append(words, strings.TrimPrefix(s.Outcome.String(), "REASON_SEAT_"))
	}
	return strings.Join(words, " ")
}
