package keeper

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/rules/result"
	"github.com/aichain/aichain/x/attest/types"
)

// committed opens a task whose three seats have all committed to the output.
func (f *fixture) committed(id uint64, output ...uint32) {
	f.t.Helper()
	f.newTask(id, 0, 1, 2)
	for n := range 3 {
		require.NoError(f.t, f.commit(n, f.commitOf(id, n, output...)))
	}
}

func TestRevealResult(t *testing.T) {
	f := newFixture(t)
	f.committed(1, 8, 2)
	f.committed(2)
	f.at(matchHeight + 4)

	require.NoError(t, f.reveal(0, f.revealOf(1, 0, 8, 2), f.revealOf(2, 0)))
	require.Equal(t, 1, f.events("EventResultsRevealed"), "one event per message")
	r := f.round(1)
	require.Equal(t, []uint32{8, 2}, r.Results[0].Output)
	require.Equal(t, uint32(1), r.Seats[0].Result)
	require.Equal(t, matchHeight+revealWindow, r.Deadline)

	t.Run("the same output is stored once", func(t *testing.T) {
		require.NoError(t, f.reveal(1, f.revealOf(1, 1, 8, 2)))
		require.Len(t, f.round(1).Results, 1)
	})
	t.Run("the output may be left out when a result in the round is the same", func(t *testing.T) {
		require.NoError(t, f.reveal(2, types.Reveal{TaskId: 1, Salt: saltOf(1, 0, 2)}))
		require.Len(t, f.round(1).Results, 1)
		require.Equal(t, uint32(1), f.round(1).Seats[2].Result)
	})
	t.Run("the last reveal makes the round due in this block", func(t *testing.T) {
		require.Equal(t, matchHeight+4, f.round(1).Deadline)
		require.Equal(t, matchHeight+revealWindow, f.round(2).Deadline)
	})
	t.Run("an empty output is a result", func(t *testing.T) {
		require.NoError(t, f.reveal(1, types.Reveal{TaskId: 2, Salt: saltOf(2, 0, 1)}))
		require.Empty(t, f.round(2).Results[0].Output)
	})
	require.NoError(t, f.k.Invariants(f.ctx))
}

func TestRevealResultDeadline(t *testing.T) {
	deadline := matchHeight + revealWindow
	for name, c := range map[string]struct {
		height uint64
		want   error
	}{
		"B-1": {deadline - 1, nil},
		"B":   {deadline, nil},
		"B+1": {deadline + 1, types.ErrTooLate},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.committed(1, 8)
			f.at(c.height)
			if c.want == nil {
				require.NoError(t, f.reveal(0, f.revealOf(1, 0, 8)))
				return
			}
			f.refused(c.want, "task 1 round 0", func() error { return f.reveal(0, f.revealOf(1, 0, 8)) })
		})
	}
}

