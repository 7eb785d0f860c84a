package keeper

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// TestLivesOfTasks plays whole tasks: in each round seats commit to and reveal one of the outputs 0..9, stay silent
// after the commit, or are absent.
func TestLivesOfTasks(t *testing.T) {
	const (
		x = absent
		s = silent
	)
	for _, c := range []struct {
		name     string
		rounds   [][]int
		status   computetypes.TaskStatus
		reason   computetypes.Reason
		outcomes string
	}{
		{
			"all agree",
			[][]int{{1, 1, 1}},
			computetypes.TASK_STATUS_SETTLED, computetypes.REASON_TASK_AGREED, "RIGHT RIGHT RIGHT",
		},
		{
			"one liar, the panel decides against it",
			[][]int{{1, 2, 1}, {1, 1, 1}},
			computetypes.TASK_STATUS_SETTLED, computetypes.REASON_TASK_AGREED_BY_PANEL, "RIGHT WRONG RIGHT RIGHT RIGHT RIGHT",
		},
		{
			"two of three collude, the panel decides against them",
			[][]int{{2, 2, 1}, {1, 1, 1}},
			computetypes.TASK_STATUS_SETTLED, computetypes.REASON_TASK_AGREED_BY_PANEL, "WRONG WRONG RIGHT RIGHT RIGHT RIGHT",
		},
		{
			"the panel splits too, five of seven decide",
			[][]int{{1, 2, 1}, {1, 1, 2}, {1, 1, 1, 1, 1, 2, 2}},
			computetypes.TASK_STATUS_SETTLED, computetypes.REASON_TASK_AGREED_BY_PANEL,
			"RIGHT WRONG RIGHT RIGHT RIGHT WRONG RIGHT RIGHT RIGHT RIGHT RIGHT WRONG WRONG",
		},
		{
			"the panel has an absentee, so the wide panel takes over, with an absentee and a silent seat",
			[][]int{{1, 2, 1}, {1, 1, x}, {1, 1, 1, 1, 1, x, s}},
			computetypes.TASK_STATUS_SETTLED, computetypes.REASON_TASK_AGREED_BY_PANEL,
			"RIGHT WRONG RIGHT FREED FREED NO_COMMIT RIGHT RIGHT RIGHT RIGHT RIGHT NO_COMMIT NO_REVEAL",
		},
		{
			"nobody ever agrees, nobody is called wrong",
			[][]int{{1, 2, 3}, {1, 2, 3}, {1, 2, 3, 4, 5, 6, 7}},
			computetypes.TASK_STATUS_REFUNDED, computetypes.REASON_TASK_UNDECIDED, strings.Repeat("FREED ", 12) + "FREED",
		},
		{
			"four of seven are not enough",
			[][]int{{1, 2, 1}, {1, 2, 1}, {1, 1, 1, 1, 2, 2, 2}},
			computetypes.TASK_STATUS_REFUNDED, computetypes.REASON_TASK_UNDECIDED, strings.Repeat("FREED ", 12) + "FREED",
		},
		{
			"too few of the wide panel commit",
			[][]int{{1, 2, 1}, {1, 2, 1}, {1, 1, 1, 1, x, x, x}},
			computetypes.TASK_STATUS_REFUNDED, computetypes.REASON_TASK_UNDECIDED,
			"FREED FREED FREED FREED FREED FREED FREED FREED FREED FREED NO_COMMIT NO_COMMIT NO_COMMIT",
		},
		{
			"one seat never commits, the redraw agrees",
			[][]int{{1, x, 1}, {1, 1, 1}},
			computetypes.TASK_STATUS_SETTLED, computetypes.REASON_TASK_AGREED, "FREED NO_COMMIT FREED RIGHT RIGHT RIGHT",
		},
		{
			"look-then-withhold costs as much as a lie and delays one round",
			[][]int{{1, 1, s}, {1, 1, 1}},
			computetypes.TASK_STATUS_SETTLED, computetypes.REASON_TASK_AGREED, "RIGHT RIGHT NO_REVEAL RIGHT RIGHT RIGHT",
		},
		{
			"a lie told in a stalled round is found out later",
			[][]int{{2, s, 2}, {1, 1, 1}},
			computetypes.TASK_STATUS_SETTLED, computetypes.REASON_TASK_AGREED, "WRONG NO_REVEAL WRONG RIGHT RIGHT RIGHT",
		},
		{
			"stalled twice",
			[][]int{{x, x, x}, {1, 1, s}},
			computetypes.TASK_STATUS_REFUNDED, computetypes.REASON_TASK_STALLED_TWICE, "NO_COMMIT NO_COMMIT NO_COMMIT FREED FREED NO_REVEAL",
		},
		{
			"the redraw splits: a panel, the longest life of four rounds",
			[][]int{{1, x, 1}, {1, 1, 2}, {1, x, 1}, {1, 1, 1, 1, 1, 1, 1}},
			computetypes.TASK_STATUS_SETTLED, computetypes.REASON_TASK_AGREED_BY_PANEL,
			"FREED NO_COMMIT FREED RIGHT RIGHT WRONG FREED NO_COMMIT FREED RIGHT RIGHT RIGHT RIGHT RIGHT RIGHT RIGHT",
		},
		{
			"one seat alone",
			[][]int{{1}},
			computetypes.TASK_STATUS_SETTLED, computetypes.REASON_TASK_AGREED, "RIGHT",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			f.post(1, uint32(len(c.rounds[0])))
			next, slots := 0, map[string]int{}
			for i, outputs := range c.rounds {
				require.Equal(t, uint32(i), f.tasks.tasks[1].Round)
				require.Empty(t, f.money.finals, "a final verdict before the last round")
				seats := make([]int, len(outputs))
				for j := range seats {
					seats[j] = next
					slots[account(next)] = 1
					next++
				}
				f.match(1, seats...)
				f.play(1, seats, outputs)
			}
			task := f.tasks.tasks[1]
			require.Equal(t, c.status, task.Status)
			require.Equal(t, c.reason, task.Reason)
			require.Equal(t, c.outcomes, f.outcomes(1))
			require.Equal(t, slots, f.tasks.released, "each seat frees its slot once")
			final := f.money.finals[1]
			require.Zero(t, final.Task.CloseHeight, "the task as it was when its last round closed")
			require.Equal(t, c.status, final.Closing.Status)
			if c.status == computetypes.TASK_STATUS_SETTLED {
				require.Equal(t, uint32(1), final.Closing.OutputTokens)
				require.Len(t, final.Closing.ResultRoot, 32)
			} else {
				require.Empty(t, final.Closing.ResultRoot)
			}
			for i, s := range final.Seats {
				require.Equal(t, account(i), s.Provider, "by round and seat")
				require.Equal(t, []uint64{50_000, 1_000, 2_000}, []uint64{s.Lien, s.PriceInput, s.PriceOutput})
			}
			for _, r := range mustRounds(f, 1) {
				for _, s := range r.Seats {
					require.NotEqual(t, computetypes.REASON_UNSPECIFIED, s.Outcome, "outcomes are stored")
				}
			}
		})
	}
}

