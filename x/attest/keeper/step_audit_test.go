package keeper

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/rules/audit"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// postAudited posts and matches a task of three seats that is audited with a chance in basis points.
func (f *fixture) postAudited(id uint64, bps uint32) {
	f.t.Helper()
	f.post(id, 3)
	task := f.tasks.tasks[id]
	task.Snapshot.Refereed, task.Snapshot.AuditBps = true, bps
	f.tasks.tasks[id] = task
	f.match(id, 0, 1, 2)
}

// sealAll lets the three seats of tasks commit, each in one message.
func (f *fixture) sealAll(ids ...uint64) {
	f.t.Helper()
	for n := range 3 {
		require.NoError(f.t, f.commit(n, f.commitsTo(ids, n, 8).Commits...))
	}
}

// begin runs the BeginBlock of a height and checks the invariants after it.
func (f *fixture) begin(height uint64) {
	f.t.Helper()
	f.at(height)
	require.NoError(f.t, f.k.BeginBlock(f.ctx))
	require.NoError(f.t, f.k.Invariants(f.ctx))
}

// TestAuditOfARound follows an audit from the lot to the money: the blind seat is drawn in the block after the last
// commit, nothing can be revealed before, and it is paid like the others.
func TestAuditOfARound(t *testing.T) {
	f := newFixture(t)
	f.postAudited(1, 10_000)
	f.tasks.audits[1] = 7
	f.sealAll(1)
	require.Equal(t, types.ROUND_PHASE_REVEAL, f.round(1).Phase)
	rev := f.revealOf(1, 0, 8)
	f.refused(types.ErrRevealTooSoon, "opened at height 100", func() error {
		_, err := f.msgs.RevealResult(f.ctx, revealsOf(0, rev))
		return err
	})
	f.end(matchHeight)

	f.begin(matchHeight + 1)
	require.Equal(t, 1, f.events("EventAuditSeated"))
	r := f.round(1)
	require.Equal(t, types.ROUND_PHASE_COMMIT, r.Phase)
	require.Equal(t, matchHeight+1+commitWindow, r.Deadline)
	require.Equal(t, types.Seat{Provider: account(7), PriceInput: 3_000, PriceOutput: 4_000, Lien: 50_000}, r.Seats[3])
	require.Equal(t, []uint32{1, 3}, []uint32{r.Audits, r.DrawnSeats()})
	require.Equal(t, matchHeight+1, r.SeatedAt(3))
	require.Equal(t, matchHeight, r.SeatedAt(2))
	beacon, err := f.beacon.At(f.ctx, matchHeight+1)
	require.NoError(t, err)
	require.Equal(t, audit.Seed(testChain, beacon, 1, 0), f.tasks.seeds[1], "the beacon of this block")
	f.refused(types.ErrNotRevealing, "ROUND_PHASE_COMMIT", func() error { return f.reveal(0, rev) })
	f.refused(types.ErrAlreadyCommitted, "task 1", func() error { return f.commit(0, f.commitOf(1, 0, 8)) })

	f.at(matchHeight + 5)
	require.NoError(t, f.commit(7, f.commitOf(1, 7, 8)))
	require.Equal(t, types.ROUND_PHASE_REVEAL, f.round(1).Phase)
	require.Equal(t, matchHeight+5+revealWindow, f.round(1).Deadline)
	f.begin(matchHeight + 6)
	require.Empty(t, f.ctx.EventManager().Events(), "one audit a round")
	for _, n := range []int{0, 1, 2, 7} {
		require.NoError(t, f.reveal(n, f.revealOf(1, n, 8)))
	}
	f.end(matchHeight + 6)
	require.Equal(t, "RIGHT RIGHT RIGHT RIGHT", f.outcomes(1))
	require.Equal(t, uint64(3_000), f.money.finals[1].Seats[3].PriceInput)
	require.Equal(t, map[string]int{account(0): 1, account(1): 1, account(2): 1, account(7): 1}, f.tasks.released)
	seated, done, err := f.k.Forget(f.ctx, 1)
	require.NoError(t, err)
	require.True(t, done)
	require.Equal(t, computetypes.SeatedAt{Provider: account(7), Height: matchHeight + 1}, seated[3])
}