func TestRevealResultRefusals(t *testing.T) {
	f := newFixture(t)
	f.committed(1, 8)
	f.committed(2, 8)
	f.newTask(3, 0, 1, 2)
	require.NoError(t, f.commit(0, f.commitOf(3, 0, 8)))
	f.committed(4, 8)
	require.NoError(t, f.reveal(0, f.revealOf(4, 0, 8)))
	f.committed(5, 8)
	f.stall(5)
	f.at(matchHeight)
	good := f.revealOf(1, 0, 8)
	with := func(change func(*types.Reveal)) types.Reveal {
		r := f.revealOf(2, 0, 8)
		change(&r)
		return r
	}
	for _, c := range []struct {
		name    string
		n       int
		reveals []types.Reveal
		want    error
		item    string
	}{
		{"an empty message", 0, nil, types.ErrEmptyBatch, ""},
		{"more items than max_batch", 0, make([]types.Reveal, 201), types.ErrBatchTooLarge, "at most 200, got 201"},
		{"an unknown task", 0, []types.Reveal{good, with(func(r *types.Reveal) { r.TaskId = 77 })}, types.ErrRoundNotFound, "task 77 round 0"},
		{"another round", 0, []types.Reveal{with(func(r *types.Reveal) { r.Round = 1 })}, types.ErrRoundNotFound, "task 2 round 1"},
		{"a stranger", 9, []types.Reveal{f.revealOf(2, 0, 8)}, types.ErrNotSeated, "task 2 round 0"},
		{"too early, others may still commit", 0, []types.Reveal{good, f.revealOf(3, 0, 8)}, types.ErrNotRevealing, "ROUND_PHASE_COMMIT, deadline 120"},
		{"without a commit, in the commit phase", 1, []types.Reveal{f.revealOf(3, 1, 8)}, types.ErrNotRevealing, "task 3 round 0"},
		{"a second reveal", 0, []types.Reveal{good, f.revealOf(4, 0, 8)}, types.ErrAlreadyRevealed, "task 4 round 0"},
		{"after the verdict", 2, []types.Reveal{f.revealOf(5, 2, 8)}, types.ErrNotRevealing, "ROUND_PHASE_CLOSED"},
		{"a short salt", 0, []types.Reveal{with(func(r *types.Reveal) { r.Salt = r.Salt[:31] })}, types.ErrInvalidSalt, "expected 32 bytes, got 31"},
		{"no salt", 0, []types.Reveal{with(func(r *types.Reveal) { r.Salt = nil })}, types.ErrInvalidSalt, "task 2 round 0"},
		{"a wrong salt", 0, []types.Reveal{good, with(func(r *types.Reveal) { r.Salt[0] ^= 1 })}, types.ErrCommitmentMismatch, "task 2 round 0"},
		{"another output", 0, []types.Reveal{with(func(r *types.Reveal) { r.Output = []uint32{9} })}, types.ErrCommitmentMismatch, "task 2 round 0"},
		{"another stop reason", 0, []types.Reveal{with(func(r *types.Reveal) { r.Stop = result.StopLength })}, types.ErrCommitmentMismatch, "task 2 round 0"},
		{"a longer output than allowed", 0, []types.Reveal{with(func(r *types.Reveal) { r.Output = make([]uint32, testMaxOutput+1) })}, types.ErrInvalidOutput, "at most 16 tokens, got 17"},
		{"a token id outside the vocabulary", 0, []types.Reveal{with(func(r *types.Reveal) { r.Output = []uint32{testVocab} })}, types.ErrInvalidOutput, "ids below 1000, got 1000"},
		{"an output without a stop reason", 0, []types.Reveal{with(func(r *types.Reveal) { r.Stop = 0 })}, types.ErrInvalidOutput, "expected 1 to 3, got 0"},
		{"an unknown stop reason", 0, []types.Reveal{with(func(r *types.Reveal) { r.Stop = 4 })}, types.ErrInvalidOutput, "expected 1 to 3, got 4"},
		{"output left out, nothing revealed yet", 0, []types.Reveal{with(func(r *types.Reveal) { r.Output, r.Stop = nil, 0 })}, types.ErrOutputNeeded, "none of 0 results"},
		{"output left out, salt wrong", 1, []types.Reveal{{TaskId: 4, Salt: saltOf(4, 0, 2)}}, types.ErrOutputNeeded, "none of 1 results"},
		{"a task named twice", 0, []types.Reveal{good, with(func(*types.Reveal) {}), good}, types.ErrDuplicateTask, "task 1 round 0"},
	} {
		t.Run(c.name, func(*testing.T) {
			f.refused(c.want, c.item, func() error { return f.reveal(c.n, c.reveals...) })
		})
	}
	t.Run("no address", func(*testing.T) {
		f.refused(types.ErrInvalidAddress, "", func() error {
			_, err := f.msgs.RevealResult(f.ctx, &types.MsgRevealResult{Provider: "somebody", Reveals: []types.Reveal{good}})
			return err
		})
	})
	require.NoError(t, f.reveal(0, good), "the good item was good all along")
}

