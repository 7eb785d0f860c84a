package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/x/attest/types"
)

// slow makes a task's run take up to so many blocks.
func (c *court) slow(id, commitWindow uint64) {
	task := c.tasks.tasks[id]
	task.Snapshot.CommitWindow = commitWindow
	c.tasks.tasks[id] = task
}

// TestWindowsFollowTheRun: who may take 500 blocks to run a task has five times as many for the trace and twice as many for
// each later move. Parameters that change later do not touch the dispute.
func TestWindowsFollowTheRun(t *testing.T) {
	c := colluding(t)
	c.slow(1, 500)
	c.at(c.closeHeight(1) + 1)
	opened := heightOf(c.ctx)
	d := c.challenged(1, 7, 0)
	require.Equal(t, []uint64{1_000, 2_500}, []uint64{d.MoveWindow, d.TraceWindow})
	require.Equal(t, opened+2_500, d.Deadline)
	params := types.DefaultParams()
	params.DisputeWindow, params.TraceWindow = 1, 1
	require.NoError(t, c.k.params.Set(c.ctx, params))

	c.end(c.closeHeight(1) + challengeWindow)
	isOpen, err := c.k.cases.Has(c.ctx, 1)
	require.NoError(t, err)
	require.True(t, isOpen, "the case waits for the dispute, long after its window")
	d = c.until(d.Id, types.DISPUTE_PHASE_CHOICE_DUE)
	require.Equal(t, opened+2_500, d.Deadline, "the challenger's witness has the same time")
	d = c.until(d.Id, types.DISPUTE_PHASE_CHILDREN_DUE)
	require.Equal(t, d.Moves[len(d.Moves)-1].Height+1_000, d.Deadline)
	c.playAll(1)
	require.Equal(t, types.DISPUTE_END_REFUTED, c.load(d.Id).End)
}

// TestWindowsOfASplit: as of a challenge.
func TestWindowsOfASplit(t *testing.T) {
	_, disputes := oneLiar(t)
	for _, d := range disputes {
		require.Equal(t, []uint64{moveWindow, traceWindow}, []uint64{d.MoveWindow, d.TraceWindow})
	}
}
