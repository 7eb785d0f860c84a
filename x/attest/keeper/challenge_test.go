package keeper

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// challenge opens a dispute of account by against the seat of account of.
func (c *court) challenge(task uint64, by, of int) (*types.MsgOpenDisputeResponse, error) {
	return c.msgs.OpenDispute(c.ctx, &types.MsgOpenDispute{Challenger: account(by), TaskId: task, Solver: account(of)})
}

func (c *court) challenged(task uint64, by, of int) types.Dispute {
	c.t.Helper()
	res, err := c.challenge(task, by, of)
	require.NoError(c.t, err)
	return c.load(res.DisputeId)
}

// calls tells what was asked of the stakes since the last call.
func (c *court) calls() string {
	s := strings.Join(c.stakes.calls, ", ")
	c.stakes.calls = nil
	return s
}

// colluding is a task that three colluding seats have settled with a wrong result.
func colluding(t *testing.T) *court {
	t.Helper()
	c := newCourt(t)
	var lie *step.Claim
	c.settled(1, func() step.Claim {
		if lie == nil {
			lie = &c.wrong(1, 1)[0]
		}
		return *lie
	}, 0, 1, 2)
	return c
}

func (c *court) closeHeight(task uint64) uint64 { return c.tasks.tasks[task].CloseHeight }

func TestOpenDispute(t *testing.T) {
	c := colluding(t)
	until := c.closeHeight(1) + challengeWindow
	c.at(c.closeHeight(1) + 1)
	d := c.challenged(1, 7, 1)
	require.Equal(t, uint64(1), d.Id)
	require.Equal(t, types.DISPUTE_ORIGIN_CHALLENGE, d.Origin)
	require.Equal(t, types.DISPUTE_PHASE_TRACE_DUE, d.Phase)
	require.Equal(t, heightOf(c.ctx)+traceWindow, d.Deadline)
	require.Equal(t, seatLien, d.Stake)
	require.Equal(t, fmt.Sprintf("place 7 50000, hold 1 50000 of %d", until), c.calls())
	require.True(t, c.round(1).Seats[1].Challenged)
	k, err := c.k.cases.Get(c.ctx, 1)
	require.NoError(t, err)
	require.Equal(t, types.Case{TaskId: 1, Origin: types.DISPUTE_ORIGIN_CHALLENGE, Unresolved: 1, Until: until}, k)

	second := c.challenged(1, 8, 1)
	require.Equal(t, types.DISPUTE_PHASE_QUEUED, second.Phase)
	require.Equal(t, "place 8 50000", c.calls(), "a seat's lien is held once")
	c.challenged(1, 7, 0)
	require.Equal(t, fmt.Sprintf("place 7 50000, hold 0 50000 of %d", until), c.calls())
	require.NoError(t, c.k.Invariants(c.ctx))
	require.Equal(t, computetypes.TASK_STATUS_SETTLED, c.tasks.tasks[1].Status)
}

func TestOpenDisputeWindow(t *testing.T) {
	for name, x := range map[string]struct {
		offset int
		want   error
	}{"B-1": {-1, nil}, "B": {0, nil}, "B+1": {1, types.ErrWindowOver}} {
		t.Run(name, func(t *testing.T) {
			c := colluding(t)
			c.at(uint64(int(c.closeHeight(1)+challengeWindow) + x.offset))
			if x.want == nil {
				c.challenged(1, 7, 1)
				return
			}
			c.refused(x.want, "task 1", func() error { _, err := c.challenge(1, 7, 1); return err })
		})
	}
}