// TestNothingIsPublicBeforeTheLot: a mempool takes no reveal of a round that may be audited before the block that draws
// its lot is known, in which the reveal would fail and be seen. Other rounds do not wait.
func TestNothingIsPublicBeforeTheLot(t *testing.T) {
	f := newFixture(t)
	f.postAudited(1, 1)
	f.postAudited(2, 0)
	f.sealAll(1, 2)
	audited, other := revealsOf(0, f.revealOf(1, 0, 8)), revealsOf(0, f.revealOf(2, 0, 8))
	f.end(matchHeight)
	require.ErrorIs(t, f.k.FreeSeatMessage(f.checkState(), audited), types.ErrRevealTooSoon)
	require.ErrorIs(t, f.k.FreeSeatMessage(f.checkState().WithIsReCheckTx(true), audited), types.ErrRevealTooSoon)
	require.NoError(t, f.k.FreeSeatMessage(f.checkState(), other))
	f.begin(matchHeight + 1)
	require.NoError(t, f.free(audited), "a block takes it")
	require.NoError(t, f.k.FreeSeatMessage(f.checkState(), audited))

	f.at(matchHeight + 1)
	f.post(3, 3)
	task := f.tasks.tasks[3]
	task.Snapshot.Refereed, task.Snapshot.AuditBps, task.Snapshot.RevealWindow = true, 1, 1
	f.tasks.tasks[3] = task
	f.match(3, 0, 1, 2)
	f.sealAll(3)
	f.end(matchHeight + 1)
	require.NoError(t, f.k.FreeSeatMessage(f.checkState(), revealsOf(0, f.revealOf(3, 0, 8))), "a window of one block leaves no time to wait")
}

// TestAuditSeatStaysAway: the others are not held up, and it has a soft fault.
func TestAuditSeatStaysAway(t *testing.T) {
	f := newFixture(t)
	f.postAudited(1, 10_000)
	f.tasks.audits[1] = 7
	f.sealAll(1)
	f.end(matchHeight)
	f.begin(matchHeight + 1)
	deadline := matchHeight + 1 + commitWindow
	f.end(deadline - 1)
	require.Equal(t, types.ROUND_PHASE_COMMIT, f.round(1).Phase, "B-1")
	f.end(deadline)
	require.Equal(t, types.ROUND_PHASE_REVEAL, f.round(1).Phase, "B")
	f.begin(deadline + 1)
	for n := range 3 {
		require.NoError(t, f.reveal(n, f.revealOf(1, n, 8)))
	}
	f.end(deadline + 1)
	require.Equal(t, "RIGHT RIGHT RIGHT NO_COMMIT", f.outcomes(1))
}

