package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/compute/types"
)

func TestATaskIsRefereedAndAuditedByItsModelsProfile(t *testing.T) {
	for name, c := range map[string]struct {
		msg       *types.MsgPostTask
		bps, want uint32
		refereed  bool
		lien      uint64
	}{
		"canonical":           {canonical("a"), 500, 500, true, 20 * oneAIC},
		"canonical, always":   {canonical("a"), 10_000, 10_000, true, 20 * oneAIC},
		"canonical, no audit": {canonical("a"), 0, 0, true, 20 * (4 * oneAIC / 3)},
		"other profile":       {post("a"), 500, 0, false, 20 * (4 * oneAIC / 3)},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.market(5, c.msg.Terms.ModelId)
			f.setParams(func(p *types.Params) { p.AuditBps = c.bps })
			c.msg.Terms.MaxPrice = uaic(4 * oneAIC)
			f.ok(c.msg)
			f.endBlocks(12)
			got := f.task(1)
			require.Equal(t, c.want, got.Snapshot.AuditBps)
			require.Equal(t, c.refereed, got.Snapshot.Refereed)
			require.Equal(t, c.lien, got.Snapshot.SeatLien, "20 times a quarter, or a third, of the price")
		})
	}
}

// With 25 uaic a seat, 3 seats and the audit need 100.
func TestThePriceOfAPostCoversTheAudit(t *testing.T) {
	f := newFixture(t)
	f.market(4, modelC)
	msg := canonical("a")
	msg.Terms.MaxPrice = uaic(99)
	f.refused(types.ErrPriceBelowOffers, msg)
	_, err := f.do(msg)
	require.ErrorContains(t, err, "got 24 (99 uaic for 3 seats and one that may be drawn to audit them)")
	msg.Terms.MaxPrice = uaic(100)
	f.ok(msg)
	f.setParams(func(p *types.Params) { p.AuditBps = 0 })
	msg = canonical("b")
	msg.Terms.MaxPrice = uaic(75)
	f.ok(msg)
}

func TestTheScreeningCountsTheAudit(t *testing.T) {
	f := newFixture(t)
	f.market(2, modelC)
	f.offer(provider(1), modelC, 1000, 9501, 1)
	req := &types.QueryScreenTaskRequest{Terms: canonical().Terms, InputTokens: 5}
	got, err := f.q.ScreenTask(f.ctx, req)
	require.NoError(t, err)
	require.Equal(t, []types.Reason{types.REASON_MATCHABLE, types.REASON_PRICE_ABOVE_CEILING},
		[]types.Reason{got.Screened[0].Reason, got.Screened[1].Reason})
	require.Equal(t, "costs up to 101 uaic a seat, the ceiling is 100 for each of 3 seats and one that may be drawn to audit them", got.Screened[1].Detail)
	f.setParams(func(p *types.Params) { p.AuditBps = 0 })
	got, err = f.q.ScreenTask(f.ctx, req)
	require.NoError(t, err)
	require.Equal(t, uint32(2), got.Matchable, "400 for 3 seats is 133")
}

// The draw and every later one price by the audit that the first match saw.
func TestTheCeilingOfLaterRoundsIsThatOfTheFirst(t *testing.T) {
	for name, c := range map[string]struct {
		first, later uint32
		matches      bool // offers of 101 uaic under 400 for 3 seats
	}{
		"audits came later":  {0, 500, true},
		"audits were undone": {500, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.market(6, modelC)
			f.setParams(func(p *types.Params) { p.AuditBps = c.first })
			f.ok(canonical("a"))
			f.endBlocks(12)
			require.Equal(t, types.TASK_STATUS_MATCHED, f.status(1))
			for i := range 6 {
				f.offer(provider(i), modelC, 1000, 9501, 1)
			}
			f.setParams(func(p *types.Params) { p.AuditBps = c.later })
			f.again(1, types.SEAT_ROLE_REDRAW)
			f.endBlocks(15)
			require.Equal(t, c.matches, f.status(1) == types.TASK_STATUS_MATCHED)
			require.Equal(t, c.first, f.task(1).Snapshot.AuditBps)
		})
	}
}