func TestOpenDisputeRefusals(t *testing.T) {
	c := colluding(t)
	c.settled(2, func() step.Claim { return c.right(2) }, 0, 1, 2)
	for id, change := range map[uint64]func(*computetypes.Task){
		2: func(t *computetypes.Task) { t.Snapshot.Refereed = false },
		3: func(t *computetypes.Task) { t.Status = computetypes.TASK_STATUS_MATCHED },
		4: func(t *computetypes.Task) { t.Status = computetypes.TASK_STATUS_REFUNDED },
		5: func(t *computetypes.Task) { t.Status = computetypes.TASK_STATUS_OVERTURNED },
	} {
		task := c.tasks.tasks[id]
		change(&task)
		c.tasks.tasks[id] = task
	}
	c.at(c.closeHeight(1) + 1)
	c.challenged(1, 7, 1)
	c.stakes.free[account(8)] = seatLien - 1
	for _, x := range []struct {
		name         string
		task         uint64
		by           string
		of           int
		want         *errorsmod.Error
		inTheMessage string
	}{
		{"no address", 1, "somebody", 1, types.ErrInvalidAddress, ""},
		{"an unknown or pruned task", 77, account(9), 1, sdkerrors.ErrNotFound, "task 77"},
		{"a task whose model the chain cannot compute", 2, account(9), 1, types.ErrNotRefereed, "task 2"},
		{"a task under way", 3, account(9), 1, types.ErrNotSettled, "got TASK_STATUS_MATCHED"},
		{"a refunded task", 4, account(9), 1, types.ErrNotSettled, "got TASK_STATUS_REFUNDED"},
		{"an overturned task", 5, account(9), 1, types.ErrNotSettled, "got TASK_STATUS_OVERTURNED"},
		{"by a seat of the task", 1, account(0), 1, types.ErrOwnTask, "round 0"},
		{"by a seat that spells itself otherwise", 1, strings.ToUpper(account(0)), 1, types.ErrOwnTask, "round 0"},
		{"against itself", 1, account(1), 1, types.ErrOwnTask, "round 0"},
		{"of who had no seat", 1, account(9), 5, types.ErrNotStanding, account(5)},
		{"twice", 1, account(7), 1, types.ErrAlreadyChallenged, account(7)},
		{"without the bond", 1, account(8), 1, sdkerrors.ErrInsufficientFunds, "49999 free"},
	} {
		t.Run(x.name, func(*testing.T) {
			c.refused(x.want, x.inTheMessage, func() error {
				_, err := c.msgs.OpenDispute(c.ctx, &types.MsgOpenDispute{Challenger: x.by, TaskId: x.task, Solver: account(x.of)})
				return err
			})
		})
	}
	t.Run("of a seat that has fallen", func(*testing.T) {
		c.playAll(1)
		require.Equal(t, "STANDS PROVEN STANDS", c.falls(1))
		c.refused(types.ErrNotStanding, account(1), func() error { _, err := c.challenge(1, 9, 1); return err })
	})
}

// TestOverturn: all three seats colluded; a third party challenges each. Nothing is taken before the window is over,
// then the task is overturned and every lien goes to whoever proved it, less what is burned or restored.
func TestOverturn(t *testing.T) {
	c := colluding(t)
	until := c.closeHeight(1) + challengeWindow
	c.at(c.closeHeight(1) + 1)
	for n := range 3 {
		c.challenged(1, 7+n, n)
	}
	c.calls()
	c.playAll(1)
	require.Less(t, heightOf(c.ctx), until)
	require.Equal(t, "PROVEN PROVEN PROVEN", c.falls(1))
	require.Equal(t, 3, strings.Count(c.calls(), "free"), "the challengers' stakes are free at once")
	require.Equal(t, computetypes.TASK_STATUS_SETTLED, c.tasks.tasks[1].Status)
	c.end(until - 1)
	require.Equal(t, "", c.calls())
	c.end(until)
	require.Equal(t, computetypes.TASK_STATUS_OVERTURNED, c.tasks.tasks[1].Status)
	require.Equal(t, "slash 0 50000 of 50000 for 7 SEAT_WRONG restore, slash 1 50000 of 50000 for 8 SEAT_WRONG restore, "+
		"slash 2 50000 of 50000 for 9 SEAT_WRONG restore", c.calls())
	require.Equal(t, uint32(5_000), c.stakes.slashes[0].BurnBps)
	for _, s := range c.round(1).Seats {
		require.Equal(t, computetypes.REASON_SEAT_WRONG, s.Outcome)
		require.False(t, s.Challenged)
	}
	require.Equal(t, 3, c.events("EventSeatOutcome"))
	require.Equal(t, 1, c.events("EventCaseClosed"))
	p, err := c.k.Progress(c.ctx, c.tasks.tasks[1])
	require.NoError(t, err)
	require.Equal(t, computetypes.TASK_STATUS_OVERTURNED, p.Status)
	for n := range c.stakes.held {
		require.Zero(t, c.stakes.held[n], n)
	}
}

