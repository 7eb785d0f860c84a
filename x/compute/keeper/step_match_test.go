package keeper

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/result"
	"github.com/aichain/aichain/x/compute/types"
)

// setParams changes the parameters.
func (f *fixture) setParams(change func(*types.Params)) {
	f.t.Helper()
	p, err := f.k.params.Get(f.ctx)
	require.NoError(f.t, err)
	change(&p)
	require.NoError(f.t, p.Validate())
	require.NoError(f.t, f.k.params.Set(f.ctx, p))
}

func (f *fixture) seats(id uint64) (out []string) {
	for _, r := range f.r.of(f.ctx, id) {
		for _, s := range r.Seats {
			out = append(out, s.Provider)
		}
	}
	return out
}

func TestATaskIsMatchedTwoBlocksAfterItsPost(t *testing.T) {
	f := newFixture(t)
	f.market(5, modelA)
	msg := post("a")
	msg.Terms.Sampling.TemperatureMilli = 700
	f.ok(msg)
	f.endBlock() // B-2: the block of the post
	require.Equal(t, types.TASK_STATUS_OPEN, f.status(1))
	f.endBlock() // B-1
	require.Equal(t, types.TASK_STATUS_OPEN, f.status(1))
	before := f.dump(f.ctx)
	require.NoError(t, f.steps(f.ctx)) // B
	require.Equal(t, []string{"EventTaskMatched"}, f.events())
	require.NotEqual(t, before, f.dump(f.ctx))

	got := f.task(1)
	beacon, err := f.b.At(f.ctx, 12)
	require.NoError(t, err)
	seed := result.SampleSeed("aichain-test", beacon, 1)
	require.Equal(t, types.Snapshot{
		CommitWindow: 30, RevealWindow: 10, ChallengeWindow: 100, TakeBps: 500, TakeBurnBps: 5000, SlashBurnBps: 5000, SoftFaultBps: 1000, EmissionBps: 5000,
		ModelFeeBps: 100, ModelSplits: []types.FeeSplit{{Recipient: account("publisher"), ShareBps: 10_000}},
		SeatLien: oneAIC, SampleSeed: seed[:],
	}, got.Snapshot)
	require.Equal(t, types.TASK_STATUS_MATCHED, got.Status)
	require.Zero(t, got.NextHeight)

	rounds := f.r.of(f.ctx, 1)
	require.Len(t, rounds, 1)
	require.Len(t, rounds[0].Seats, 3)
	for _, s := range rounds[0].Seats {
		require.Equal(t, types.MatchedSeat{Provider: s.Provider, PriceInput: 1000, PriceOutput: 2000, Lien: oneAIC}, s)
		_, free, err := f.m.BondOf(f.ctx, s.Provider)
		require.NoError(t, err)
		require.Equal(t, uint64(testBond-oneAIC), free)
		require.Equal(t, uint32(1), f.offerOf(s.Provider, modelA).UsedSlots)
	}
	f.endBlock()
	require.Len(t, f.r.of(f.ctx, 1), 1, "B+1: once is enough")
}

func TestAnEmptyBlockChangesNothing(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	before := f.dump(f.ctx)
	f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
	require.NoError(t, f.steps(f.ctx))
	require.Equal(t, before, f.dump(f.ctx))
	require.Empty(t, f.events())
}

func TestAModuleWithoutParamsDoesNotHaltTheChain(t *testing.T) {
	f := emptyFixture(t)
	require.NoError(t, f.steps(f.ctx))
}

func TestWhoIsNotDrawn(t *testing.T) {
	for name, spoil := range map[string]func(*fixture, *types.MsgPostTask){
		"the requester": func(_ *fixture, m *types.MsgPostTask) { m.Requester = provider(0) },
		"the payer":     func(_ *fixture, m *types.MsgPostTask) { m.Payer = provider(0) },
		"too dear":      func(f *fixture, _ *types.MsgPostTask) { f.offer(provider(0), modelA, 1000, 9501, 1) },
		"draining":      func(f *fixture, _ *types.MsgPostTask) { f.ok(&types.MsgDrainProvider{Provider: provider(0)}) },
		"bond under lien": func(f *fixture, _ *types.MsgPostTask) {
			require.NoError(f.t, f.m.PlaceLien(f.ctx, provider(0), 99*oneAIC+1))
		},
		"other model's offer": func(f *fixture, _ *types.MsgPostTask) {
			f.ok(&types.MsgRemoveOffer{Provider: provider(0), ModelId: modelA})
			f.offer(provider(0), modelB, 1, 1, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.market(4, modelA)
			msg := post("a")
			spoil(f, msg)
			f.ok(msg)
			f.endBlocks(12)
			require.ElementsMatch(t, []string{provider(1), provider(2), provider(3)}, f.seats(1))
		})
	}
}

