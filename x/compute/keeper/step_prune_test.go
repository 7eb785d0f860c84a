package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/x/compute/types"
)

func TestAClosedTaskIsPrunedAfterTheRetentionWindow(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	empty := f.dump(f.ctx)
	f.ok(post("a"))
	f.endBlocks(12)
	f.settle(1) // in block 13
	f.endBlocks(1012)
	require.Equal(t, types.TASK_STATUS_SETTLED, f.status(1), "B-1")
	require.NoError(t, f.steps(f.ctx))
	require.Equal(t, []string{"EventTaskPruned"}, f.events())
	_, err := f.k.Task(f.ctx, 1)
	require.ErrorIs(t, err, types.ErrUnknownTask)
	require.NoError(t, f.k.Invariants(f.ctx))

	// Nothing is left but the next id, the money and the zeros of the fakes.
	after := f.dump(f.ctx)
	for key := range after {
		if key[:3] == "com" {
			require.Contains(t, empty, key)
		}
	}
	got := f.ok(post("a")).(*types.MsgPostTaskResponse)
	require.Equal(t, []types.PostedTask{{TaskId: 2}}, got.Tasks, "its client_ref is free again")
}

func TestThePruneBudget(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.setParams(func(p *types.Params) { p.PruneBudget = 2 })
	f.ok(post("a", "b", "c", "d", "e"))
	for id := uint64(1); id <= 5; id++ {
		f.ok(&types.MsgCancelTask{Requester: account("alice"), TaskId: id})
	}
	for _, h := range []struct {
		at   int64
		left uint64
	}{{1009, 5}, {1010, 3}, {1011, 1}, {1012, 0}, {1013, 0}} {
		f.endBlocks(h.at)
		n, err := size(f.ctx, f.k.tasks)
		require.NoError(t, err)
		require.Equal(t, h.left, n, "after block %d", h.at)
	}
}

func TestAPoisonedPruneIsParkedAlone(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.ok(post("a", "b", "c"))
	for id := uint64(1); id <= 3; id++ {
		f.ok(&types.MsgCancelTask{Requester: account("alice"), TaskId: id})
	}
	f.r.poison[2] = true
	f.endBlocks(1010)
	require.Equal(t, types.TASK_STATUS_REFUNDED, f.status(2))
	n, err := size(f.ctx, f.k.tasks)
	require.NoError(t, err)
	require.Equal(t, uint64(1), n)
	delete(f.r.poison, 2)
	f.ok(&types.MsgRetryParked{Sender: account("bob"), TaskId: 2})
	f.endBlocks(1013)
	_, err = f.k.Task(f.ctx, 2)
	require.ErrorIs(t, err, types.ErrUnknownTask)
}

func TestSeatingsShrinkWithTheirTasks(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	for i := range 3 {
		f.offer(provider(i), modelA, 1000, 2000, 100)
	}
	f.ok(post("a", "b"))
	f.endBlocks(12)
	f.settle(2)
	f.endBlocks(1013)
	seatings, err := f.k.exportSeatings(f.ctx)
	require.NoError(t, err)
	require.Len(t, seatings, 3)
	for _, s := range seatings {
		require.Equal(t, []uint64{1}, s.TaskIds)
	}
}

// Governance shortens both windows while tasks that were matched under the longer ones are in their rounds: what they
// were promised to be challenged by stays until their own window is over.
func TestATaskIsNotPrunedInItsOwnChallengeWindow(t *testing.T) {
	f := newFixture(t)
	f.market(5, modelC)
	f.ok(canonical("a"))
	f.endBlocks(12)
	require.EqualValues(t, 100, f.task(1).Snapshot.ChallengeWindow)
	f.setParams(func(p *types.Params) { p.CommitWindow, p.ChallengeWindow, p.RetentionWindow = 2, 5, 6 })
	f.ok(canonical("b"))
	f.settle(1) // in block 13
	f.ok(&types.MsgCancelTask{Requester: account("alice"), TaskId: 2})
	require.EqualValues(t, 13+101, f.task(1).NextHeight)
	require.EqualValues(t, 13+6, f.task(2).NextHeight, "was never matched")
	f.endBlocks(13 + 100)
	f.task(1)
	f.endBlocks(13 + 101)
	_, err := f.k.Task(f.ctx, 1)
	require.ErrorIs(t, err, types.ErrUnknownTask)
}

// A task that is due for removal too early, as in a state that an earlier version has left, waits for the end of its window.
func TestAPruneThatComesTooEarlyIsPutOff(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.ok(post("a"))
	f.endBlocks(12)
	f.settle(1) // in block 13
	before := f.task(1)
	require.NoError(t, f.k.pruneAt(f.ctx, before, 20))
	f.endBlocks(19)
	require.EqualValues(t, 20, f.task(1).NextHeight)
	f.endBlocks(20)
	require.EqualValues(t, 13+101, f.task(1).NextHeight, "whole, and on the agenda")
	f.endBlocks(13 + 100)
	f.task(1)
	f.endBlocks(13 + 101)
	_, err := f.k.Task(f.ctx, 1)
	require.ErrorIs(t, err, types.ErrUnknownTask)
}