// TestHalfOverturned: two of the three seats are challenged and fall. One still stands for the result, so it holds; who
// was proven wrong loses all, who was silent a soft fault.
func TestHalfOverturned(t *testing.T) {
	c := colluding(t)
	c.players[1] = &player{silent: func(*types.Dispute) bool { return true }}
	until := c.closeHeight(1) + challengeWindow
	c.at(c.closeHeight(1) + 1)
	c.challenged(1, 7, 0)
	c.challenged(1, 7, 1)
	c.playAll(1)
	require.Equal(t, "PROVEN SILENT STANDS", c.falls(1))
	c.calls()
	c.end(until)
	require.Equal(t, "slash 0 50000 of 50000 for 7 SEAT_WRONG, slash 1 5000 of 50000 for 7 SEAT_NO_DEFENCE", c.calls())
	require.Equal(t, computetypes.TASK_STATUS_SETTLED, c.tasks.tasks[1].Status)
}

// TestSilentAndAlone: all three are silent; then it was not only unreachable.
func TestSilentAndAlone(t *testing.T) {
	c := colluding(t)
	until := c.closeHeight(1) + challengeWindow
	c.at(c.closeHeight(1) + 1)
	for n := range 3 {
		c.players[n] = &player{silent: func(*types.Dispute) bool { return true }}
		c.challenged(1, 7, n)
	}
	c.end(heightOf(c.ctx) + traceWindow)
	c.calls()
	c.end(until)
	require.Equal(t, 3, strings.Count(c.calls(), "slash"))
	require.Equal(t, seatLien, c.stakes.slashes[2].Taken)
	require.True(t, c.stakes.slashes[2].Restore)
	require.Equal(t, computetypes.TASK_STATUS_OVERTURNED, c.tasks.tasks[1].Status)
}

// honestTask is a task that three honest seats have settled.
func honestTask(t *testing.T) *court {
	t.Helper()
	c := newCourt(t)
	c.settled(1, func() step.Claim { return c.right(1) }, 0, 1, 2)
	c.at(c.closeHeight(1) + 1)
	return c
}

// TestChallengeOfAnHonestSeat: a challenger with a fake trace loses its stake at once; the seat's lien is free when the
// window is over.
func TestChallengeOfAnHonestSeat(t *testing.T) {
	c := honestTask(t)
	until := c.closeHeight(1) + challengeWindow
	c.players[7] = &player{view: c.faking()}
	c.challenged(1, 7, 0)
	c.calls()
	c.playAll(1)
	require.Equal(t, types.DISPUTE_END_UPHELD, c.load(1).End)
	require.Equal(t, "slash 7 50000 of 50000 for 0 CHALLENGE_LOST", c.calls())
	require.Equal(t, uint32(5_000), c.stakes.slashes[0].BurnBps)
	c.end(until)
	require.Equal(t, "free 0 50000", c.calls())
	require.Equal(t, computetypes.TASK_STATUS_SETTLED, c.tasks.tasks[1].Status)
	require.Equal(t, computetypes.REASON_SEAT_RIGHT, c.round(1).Seats[0].Outcome)
	isOpen, err := c.k.cases.Has(c.ctx, 1)
	require.NoError(t, err)
	require.False(t, isOpen)
}

// TestFriendlyChallengeShieldsNobody: a friend of the liar is first in the queue and lets its challenge lapse. It pays,
// and the next one begins with the trace that the liar is bound to.
func TestFriendlyChallengeShieldsNobody(t *testing.T) {
	c := colluding(t)
	c.at(c.closeHeight(1) + 1)
	c.players[6] = &player{silent: func(d *types.Dispute) bool { return d.Turn() == types.DISPUTE_SIDE_CHALLENGER }}
	friend, other := c.challenged(1, 6, 0), c.challenged(1, 7, 0)
	c.calls()
	c.playAll(1)
	require.Equal(t, types.DISPUTE_END_CHALLENGER_SILENT, c.load(friend.Id).End)
	require.Equal(t, types.DISPUTE_END_REFUTED, c.load(other.Id).End)
	require.Equal(t, "slash 6 50000 of 50000 for 0 CHALLENGE_LOST, free 7 50000", c.calls())
}