func TestSeatAudit(t *testing.T) {
	f := newFixture(t)
	f.market(5, modelC)
	empty := f.dump(f.ctx)
	f.ok(canonical("a"))
	f.endBlocks(12)
	before := f.seats(1)
	task := f.task(1)
	f.endBlock() // all have committed in block 13
	f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
	seat, found := f.audit(1, 1)
	require.True(t, found)
	require.Equal(t, types.MatchedSeat{Provider: seat.Provider, PriceInput: 1000, PriceOutput: 2000, Lien: task.Snapshot.SeatLien}, seat)
	require.NotContains(t, before, seat.Provider)
	require.Equal(t, uint32(1), f.offerOf(seat.Provider, modelC).UsedSlots)
	_, free, err := f.m.BondOf(f.ctx, seat.Provider)
	require.NoError(t, err)
	require.Equal(t, uint64(testBond)-task.Snapshot.SeatLien, free)
	require.Equal(t, task, f.task(1), "the task itself is as it was")
	require.NoError(t, f.k.Invariants(f.ctx))

	events := f.ctx.EventManager().Events()
	require.Len(t, events, 1)
	told, err := sdk.ParseTypedEvent(events.ToABCIEvents()[0])
	require.NoError(t, err)
	require.Equal(t, &types.EventTaskMatched{TaskId: 1, Role: types.SEAT_ROLE_AUDIT, Providers: []string{seat.Provider}}, told)

	// The worker finds it as it finds every seat.
	open, err := f.q.TasksByProvider(f.ctx, &types.QueryTasksByProviderRequest{Provider: seat.Provider, OpenOnly: true})
	require.NoError(t, err)
	require.Len(t, open.Tasks, 1)

	// It is a seat of the task like the others: freed with the round, forgotten with the task.
	f.settle(1)
	require.Zero(t, f.offerOf(seat.Provider, modelC).UsedSlots)
	f.endBlocks(2000)
	for key := range f.dump(f.ctx) {
		if key[:3] == "com" {
			require.Contains(t, empty, key)
		}
	}
}

// The seat depends on the seed alone, and falls on everybody who is left.
func TestTheAuditSeatIsDrawnByItsSeed(t *testing.T) {
	f := newFixture(t)
	f.market(6, modelC)
	f.ok(canonical("a"))
	f.endBlocks(12)
	draw := func(seed byte) string {
		branch, _ := f.ctx.CacheContext()
		seat, found, err := f.k.SeatAudit(branch, 1, [32]byte{seed})
		require.NoError(t, err)
		require.True(t, found)
		return seat.Provider
	}
	seen := map[string]bool{}
	for seed := range byte(64) {
		who := draw(seed)
		require.Equal(t, who, draw(seed))
		require.NotContains(t, f.seats(1), who)
		seen[who] = true
	}
	require.Len(t, seen, 3)
}

func TestNobodyCanTakeTheAudit(t *testing.T) {
	for name, spoil := range map[string]func(f *fixture, fourth string){
		"too dear":      func(f *fixture, who string) { f.offer(who, modelC, 1000, 9501, 1) },
		"draining":      func(f *fixture, who string) { f.ok(&types.MsgDrainProvider{Provider: who}) },
		"offer is gone": func(f *fixture, who string) { f.ok(&types.MsgRemoveOffer{Provider: who, ModelId: modelC}) },
		"all slots taken": func(f *fixture, _ string) {
			_, found := f.audit(2, 1)
			require.True(f.t, found)
		},
		"bond under lien": func(f *fixture, who string) {
			require.NoError(f.t, f.m.PlaceLien(f.ctx, who, testBond-oneAIC+1))
		},
		"has a seat": func(f *fixture, _ string) {
			_, found := f.audit(1, 1)
			require.True(f.t, found)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.market(3, modelC)
			for i := range 3 {
				f.offer(provider(i), modelC, 1000, 2000, 9)
			}
			f.ok(canonical("a", "b"))
			f.endBlocks(12)
			f.provider(provider(3), testBond)
			f.offer(provider(3), modelC, 1000, 2000, 1)
			spoil(f, provider(3))
			before := f.dump(f.ctx)
			f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
			_, found, err := f.k.SeatAudit(f.ctx, 1, [32]byte{1})
			require.NoError(t, err)
			require.False(t, found)
			require.Equal(t, before, f.dump(f.ctx))
			require.Empty(t, f.events())
		})
	}
}

func TestTheRequesterAndThePayerDoNotAuditTheirTask(t *testing.T) {
	f := newFixture(t)
	f.market(5, modelC)
	msg := canonical("a")
	msg.Requester, msg.Payer = provider(0), provider(1)
	f.ok(msg)
	f.endBlocks(12)
	for seed := range byte(16) {
		_, found, err := f.k.SeatAudit(f.ctx, 1, [32]byte{seed})
		require.NoError(t, err)
		require.False(t, found)
	}
}

func TestSeatAuditRefuses(t *testing.T) {
	f := newFixture(t)
	f.market(9, modelC)
	for i := range 9 {
		f.offer(provider(i), modelA, 1000, 2000, 1)
	}
	f.ok(canonical("open"))
	_, _, err := f.k.SeatAudit(f.ctx, 1, [32]byte{})
	require.ErrorIs(t, err, types.ErrWrongStatus, "in no round yet")
	_, _, err = f.k.SeatAudit(f.ctx, 9, [32]byte{})
	require.ErrorIs(t, err, types.ErrUnknownTask)
	f.ok(canonical("split"))
	f.ok(post("other profile"))
	f.endBlocks(12)
	f.again(2, types.SEAT_ROLE_PANEL)
	f.settle(1)
	before := f.dump(f.ctx)
	for id, why := range map[uint64]string{1: "settled", 2: "waits for a panel", 3: "its price covers no audit"} {
		_, _, err = f.k.SeatAudit(f.ctx, id, [32]byte{})
		require.ErrorIs(t, err, types.ErrWrongStatus, why)
	}
	require.Equal(t, before, f.dump(f.ctx))
}