func TestSlotsAreACap(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.ok(post("a", "b"))
	f.endBlocks(12)
	require.Equal(t, types.TASK_STATUS_MATCHED, f.status(1))
	require.Equal(t, types.TASK_STATUS_OPEN, f.status(2), "one slot each, all taken")
	require.Equal(t, uint64(14), f.task(2).NextHeight)
	f.settle(1)
	f.endBlocks(14)
	require.Equal(t, types.TASK_STATUS_MATCHED, f.status(2))

	f.offer(provider(0), modelA, 1000, 2000, 2)
	f.settle(2)
	f.offer(provider(0), modelA, 1000, 2000, 1)
	require.NoError(t, f.k.Invariants(f.ctx))
}

// Fewer slots than are in use are no slots, not a great many.
func TestSlotsMayShrinkBelowTheirUse(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.offer(provider(0), modelA, 1000, 2000, 3)
	f.offer(provider(1), modelA, 1000, 2000, 3)
	f.offer(provider(2), modelA, 1000, 2000, 3)
	f.ok(post("a", "b"))
	f.endBlocks(12)
	f.offer(provider(0), modelA, 1000, 2000, 1)
	require.Equal(t, uint32(0), freeSlots(f.offerOf(provider(0), modelA)))
	f.ok(post("c"))
	f.endBlocks(20)
	require.Equal(t, types.TASK_STATUS_OPEN, f.status(3))
}

func TestBackOffAndExpiry(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.ok(post("a"))
	f.ok(&types.MsgRemoveOffer{Provider: provider(0), ModelId: modelA})
	for _, h := range []struct{ at, next uint64 }{{12, 14}, {14, 18}, {18, 26}, {26, 42}, {42, 74}, {74, 106}, {106, 110}} {
		f.endBlocks(int64(h.at) - 1)
		require.Equal(t, h.at, f.task(1).NextHeight)
		f.endBlock()
		require.Equal(t, h.next, f.task(1).NextHeight)
	}
	f.endBlocks(109) // B-1
	require.Equal(t, types.TASK_STATUS_OPEN, f.status(1))
	f.endBlock() // B: the last draw, then the money goes back
	got := f.task(1)
	require.Equal(t, types.TASK_STATUS_REFUNDED, got.Status)
	require.Equal(t, types.REASON_TASK_UNMATCHED, got.Reason)
	require.Equal(t, [2]uint64{110, 1110}, [2]uint64{got.CloseHeight, got.NextHeight})
	money, err := f.m.Money(f.ctx, 1)
	require.NoError(t, err)
	require.Equal(t, types.MoneyView{Escrowed: 300, Refunded: 300}, money)
	before := f.dump(f.ctx)
	f.endBlock() // B+1
	require.Equal(t, before, f.dump(f.ctx))
}

func TestTheLastDrawCanStillMatch(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.ok(post("a"))
	f.ok(&types.MsgRemoveOffer{Provider: provider(0), ModelId: modelA})
	f.endBlocks(109)
	f.offer(provider(0), modelA, 1000, 2000, 1)
	f.endBlock()
	require.Equal(t, types.TASK_STATUS_MATCHED, f.status(1))
}

func TestADrawNeedsABeacon(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.b.missing[12] = true
	f.ok(post("a"))
	f.endBlocks(11)
	before := f.dump(f.ctx)
	f.endBlock()
	require.Equal(t, before, f.dump(f.ctx), "without one the task stays due")
	f.endBlock()
	require.Equal(t, types.TASK_STATUS_MATCHED, f.status(1))

	f.ok(&types.MsgRemoveOffer{Provider: provider(0), ModelId: modelA})
	f.offer(provider(0), modelA, 1000, 2000, 5)
	f.ok(post("b"))
	for h := range uint64(200) {
		f.b.missing[h] = true
	}
	f.endBlocks(113)
	require.Equal(t, types.TASK_STATUS_OPEN, f.status(2))
	f.endBlock()
	require.Equal(t, types.TASK_STATUS_REFUNDED, f.status(2), "a beacon that is gone for good keeps nobody's money")
}