// TestCopycat: account 2 copies the commitment of account 0 as soon as it is on the chain. When account 0 reveals,
// the copycat knows the output and the salt, and still cannot open what it committed: it ends as a seat that withheld.
func TestCopycat(t *testing.T) {
	f := newFixture(t)
	f.newTask(1, 0, 1, 2)
	stolen := f.commitOf(1, 0, 8)
	require.NoError(t, f.commit(0, stolen))
	require.NoError(t, f.commit(1, f.commitOf(1, 1, 8)))
	require.NoError(t, f.commit(2, stolen))
	require.NoError(t, f.reveal(0, f.revealOf(1, 0, 8)))
	require.NoError(t, f.reveal(1, f.revealOf(1, 1, 8)))

	f.refused(types.ErrCommitmentMismatch, "task 1", func() error { return f.reveal(2, f.revealOf(1, 0, 8)) })
	f.refused(types.ErrCommitmentMismatch, "task 1", func() error { return f.reveal(2, f.revealOf(1, 2, 8)) })
	f.refused(types.ErrOutputNeeded, "task 1", func() error { return f.reveal(2, types.Reveal{TaskId: 1, Salt: saltOf(1, 0, 0)}) })

	f.end(matchHeight + revealWindow)
	require.Equal(t, types.VERDICT_STALLED, f.round(1).Verdict)
	f.match(1, 3, 4, 5)
	f.play(1, []int{3, 4, 5}, []int{8, 8, 8})
	require.Equal(t, "RIGHT RIGHT NO_REVEAL RIGHT RIGHT RIGHT", f.outcomes(1))
}

// TestReplay: a commitment made for one task or chain opens nothing in another.
func TestReplay(t *testing.T) {
	f := newFixture(t)
	f.newTask(1, 0, 1, 2)
	f.newTask(2, 0, 1, 2)
	replayed := f.commitOf(1, 0, 8)
	replayed.TaskId = 2
	require.NoError(t, f.commit(0, f.commitOf(1, 0, 8), replayed))
	for n := 1; n < 3; n++ {
		require.NoError(t, f.commit(n, f.commitOf(1, n, 8), f.commitOf(2, n, 8)))
	}
	t.Run("to another task", func(*testing.T) {
		rev := f.revealOf(1, 0, 8)
		rev.TaskId = 2
		f.refused(types.ErrCommitmentMismatch, "task 2", func() error { return f.reveal(0, rev) })
	})
	t.Run("to another chain", func(t *testing.T) {
		ctx := f.ctx
		f.ctx = f.ctx.WithChainID("aichain-test-2")
		f.refused(types.ErrCommitmentMismatch, "task 1", func() error { return f.reveal(0, f.revealOf(1, 0, 8)) })
		f.ctx = ctx
		require.NoError(t, f.reveal(0, f.revealOf(1, 0, 8)))
	})
}

// TestRevealKeepsTheOutputsApart: seats with different results each keep their own, in order of first reveal.
func TestRevealKeepsTheOutputsApart(t *testing.T) {
	f := newFixture(t)
	f.newTask(1, 0, 1, 2)
	outputs := [][]uint32{{8, 2}, {9}, {8, 2}}
	for n, out := range outputs {
		require.NoError(t, f.commit(n, f.commitOf(1, n, out...)))
	}
	for _, n := range []int{2, 1, 0} {
		require.NoError(t, f.reveal(n, f.revealOf(1, n, outputs[n]...)))
	}
	r := f.round(1)
	require.True(t, slices.Equal(r.Results[0].Output, outputs[2]))
	require.True(t, slices.Equal(r.Results[1].Output, outputs[1]))
	require.Equal(t, []int{0, 1, 0}, r.RevealedResults())
}