// TestLotsOfABlock: who is not drawn is not written; who finds no seat goes on without.
func TestLotsOfABlock(t *testing.T) {
	f := newFixture(t)
	var ids []uint64
	for id := uint64(1); id <= 40; id++ {
		f.postAudited(id, 2_500)
		f.tasks.audits[id] = 7
		ids = append(ids, id)
	}
	f.sealAll(ids...)
	sealed, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Len(t, sealed.Sealed, 1, "one record for the message")
	require.Equal(t, ids, sealed.Sealed[0].TaskIds)
	f.end(matchHeight)

	beacon, err := f.beacon.At(f.ctx, matchHeight+1)
	require.NoError(t, err)
	drawn := 0
	for _, id := range ids {
		if audit.IsDrawn(testChain, beacon, id, 0, 2_500) {
			if drawn++; drawn%3 == 0 {
				delete(f.tasks.audits, id)
			}
		}
	}
	require.GreaterOrEqual(t, drawn, 3)
	before := mustRounds(f, ids[0])
	f.begin(matchHeight + 1)
	require.Equal(t, drawn/3, f.events("EventAuditSkipped"))
	require.Equal(t, drawn-drawn/3, f.events("EventAuditSeated"))
	require.Len(t, f.tasks.noted, 1, "once, whatever was drawn")
	require.Len(t, f.tasks.noted[0], drawn-drawn/3, "only those who have a seat")
	for _, s := range f.tasks.noted[0] {
		require.Equal(t, account(7), s.Provider)
		require.Equal(t, uint32(1), f.round(s.TaskID).Audits)
	}
	for _, id := range ids {
		_, isFound := f.tasks.audits[id]
		isSeated := isFound && audit.IsDrawn(testChain, beacon, id, 0, 2_500)
		require.Equal(t, isSeated, f.round(id).Audits == 1)
		require.Equal(t, isSeated, f.round(id).Phase == types.ROUND_PHASE_COMMIT)
	}
	if !audit.IsDrawn(testChain, beacon, ids[0], 0, 2_500) {
		require.Equal(t, before, mustRounds(f, ids[0]))
	}
	gs, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Empty(t, gs.Sealed, "lots are drawn once")
	dump := f.dump()
	f.begin(matchHeight + 2)
	require.Equal(t, dump, f.dump())
}

// TestWhoIsNotAudited: rounds without a chance leave no record, and one that is sealed in this block waits for the next.
func TestWhoIsNotAudited(t *testing.T) {
	f := newFixture(t)
	f.newTask(1, 0, 1, 2) // not refereed
	f.postAudited(2, 0)   // no chance
	f.post(3, 3)
	task := f.tasks.tasks[3]
	task.Snapshot.Refereed, task.Snapshot.AuditBps, task.Role = true, 10_000, computetypes.SEAT_ROLE_PANEL
	f.tasks.tasks[3] = task
	f.match(3, 0, 1, 2)
	f.postAudited(4, 10_000)
	require.NoError(t, f.commit(0, f.commitOf(4, 0, 8))) // not all
	f.sealAll(1, 2, 3)
	gs, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Empty(t, gs.Sealed)

	f.postAudited(5, 10_000)
	f.sealAll(5)
	f.begin(matchHeight)
	require.Empty(t, f.ctx.EventManager().Events(), "its own beacon was known to those who committed")
	f.begin(matchHeight + 1)
	require.Equal(t, 1, f.events("EventAuditSkipped"))
}

// TestAuditBudget: what is drawn beyond the budget goes on without.
func TestAuditBudget(t *testing.T) {
	f := newFixture(t)
	params := types.DefaultParams()
	params.AuditBudget = 3
	require.NoError(t, f.k.params.Set(f.ctx, params))
	var ids []uint64
	for id := uint64(1); id <= 8; id++ {
		f.postAudited(id, 10_000)
		f.tasks.audits[id] = 7
		ids = append(ids, id)
	}
	f.sealAll(ids...)
	f.begin(matchHeight + 1)
	require.Equal(t, 3, f.events("EventAuditSeated"))
	require.Equal(t, 5, f.events("EventAuditSkipped"))
	beacon, err := f.beacon.At(f.ctx, matchHeight+1)
	require.NoError(t, err)
	rank := func(id uint64) uint64 { return audit.Rank(testChain, beacon, id, 0) }
	inLine := slices.SortedFunc(slices.Values(ids), func(a, b uint64) int { return cmp.Compare(rank(a), rank(b)) })
	require.NotEqual(t, ids[:3], inLine[:3], "not the order of the message, which a seat chooses")
	for i, id := range inLine {
		require.Equal(t, i < 3, f.round(id).Audits == 1)
	}
}

func TestAuditStepEmptyBlock(t *testing.T) {
	f := newFixture(t)
	f.beacon.err = sdkerrors.ErrLogic // is not even asked
	before := f.dump()
	f.begin(matchHeight)
	require.Equal(t, before, f.dump())
	require.Empty(t, f.ctx.EventManager().Events())
}

