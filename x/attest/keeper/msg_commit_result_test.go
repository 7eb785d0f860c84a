package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/x/attest/types"
)

func TestCommitResult(t *testing.T) {
	f := newFixture(t)
	f.newTask(1, 0, 1, 2)
	f.newTask(2, 0, 3, 4)

	require.NoError(t, f.commit(0, f.commitOf(1, 0, 8, 2), f.commitOf(2, 0, 7, 4)))
	require.Equal(t, 1, f.events("EventResultsCommitted"), "one event per message")
	require.Zero(t, f.events("EventRevealsOpened"))
	require.Equal(t, types.ROUND_PHASE_COMMIT, f.round(1).Phase)
	require.Equal(t, matchHeight+commitWindow, f.round(1).Deadline)

	f.at(matchHeight + 3)
	require.NoError(t, f.commit(1, f.commitOf(1, 1, 8, 2)))
	require.NoError(t, f.commit(2, f.commitOf(1, 2, 8, 2)))
	require.Equal(t, types.ROUND_PHASE_REVEAL, f.round(1).Phase, "the last commit opens the reveals at once")
	require.Equal(t, matchHeight+3+revealWindow, f.round(1).Deadline)
	require.Equal(t, 1, f.events("EventRevealsOpened"))
	require.Equal(t, types.ROUND_PHASE_COMMIT, f.round(2).Phase)
	require.NoError(t, f.k.Invariants(f.ctx))
}

func TestCommitResultDeadline(t *testing.T) {
	deadline := matchHeight + commitWindow
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
			f.newTask(1, 0, 1, 2)
			f.at(c.height)
			if c.want == nil {
				require.NoError(t, f.commit(0, f.commitOf(1, 0, 8)))
				return
			}
			// The block step has not run, as when the budget of a block is full; the deadline holds all the same.
			f.refused(c.want, "task 1 round 0", func() error { return f.commit(0, f.commitOf(1, 0, 8)) })
		})
	}
}

func TestCommitResultRefusals(t *testing.T) {
	f := newFixture(t)
	f.newTask(1, 0, 1, 2)
	f.newTask(2, 0, 1, 2)
	f.newTask(3, 3, 1, 2)
	f.newTask(4, 0, 1, 2)
	require.NoError(t, f.commit(0, f.commitOf(4, 0, 8)))
	f.newTask(5, 0, 1)
	require.NoError(t, f.commit(0, f.commitOf(5, 0, 8)))
	require.NoError(t, f.commit(1, f.commitOf(5, 1, 8)))
	f.newTask(6, 0, 1, 2)
	f.stall(6)
	f.at(matchHeight)
	good := f.commitOf(1, 0, 8)
	with := func(change func(*types.Commit)) types.Commit {
		c := f.commitOf(2, 0, 8)
		change(&c)
		return c
	}
	many := make([]types.Commit, types.DefaultMaxBatch+1)
	for _, c := range []struct {
		name    string
		n       int
		commits []types.Commit
		want    error
		item    string
	}{
		{"an empty message", 0, nil, types.ErrEmptyBatch, ""},
		{"more items than max_batch", 0, many, types.ErrBatchTooLarge, "at most 200, got 201"},
		{"an unknown task", 0, []types.Commit{good, with(func(c *types.Commit) { c.TaskId = 77 })}, types.ErrRoundNotFound, "task 77 round 0"},
		{"another round", 0, []types.Commit{good, with(func(c *types.Commit) { c.Round = 1 })}, types.ErrRoundNotFound, "task 2 round 1"},
		{"a stranger", 9, []types.Commit{f.commitOf(2, 0, 8)}, types.ErrNotSeated, "task 2 round 0"},
		{"a provider seated elsewhere", 0, []types.Commit{good, f.commitOf(3, 0, 8)}, types.ErrNotSeated, "task 3 round 0"},
		{"a second commit", 0, []types.Commit{good, f.commitOf(4, 0, 9)}, types.ErrAlreadyCommitted, "task 4 round 0"},
		{"a second commit after reveals opened", 0, []types.Commit{f.commitOf(5, 0, 9)}, types.ErrAlreadyCommitted, "task 5 round 0"},
		{"a closed round", 2, []types.Commit{{TaskId: 6, Commitment: make([]byte, 32)}}, types.ErrNotCommitting, "ROUND_PHASE_CLOSED"},
		{"a short commitment", 0, []types.Commit{good, with(func(c *types.Commit) { c.Commitment = c.Commitment[:31] })}, types.ErrInvalidCommitment, "expected 32 bytes, got 31"},
		{"a long commitment", 0, []types.Commit{with(func(c *types.Commit) { c.Commitment = make([]byte, 33) })}, types.ErrInvalidCommitment, "task 2 round 0"},
		{"no commitment", 0, []types.Commit{with(func(c *types.Commit) { c.Commitment = nil })}, types.ErrInvalidCommitment, "task 2 round 0"},
		{"a task named twice", 0, []types.Commit{good, f.commitOf(2, 0, 8), good}, types.ErrDuplicateTask, "task 1 round 0"},
	} {
		t.Run(c.name, func(*testing.T) {
			f.refused(c.want, c.item, func() error { return f.commit(c.n, c.commits...) })
		})
	}
	t.Run("no address", func(*testing.T) {
		f.refused(types.ErrInvalidAddress, "", func() error {
			_, err := f.msgs.CommitResult(f.ctx, &types.MsgCommitResult{Provider: "somebody", Commits: []types.Commit{good}})
			return err
		})
	})
	require.NoError(t, f.commit(0, good), "the good item was good all along")
}

// TestCommitAfterRevealsOpened: the wide panel goes on without its latecomers, who then cannot commit any more.
func TestCommitAfterRevealsOpened(t *testing.T) {
	f := newFixture(t)
	f.post(1, 3)
	task := f.tasks.tasks[1]
	task.Role, task.Round = 4, 0
	f.tasks.tasks[1] = task
	f.match(1, 0, 1, 2, 3, 4, 5, 6)
	for n := range 5 {
		require.NoError(t, f.commit(n, f.commitOf(1, n, 8)))
	}
	f.end(matchHeight + commitWindow)
	require.Equal(t, types.ROUND_PHASE_REVEAL, f.round(1).Phase)
	f.refused(types.ErrNotCommitting, "ROUND_PHASE_REVEAL, deadline 130", func() error { return f.commit(5, f.commitOf(1, 5, 8)) })
	f.refused(types.ErrNoCommitment, "task 1 round 0", func() error { return f.reveal(5, f.revealOf(1, 5, 8)) })
}
