package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/rules/result"
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

// TestSplitsOfManyResultsAreSpread: what a block opens in disputes is bounded too, not only the number of verdicts. What
// waits comes first in the next block.
func TestSplitsOfManyResultsAreSpread(t *testing.T) {
	const tasks, seats = 5, 7
	c := newCourt(t)
	params := types.DefaultParams()
	params.VerdictBudget = 20
	require.NoError(t, c.k.params.Set(c.ctx, params))
	all, claims := []int{0, 1, 2, 3, 4, 5, 6}, [][]step.Claim{}
	for id := uint64(1); id <= tasks; id++ {
		c.postRefereed(id, all...)
		lies := c.wrong(id, seats)
		for i, n := range all {
			root := result.Root(c.root[:], lies[i].InputDigest[:], lies[i].Output, lies[i].Stop)
			commitment := result.Commitment(testChain, id, 0, addressOf(n), root, [32]byte(saltOf(id, 0, n)))
			require.NoError(t, c.commit(n, types.Commit{TaskId: id, Commitment: commitment[:]}))
		}
		claims = append(claims, lies)
	}
	c.at(heightOf(c.ctx) + 1)
	for id := uint64(1); id <= tasks; id++ {
		for i, n := range all {
			lie := claims[id-1][i]
			require.NoError(t, c.reveal(n, types.Reveal{TaskId: id, Salt: saltOf(id, 0, n), Output: lie.Output, Stop: lie.Stop}))
		}
	}
	height := heightOf(c.ctx)
	for i, want := range []int{2, 4, 5} {
		c.end(height + uint64(i))
		closed := 0
		for id := uint64(1); id <= tasks; id++ {
			if c.round(id).Verdict == types.VERDICT_SPLIT {
				closed++
				require.Len(t, c.disputesOf(id), seats*(seats-1))
			}
		}
		require.Equal(t, want, closed)
		require.NoError(t, c.k.Invariants(c.ctx))
	}
}