func mustRounds(f *fixture, id uint64) []types.Round {
	f.t.Helper()
	rounds, err := f.k.roundsOf(f.ctx, id)
	require.NoError(f.t, err)
	return rounds
}

func TestVerdictStepAtTheCommitDeadline(t *testing.T) {
	deadline := matchHeight + commitWindow
	f := newFixture(t)
	f.newTask(1, 0, 1, 2)
	require.NoError(t, f.commit(0, f.commitOf(1, 0, 8)))

	f.end(deadline - 1)
	require.Equal(t, types.ROUND_PHASE_COMMIT, f.round(1).Phase, "B-1")
	f.at(deadline)
	require.NoError(t, f.commit(1, f.commitOf(1, 1, 8)), "a message in the deadline block counts")
	f.end(deadline)
	require.Equal(t, types.ROUND_PHASE_CLOSED, f.round(1).Phase, "B")
	require.Equal(t, types.VERDICT_STALLED, f.round(1).Verdict)
	require.Equal(t, 1, f.events("EventVerdict"))
	require.Zero(t, f.events("EventSeatOutcome"), "outcomes come at the end of the task")
	require.Equal(t, computetypes.TASK_STATUS_STALLED, f.tasks.tasks[1].Status)
	before := f.dump()
	f.end(deadline + 1)
	require.Equal(t, before, f.dump(), "B+1: nothing is left to do")
}

func TestVerdictStepAtTheRevealDeadline(t *testing.T) {
	deadline := matchHeight + revealWindow
	f := newFixture(t)
	f.committed(1, 8)
	require.NoError(t, f.reveal(0, f.revealOf(1, 0, 8)))
	require.NoError(t, f.reveal(1, f.revealOf(1, 1, 8)))
	f.end(deadline - 1)
	require.True(t, func() bool { r := f.round(1); return r.IsOpen() }(), "B-1")
	f.at(deadline)
	require.NoError(t, f.reveal(2, f.revealOf(1, 2, 8)))
	f.end(deadline)
	require.Equal(t, types.VERDICT_AGREED, f.round(1).Verdict, "B")
	require.Zero(t, f.events("EventSeatOutcome"), "nobody is penalised")
}