func TestTheMatchBudget(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	for i := range 3 {
		f.offer(provider(i), modelA, 1000, 2000, 100)
	}
	f.setParams(func(p *types.Params) { p.MatchBudget = 4 })
	f.ok(post("", "", "", "", "", "", "", "", "", ""))
	matched := func() (n int) {
		for id := uint64(1); id <= 10; id++ {
			if f.status(id) == types.TASK_STATUS_MATCHED {
				require.Equal(t, n+1, int(id), "in the order of their posts")
				n++
			}
		}
		return n
	}
	for _, h := range []struct {
		at   int64
		want int
	}{{11, 0}, {12, 4}, {13, 8}, {14, 10}, {15, 10}} {
		f.endBlocks(h.at)
		require.Equal(t, h.want, matched())
	}
}

// A task that the budget kept waiting past its expiry is refunded, not drawn.
func TestABudgetTooSmallRefunds(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	for i := range 3 {
		f.offer(provider(i), modelA, 1000, 2000, 100)
	}
	f.setParams(func(p *types.Params) { p.MatchBudget, p.OpenWindow = 1, 2 })
	f.ok(post("", "", ""))
	f.endBlocks(14)
	require.Equal(t, types.TASK_STATUS_MATCHED, f.status(1))
	require.Equal(t, types.TASK_STATUS_REFUNDED, f.status(2))
	require.Equal(t, types.TASK_STATUS_REFUNDED, f.status(3))
}

func TestAPoisonedDrawIsParkedAlone(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	for i := range 3 {
		f.offer(provider(i), modelA, 1000, 2000, 100)
	}
	f.ok(post("", "", ""))
	f.r.poison[2] = true
	f.endBlocks(11)
	require.NoError(t, f.steps(f.ctx))
	require.Equal(t, []string{"EventTaskMatched", "EventItemParked", "EventTaskMatched"}, f.events())
	require.NoError(t, f.k.Invariants(f.ctx))
	require.Equal(t, types.TASK_STATUS_OPEN, f.status(2))
	require.Empty(t, f.seats(2))
	for i := range 3 {
		require.Equal(t, uint32(2), f.offerOf(provider(i), modelA).UsedSlots, "its slots and liens are undone")
		_, free, err := f.m.BondOf(f.ctx, provider(i))
		require.NoError(t, err)
		require.Equal(t, uint64(testBond-2*oneAIC), free)
	}
	parked, err := f.q.Parked(f.ctx, &types.QueryParkedRequest{})
	require.NoError(t, err)
	require.Equal(t, []types.Parked{{Step: "match", TaskId: 2, Height: 12, Error: errPoison.Error()}}, parked.Parked)
	story, err := f.q.Task(f.ctx, &types.QueryTaskRequest{TaskId: 2})
	require.NoError(t, err)
	require.Equal(t, `was put aside in block 12 because "poisoned"; MsgRetryParked queues it again`, story.Next)
	require.Equal(t, uint64(300), story.Money.Held)

	f.refused(types.ErrNotParked, &types.MsgRetryParked{Sender: account("mallory"), TaskId: 1})
	f.refused(types.ErrBadAddress, &types.MsgRetryParked{Sender: "x", TaskId: 2})
	f.endBlocks(19)
	delete(f.r.poison, 2)
	f.ok(&types.MsgRetryParked{Sender: account("mallory"), TaskId: 2})
	require.Equal(t, uint64(22), f.task(2).NextHeight, "with a beacon that the sender does not know")
	f.endBlocks(22)
	require.Equal(t, types.TASK_STATUS_MATCHED, f.status(2))
}

func TestAParkedTaskCanBeCancelled(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.ok(post(""))
	f.r.poison[1] = true
	f.endBlocks(12)
	f.ok(&types.MsgCancelTask{Requester: account("alice"), TaskId: 1})
	require.NoError(t, f.k.Invariants(f.ctx))
	f.refused(types.ErrNotParked, &types.MsgRetryParked{Sender: account("alice"), TaskId: 1})
}