// TestPoisonedAudit: a seat that fails to be drawn holds up neither its round nor its neighbours.
func TestPoisonedAudit(t *testing.T) {
	for name, poison := range map[string]any{
		"an error": errorsmod.Wrap(sdkerrors.ErrLogic, "offer vanished"),
		"a panic":  "nil offer",
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			for id := uint64(1); id <= 3; id++ {
				f.postAudited(id, 10_000)
				f.tasks.audits[id] = 7
			}
			f.sealAll(1, 2, 3)
			f.tasks.poison[string(modelOf(2))] = poison
			before := f.round(2)
			f.begin(matchHeight + 1)
			require.Equal(t, 2, f.events("EventAuditSeated"))
			require.Equal(t, 1, f.events("EventAuditSkipped"))
			require.Equal(t, [][]computetypes.TakenSeat{{{Provider: account(7), TaskID: 1}, {Provider: account(7), TaskID: 3}}}, f.tasks.noted)
			require.Equal(t, before, f.round(2), "the round is as it was")
			require.NoError(t, f.reveal(0, f.revealOf(2, 0, 8)))
		})
	}
	t.Run("no beacon", func(t *testing.T) {
		f := newFixture(t)
		f.postAudited(1, 10_000)
		f.sealAll(1)
		f.beacon.err = sdkerrors.ErrLogic
		f.begin(matchHeight + 1)
		gs, err := f.k.ExportGenesis(f.ctx)
		require.NoError(t, err)
		require.Empty(t, gs.Sealed, "a lot that is late would not be blind")
		require.NoError(t, f.reveal(0, f.revealOf(1, 0, 8)))
	})
}

// TestAuditWritesNothingForOthers: a commit of a round that may be audited writes one key more a message, and the lot of
// a round that is not drawn none.
func TestAuditWritesNothingForOthers(t *testing.T) {
	keys := func(bps uint32) (committed, begun int) {
		f := newFixture(t)
		ids := []uint64{1, 2, 3, 4, 5}
		for _, id := range ids {
			f.postAudited(id, bps)
		}
		before := f.dump()
		f.sealAll(ids...)
		committed = changedLines(before, f.dump())
		before = f.dump()
		f.begin(matchHeight + 1)
		return committed, changedLines(before, f.dump())
	}
	plain, none := keys(0)
	require.Zero(t, none)
	audited, removed := keys(1)
	require.Equal(t, plain+1, audited, "rounds also keep their chance, but no further key")
	require.Equal(t, 1, removed, "the record alone")
}

// changedLines counts the keys of a dump that were added, changed or removed.
func changedLines(before, after string) (n int) {
	a, b := linesOf(before), linesOf(after)
	for key, value := range b {
		if a[key] != value {
			n++
		}
	}
	for key := range a {
		if _, ok := b[key]; !ok {
			n++
		}
	}
	return n
}

// linesOf is a dump as keys with values.
func linesOf(dump string) map[string]string {
	m := map[string]string{}
	for _, line := range strings.Split(dump, "\n") {
		if key, value, ok := strings.Cut(line, "="); ok {
			m[key] = value
		}
	}
	return m
}

// BenchmarkAuditStep draws the lots of 100 rounds of one message at the usual rate of 5 %, with the writing of the trees.
func BenchmarkAuditStep(b *testing.B) {
	f := benchFixture(b)
	next := uint64(20_000)
	var spent time.Duration
	for range b.N {
		f.inBlock(func() {
			var ids []uint64
			for id := next; id < next+batch; id++ {
				f.postAudited(id, 500)
				f.tasks.audits[id] = 7
				ids = append(ids, id)
			}
			next += batch
			f.sealAll(ids...)
		})
		f.at(heightOf(f.ctx) + 1)
		spent += f.timed(true, func() { require.NoError(b, f.k.BeginBlock(f.ctx)) })
	}
	perItem(b, spent)
}