// TestWidePanelGoesOnWithoutItsAbsentees: one event tells of all rounds that a block opened.
func TestWidePanelGoesOnWithoutItsAbsentees(t *testing.T) {
	f := newFixture(t)
	for id := uint64(1); id <= 2; id++ {
		f.post(id, 3)
		task := f.tasks.tasks[id]
		task.Role = computetypes.SEAT_ROLE_PANEL_WIDE
		f.tasks.tasks[id] = task
		f.match(id, 0, 1, 2, 3, 4, 5, 6)
		for n := range 5 {
			require.NoError(t, f.commit(n, f.commitOf(id, n, 8)))
		}
	}
	f.end(matchHeight + commitWindow)
	require.Equal(t, types.ROUND_PHASE_REVEAL, f.round(1).Phase)
	require.Equal(t, matchHeight+commitWindow+revealWindow, f.round(2).Deadline)
	require.Equal(t, 1, f.events("EventRevealsOpened"))
	require.Zero(t, f.events("EventVerdict"))
	for n := range 5 {
		require.NoError(t, f.reveal(n, f.revealOf(1, n, 8), f.revealOf(2, n, 8)))
	}
	f.end(matchHeight + commitWindow + 1)
	require.Equal(t, "RIGHT RIGHT RIGHT RIGHT RIGHT NO_COMMIT NO_COMMIT", f.outcomes(1))
	require.Equal(t, 4, f.events("EventSeatOutcome"), "the penalised seats only")
}

func TestVerdictStepEmptyBlock(t *testing.T) {
	f := newFixture(t)
	before := f.dump()
	f.end(matchHeight)
	require.Equal(t, before, f.dump())
	require.Empty(t, f.ctx.EventManager().Events())
}

// TestVerdictStepBudget: a full budget leaves the rest for the next blocks, in order, and they accept nothing meanwhile.
func TestVerdictStepBudget(t *testing.T) {
	f := newFixture(t)
	require.NoError(t, f.k.params.Set(f.ctx, testParams(10, 3)))
	for id := uint64(1); id <= 8; id++ {
		f.newTask(id, 0, 1, 2)
	}
	closed := func() (n int) {
		for id := uint64(1); id <= 8; id++ {
			if r := f.round(id); !r.IsOpen() {
				n++
				require.LessOrEqual(t, id, uint64(n), "soonest first, then by id")
			}
		}
		return n
	}
	deadline := matchHeight + commitWindow
	for i, want := range []int{3, 6, 8, 8} {
		f.end(deadline + uint64(i))
		require.Equal(t, want, closed())
		if want < 8 {
			f.at(deadline + uint64(i) + 1)
			f.refused(types.ErrTooLate, "task 8", func() error { return f.commit(0, f.commitOf(8, 0, 1)) })
		}
	}
}

// TestPoisonedRound: a round that fails is parked as it was, its neighbours close, and a retry brings it back.
func TestPoisonedRound(t *testing.T) {
	for name, poison := range map[string]any{
		"an error": errorsmod.Wrap(sdkerrors.ErrLogic, "offer vanished"),
		"a panic":  "pointer 0xc0001234 is nil",
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			for id := uint64(1); id <= 3; id++ {
				f.committed(id, 8)
				for n := range 3 {
					require.NoError(t, f.reveal(n, f.revealOf(id, n, 8)))
				}
			}
			f.tasks.poison[string(modelOf(2))] = poison
			before := f.round(2)
			f.end(matchHeight + 3)
			require.Equal(t, 1, f.events("EventRoundParked"))
			require.Equal(t, 2, f.events("EventVerdict"))
			require.Equal(t, before, f.round(2), "the round is as it was")
			require.Len(t, f.money.finals, 2)
			require.NotContains(t, f.money.finals, uint64(2))
			record, err := f.k.parked.Get(f.ctx, 2)
			require.NoError(t, err)
			require.Equal(t, "verdict", record.Step)
			require.Equal(t, matchHeight+3, record.Height)
			require.NotContains(t, record.Error, "0x", "addresses differ between nodes and stay out of the state")

			_, err = f.msgs.RetryParked(f.ctx, &types.MsgRetryParked{Sender: account(7), TaskId: 2})
			require.NoError(t, err)
			require.NoError(t, f.k.Invariants(f.ctx))
			f.end(matchHeight + 50)
			require.Equal(t, 1, f.events("EventRoundParked"), "still poisoned: parked again")

			delete(f.tasks.poison, string(modelOf(2)))
			_, err = f.msgs.RetryParked(f.ctx, &types.MsgRetryParked{Sender: account(7), TaskId: 2})
			require.NoError(t, err)
			f.end(matchHeight + 51)
			require.Equal(t, "RIGHT RIGHT RIGHT", f.outcomes(2))
			f.refused(types.ErrNotParked, "task 2", func() error {
				_, err := f.msgs.RetryParked(f.ctx, &types.MsgRetryParked{Sender: account(7), TaskId: 2})
				return err
			})
		})
	}
}