// TestCaseOutlastsItsWindow: a dispute that is under way when the window closes holds the case; it ends in the block in
// which the dispute does.
func TestCaseOutlastsItsWindow(t *testing.T) {
	c := colluding(t)
	until := c.closeHeight(1) + challengeWindow
	c.at(until)
	d := c.challenged(1, 7, 0)
	c.end(until)
	c.end(until + 1)
	require.Equal(t, types.DISPUTE_PHASE_TRACE_DUE, c.load(d.Id).Phase)
	c.at(until + 2)
	c.calls()
	c.playAll(1)
	require.Equal(t, "free 7 50000, slash 0 50000 of 50000 for 7 SEAT_WRONG", c.calls())
	require.Equal(t, c.load(d.Id).CloseHeight+1, heightOf(c.ctx))
}

// TestImpossibleSettledResult: nobody checks a result that all agree on, so it may be one that no run can have. A
// challenge wins without a move.
func TestImpossibleSettledResult(t *testing.T) {
	c := newCourt(t)
	c.settled(1, func() step.Claim {
		claim := c.right(1)
		claim.Output, claim.Stop = []uint32{2}, step.StopEnd
		return claim
	}, 0, 1, 2)
	c.at(c.closeHeight(1) + 1)
	for n := range 3 {
		res, err := c.challenge(1, 7, n)
		require.NoError(t, err)
		require.Equal(t, types.DISPUTE_END_IMPOSSIBLE, res.End)
	}
	require.NoError(t, c.k.Invariants(c.ctx))
	require.Equal(t, "PROVEN PROVEN PROVEN", c.falls(1))
	c.calls()
	c.end(c.closeHeight(1) + challengeWindow)
	require.Equal(t, 3, strings.Count(c.calls(), "for 7 SEAT_WRONG restore"))
	require.Equal(t, computetypes.TASK_STATUS_OVERTURNED, c.tasks.tasks[1].Status)
}

// TestLongQueue: more challengers than are dropped at once; the block step drops the rest, and each stake is freed.
func TestLongQueue(t *testing.T) {
	const challengers = 3*dropAtOnce + 2
	c := colluding(t)
	c.at(c.closeHeight(1) + 1)
	first := c.challenged(1, 50, 0)
	for n := 1; n < challengers; n++ {
		c.challenged(1, 50+n, 0)
	}
	c.calls()
	c.until(first.Id, types.DISPUTE_PHASE_STEP_DUE)
	require.NoError(t, c.send(c.due(first.Id)))
	require.Equal(t, 1+dropAtOnce, strings.Count(c.calls(), "free"))
	height := heightOf(c.ctx)
	c.end(height)
	require.Equal(t, dropAtOnce, strings.Count(c.calls(), "free"))
	c.end(height + 1)
	require.Equal(t, dropAtOnce, strings.Count(c.calls(), "free"))
	c.end(height + 2)
	require.Equal(t, 1, strings.Count(c.calls(), "free"))
	for _, d := range c.disputesOf(1)[1:] {
		require.Equal(t, types.DISPUTE_END_DROPPED, d.End)
	}
}

// TestForgetDisputes: pruning waits for the case, and takes so many disputes at a time.
func TestForgetDisputes(t *testing.T) {
	c := colluding(t)
	c.at(c.closeHeight(1) + 1)
	for n := range forgetAtOnce + 3 {
		c.challenged(1, 50+n, 0)
	}
	_, done, err := c.k.Forget(c.ctx, 1)
	require.NoError(t, err)
	require.False(t, done, "under dispute")
	require.Len(t, c.disputesOf(1), forgetAtOnce+3)
	c.playAll(1)
	for range 4 {
		c.end(heightOf(c.ctx))
		c.at(heightOf(c.ctx) + 1)
	}
	c.end(c.closeHeight(1) + challengeWindow)
	_, done, err = c.k.Forget(c.ctx, 1)
	require.NoError(t, err)
	require.False(t, done, "more than one block's worth")
	require.Len(t, c.disputesOf(1), 3)
	require.NotEmpty(t, mustRounds(c.fixture, 1))
	seated, done, err := c.k.Forget(c.ctx, 1)
	require.NoError(t, err)
	require.True(t, done)
	require.Len(t, seated, 3)
	require.Equal(t, 2, strings.Count(c.dump(), "\n"), "the parameters and the next id are left")
}
