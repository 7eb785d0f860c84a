package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/rules/result"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

func TestAfterMatched(t *testing.T) {
	f := newFixture(t)
	f.post(1, 3)
	task := f.tasks.tasks[1]
	task.Terms.Sampling = computetypes.Sampling{TemperatureMilli: 700, TopK: 40}
	task.Snapshot.SampleSeed = make([]byte, 32)
	f.tasks.tasks[1] = task
	f.match(1, 0, 1, 2)
	r := f.round(1)
	digest := result.InputDigest(modelOf(1), []uint32{1, 2, 3}, testMaxOutput, 700, 40, make([]byte, 32))
	require.Equal(t, digest[:], r.InputDigest)
	require.Equal(t, matchHeight, r.OpenHeight)
	require.Equal(t, matchHeight+commitWindow, r.Deadline)
	require.Equal(t, testVocab, r.Vocab)
	require.Equal(t, types.Seat{Provider: account(1), PriceInput: 1_000, PriceOutput: 2_000, Lien: 50_000}, r.Seats[1])
	require.NoError(t, f.k.Invariants(f.ctx))

	f.post(2, 3)
	for name, m := range map[string]computetypes.Matched{
		"too few seats":  f.matched(2, 0, 1),
		"too many seats": f.matched(2, 0, 1, 2, 3),
		"a role without seats": func() computetypes.Matched {
			m := f.matched(2, 0, 1, 2)
			m.Task.Role = computetypes.SEAT_ROLE_AUDIT
			return m
		}(),
	} {
		t.Run(name, func(*testing.T) {
			f.refused(types.ErrInvalidMatch, "task", func() error { return f.k.AfterMatched(f.ctx, m) })
		})
	}
}

func TestAfterSeatsNotFound(t *testing.T) {
	f := newFixture(t)
	f.newTask(1, 0, 1, 2)
	f.play(1, []int{0, 1, 2}, []int{1, 2, silent})
	require.Equal(t, computetypes.TASK_STATUS_SPLIT, f.tasks.tasks[1].Status)
	f.at(500)
	require.NoError(t, f.k.AfterSeatsNotFound(f.ctx, f.tasks.tasks[1]))
	require.Equal(t, "FREED FREED NO_REVEAL", f.outcomes(1))
	require.Equal(t, computetypes.REASON_TASK_NO_FRESH_SEATS, f.tasks.tasks[1].Reason)
	require.Equal(t, computetypes.TASK_STATUS_REFUNDED, f.tasks.tasks[1].Status)
	require.Equal(t, 1, f.events("EventSeatOutcome"))
	require.NoError(t, f.k.Invariants(f.ctx))
	require.Error(t, f.k.AfterSeatsNotFound(f.ctx, f.tasks.tasks[1]), "a task ends once")
}

func TestProgress(t *testing.T) {
	f := newFixture(t)
	progress := func() computetypes.Progress {
		p, err := f.k.Progress(f.ctx, f.tasks.tasks[1])
		require.NoError(t, err)
		return p
	}
	f.post(1, 3)
	require.Equal(t, computetypes.Progress{}, progress(), "never matched")
	f.match(1, 0, 1, 2)
	require.Equal(t, computetypes.TASK_STATUS_MATCHED, progress().Status)
	require.Equal(t, matchHeight+commitWindow, progress().NextHeight)
	require.NoError(t, f.commit(0, f.commitOf(1, 0, 8)))
	require.Equal(t, computetypes.TASK_STATUS_COMMITTING, progress().Status)
	require.True(t, progress().Seats[0].Committed)
	require.False(t, progress().Seats[1].Committed)
	for n := 1; n < 3; n++ {
		require.NoError(t, f.commit(n, f.commitOf(1, n, 8)))
	}
	require.Equal(t, computetypes.TASK_STATUS_REVEALING, progress().Status)
	for n := range 3 {
		require.NoError(t, f.reveal(n, f.revealOf(1, n, 8)))
		require.True(t, progress().Seats[n].Revealed)
		require.Len(t, progress().Seats[n].ResultRoot, 32)
		require.Empty(t, progress().Output, "nothing is established before the verdict")
	}
	f.end(matchHeight + 1)
	p := progress()
	require.Equal(t, computetypes.TASK_STATUS_SETTLED, p.Status)
	require.Zero(t, p.NextHeight)
	require.Equal(t, []uint32{8}, p.Output)
	require.Equal(t, result.StopEnd, p.Stop)
	require.Equal(t, computetypes.REASON_SEAT_RIGHT, p.Seats[2].Outcome)
}

func TestInRound(t *testing.T) {
	f := newFixture(t)
	for id := uint64(1); id <= 5; id++ {
		f.at(matchHeight + 10 - id) // the later the id, the sooner the deadline
		f.newTask(id, 0, 1, 2)
	}
	var got []uint64
	var cursor []byte
	pages := 0
	for {
		ids, next, err := f.k.InRound(f.ctx, cursor, 2)
		require.NoError(t, err)
		got = append(got, ids...)
		pages++
		if cursor = next; next == nil {
			break
		}
	}
	require.Equal(t, []uint64{5, 4, 3, 2, 1}, got, "in order of deadline")
	require.Equal(t, 3, pages)
	ids, next, err := f.k.InRound(f.ctx, nil, 5)
	require.NoError(t, err)
	require.Len(t, ids, 5)
	require.Nil(t, next, "a full last page has no next")
	_, _, err = f.k.InRound(f.ctx, []byte("short"), 2)
	require.ErrorIs(t, err, types.ErrInvalidRequest)
}

func TestForget(t *testing.T) {
	f := newFixture(t)
	f.newTask(1, 0, 1, 2)
	f.newTask(2, 0, 1, 2)
	f.refused(types.ErrRoundOpen, "task 1 round 0", func() error {
		_, _, err := f.k.Forget(f.ctx, 1)
		return err
	})
	f.play(1, []int{0, 1, 2}, []int{1, 1, absent})
	f.at(200)
	f.match(1, 3, 4, 5)
	before, err := f.k.SeatedBefore(f.ctx, 1)
	require.NoError(t, err)
	require.Equal(t, []string{account(0), account(1), account(2), account(3), account(4), account(5)}, before)
	f.play(1, []int{3, 4, 5}, []int{1, 1, 1})
	seated, done, err := f.k.Forget(f.ctx, 1)
	require.NoError(t, err)
	require.True(t, done)
	require.Len(t, seated, 6)
	require.Equal(t, computetypes.SeatedAt{Provider: account(0), Height: matchHeight}, seated[0])
	require.Equal(t, computetypes.SeatedAt{Provider: account(5), Height: 200}, seated[5])
	require.Empty(t, mustRounds(f, 1))
	require.NotEmpty(t, mustRounds(f, 2), "the neighbour stays")
	seated, done, err = f.k.Forget(f.ctx, 1)
	require.NoError(t, err)
	require.True(t, done)
	require.Empty(t, seated)
	require.NoError(t, f.k.Invariants(f.ctx))
}