func TestRetryParkedRefusals(t *testing.T) {
	f := newFixture(t)
	f.newTask(1, 0, 1, 2)
	retry := func(sender string, id uint64) func() error {
		return func() error {
			_, err := f.msgs.RetryParked(f.ctx, &types.MsgRetryParked{Sender: sender, TaskId: id})
			return err
		}
	}
	f.refused(types.ErrNotParked, "task 1", retry(account(0), 1))
	f.refused(types.ErrNotParked, "task 9", retry(account(0), 9))
	f.refused(types.ErrInvalidAddress, "", retry("nobody", 1))
	// A record without a round cannot come about; if it did, nothing would break.
	require.NoError(t, f.k.parked.Set(f.ctx, 9, parkedRecord{TaskId: 9}))
	f.refused(types.ErrRoundNotFound, "task 9", retry(account(0), 9))
}

// TestRetryGivesNoMoreTime: while a round is parked and after it is queued again, its phase is over for everybody.
func TestRetryGivesNoMoreTime(t *testing.T) {
	f := newFixture(t)
	f.committed(1, 8)
	f.tasks.poison[string(modelOf(1))] = sdkerrors.ErrLogic
	f.end(matchHeight + revealWindow)
	f.at(matchHeight + revealWindow + 1)
	f.refused(types.ErrTooLate, "task 1", func() error { return f.reveal(0, f.revealOf(1, 0, 8)) })
	_, err := f.msgs.RetryParked(f.ctx, &types.MsgRetryParked{Sender: account(0), TaskId: 1})
	require.NoError(t, err)
	f.refused(types.ErrTooLate, "task 1", func() error { return f.reveal(0, f.revealOf(1, 0, 8)) })
}

func TestUpdateParams(t *testing.T) {
	f := newFixture(t)
	update := func(authority string, p types.Params) func() error {
		return func() error {
			_, err := f.msgs.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: authority, Params: p})
			return err
		}
	}
	good := testParams(1, 1)
	f.refused(sdkerrors.ErrUnauthorized, account(99), update(account(0), good))
	f.refused(types.ErrInvalidParams, "max_batch", update(account(99), testParams(0, 1)))
	f.refused(types.ErrInvalidParams, "max_batch", update(account(99), testParams(1_001, 1)))
	f.refused(types.ErrInvalidParams, "verdict_budget", update(account(99), testParams(1, 0)))
	f.refused(types.ErrInvalidParams, "verdict_budget", update(account(99), testParams(1, 100_001)))
	for name, x := range map[string]struct {
		set func(*types.Params, uint64)
		top uint64
	}{
		"max_batch":      {func(p *types.Params, v uint64) { p.MaxBatch = uint32(v) }, types.MaxBatchLimit},
		"verdict_budget": {func(p *types.Params, v uint64) { p.VerdictBudget = uint32(v) }, types.BudgetLimit},
		"dispute_window": {func(p *types.Params, v uint64) { p.DisputeWindow = v }, types.MoveWindowLimit},
		"trace_window":   {func(p *types.Params, v uint64) { p.TraceWindow = v }, types.MoveWindowLimit},
		"dispute_budget": {func(p *types.Params, v uint64) { p.DisputeBudget = uint32(v) }, types.BudgetLimit},
		"audit_budget":   {func(p *types.Params, v uint64) { p.AuditBudget = uint32(v) }, types.BudgetLimit},
	} {
		with := func(v uint64) types.Params {
			p := types.DefaultParams()
			x.set(&p, v)
			return p
		}
		f.refused(types.ErrInvalidParams, name, update(account(99), with(0)))
		f.refused(types.ErrInvalidParams, name, update(account(99), with(x.top+1)))
		require.NoError(t, update(account(99), with(1))())
		require.NoError(t, update(account(99), with(x.top))())
	}
	require.NoError(t, update(account(99), good)())
	got, err := f.k.Params(f.ctx)
	require.NoError(t, err)
	require.Equal(t, good, got)
}

// TestEndBlockNeverFails: without parameters the step cannot run; the block goes on.
func TestEndBlockNeverFails(t *testing.T) {
	f := newFixture(t)
	require.NoError(t, f.k.params.Remove(f.ctx))
	require.NoError(t, f.k.EndBlock(f.ctx))
	require.NoError(t, f.k.BeginBlock(f.ctx))
}
