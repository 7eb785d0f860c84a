package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/x/attest/types"
)

// TestTwoSeatsFallInOneBlock: a seat whose long queue is still being dropped plays no more, though another seat that led a
// dispute against it falls in the same block.
func TestTwoSeatsFallInOneBlock(t *testing.T) {
	const n = dropAtOnce + 3
	c := newCourt(t)
	seats := make([]int, n)
	for i := range seats {
		seats[i] = i
	}
	c.postRefereed(1, seats...)
	c.attest(1, seats, c.wrong(1, n))
	disputes := c.disputesOf(1)
	against := func(solver int) uint64 {
		for _, d := range disputes {
			if d.Solver == account(solver) && d.Phase != types.DISPUTE_PHASE_QUEUED {
				return d.Id
			}
		}
		t.Fatal("no dispute")
		return 0
	}
	first, second := against(5), against(6)
	c.until(first, types.DISPUTE_PHASE_STEP_DUE)
	c.until(second, types.DISPUTE_PHASE_STEP_DUE)
	require.NoError(t, c.send(c.due(first)))
	require.NoError(t, c.send(c.due(second)))
	require.Equal(t, types.FALL_PROVEN, c.round(1).Seats[5].Fall)
	require.Equal(t, types.FALL_PROVEN, c.round(1).Seats[6].Fall)
	for _, d := range c.disputesOf(1) {
		if d.Solver == account(5) && d.IsOpen() {
			require.Equal(t, types.DISPUTE_PHASE_QUEUED, d.Phase, "dispute %d is played against a seat that has fallen", d.Id)
		}
	}
	require.NoError(t, c.k.Invariants(c.ctx))
	c.end(heightOf(c.ctx))
	require.NoError(t, c.k.Invariants(c.ctx))
}

// TestFirstChoiceHasTimeForAWitness: a solver that has its trace ready at once takes no time from its challenger, who has
// to run the claim once more with hashing before it can choose; later choices have the window of a move.
func TestFirstChoiceHasTimeForAWitness(t *testing.T) {
	c, disputes := oneLiar(t)
	d := c.until(disputes[2].Id, types.DISPUTE_PHASE_CHOICE_DUE)
	require.Less(t, d.Moves[0].Height+moveWindow, d.Deadline)
	require.Equal(t, d.OpenHeight+traceWindow, d.Deadline)
	for height, want := range map[uint64]error{d.Deadline - 1: nil, d.Deadline: nil, d.Deadline + 1: types.ErrTooLate} {
		ctx := c.ctx
		c.ctx, _ = c.ctx.CacheContext()
		c.at(height)
		require.ErrorIs(t, c.send(c.due(d.Id)), want)
		c.ctx = ctx
	}
	for d.Phase == types.DISPUTE_PHASE_CHOICE_DUE {
		require.NoError(t, c.send(c.due(d.Id)))
		d = c.load(d.Id)
		require.Equal(t, heightOf(c.ctx)+moveWindow, d.Deadline, d.Phase)
		require.NoError(t, c.send(c.due(d.Id)))
		d = c.load(d.Id)
		require.Equal(t, heightOf(c.ctx)+moveWindow, d.Deadline, d.Phase)
	}
}