func TestAPoisonedRefundKeepsTheMoney(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.ok(post(""))
	f.ok(&types.MsgRemoveOffer{Provider: provider(0), ModelId: modelA})
	f.m.poison[1] = true
	f.endBlocks(111)
	require.Equal(t, types.TASK_STATUS_OPEN, f.status(1))
	delete(f.m.poison, 1)
	f.ok(&types.MsgRetryParked{Sender: account("bob"), TaskId: 1})
	f.endBlocks(114)
	require.Equal(t, types.REASON_TASK_UNMATCHED, f.task(1).Reason)
}

func TestLaterRoundsSeatFreshProvidersUnderTheFirstTerms(t *testing.T) {
	f := newFixture(t)
	f.market(20, modelA)
	f.ok(post("a"))
	f.endBlocks(12)
	first := f.task(1)
	f.setParams(func(p *types.Params) { p.MinSeatLien, p.CommitWindow = 5*oneAIC, 77 })
	f.ok(&types.MsgDeprecateModel{Publisher: account("publisher"), ModelId: modelA})
	for i, r := range []struct {
		role   types.SeatRole
		status types.TaskStatus
		seats  int
	}{
		{types.SEAT_ROLE_REDRAW, types.TASK_STATUS_STALLED, 3},
		{types.SEAT_ROLE_PANEL, types.TASK_STATUS_SPLIT, 3},
		{types.SEAT_ROLE_PANEL_WIDE, types.TASK_STATUS_SPLIT, 7},
	} {
		asked := uint64(f.ctx.BlockHeight())
		f.again(1, r.role)
		got := f.task(1)
		require.Equal(t, r.status, got.Status)
		require.Equal(t, [3]uint64{uint64(i) + 1, asked + 2, asked + 100}, [3]uint64{uint64(got.Round), got.NextHeight, got.ExpireHeight})
		f.endBlocks(int64(asked) + 1)
		require.Equal(t, r.status, f.status(1), "B-1")
		f.endBlock()
		got = f.task(1)
		require.Equal(t, types.TASK_STATUS_MATCHED, got.Status, "B")
		require.Equal(t, first.Snapshot, got.Snapshot)
		last := f.r.of(f.ctx, 1)[i+1]
		require.Len(t, last.Seats, r.seats)
		require.Equal(t, uint64(oneAIC), last.Seats[0].Lien)
	}
	seen := map[string]bool{}
	for _, p := range f.seats(1) {
		require.False(t, seen[p], "nobody sits twice on a task")
		seen[p] = true
	}
	require.Len(t, seen, 16)
}

func TestSeatsOfALaterRoundNotFound(t *testing.T) {
	f := newFixture(t)
	f.market(5, modelA)
	f.ok(post("a"))
	f.endBlocks(12)
	f.again(1, types.SEAT_ROLE_PANEL) // in block 13
	f.endBlocks(112)
	require.Equal(t, types.TASK_STATUS_SPLIT, f.status(1), "two fresh providers are not enough")
	f.endBlock()
	require.Equal(t, types.REASON_TASK_NO_FRESH_SEATS, f.task(1).Reason)
	require.Equal(t, types.TASK_STATUS_REFUNDED, f.status(1))
}

func TestAListenerThatDoesNotCloseIsParked(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.ok(post("a"))
	f.endBlocks(12)
	f.again(1, types.SEAT_ROLE_PANEL)
	f.r.ignore = true
	f.endBlocks(113)
	has, err := f.k.parked.Has(f.ctx, 1)
	require.NoError(t, err)
	require.True(t, has)
	require.Equal(t, types.TASK_STATUS_SPLIT, f.status(1))
}

// The seats are the same on every node and do not depend on what else is drawn in the block.
func TestTheDrawDependsOnNothingButItsSeed(t *testing.T) {
	draw := func(others int) string {
		f := newFixture(t)
		f.market(50, modelA)
		for i := range 50 {
			f.offer(provider(i), modelA, 1000, 2000, 100)
		}
		f.ok(post("x"))
		for range others {
			f.ok(post(""))
		}
		f.endBlocks(12)
		return fmt.Sprint(f.seats(1))
	}
	require.Equal(t, draw(0), draw(7))
}
