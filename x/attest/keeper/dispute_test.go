package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/tests/forge"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// oneLiar is a split: seats 0 and 1 are right, seat 2 claims something else.
func oneLiar(t testing.TB) (*court, []types.Dispute) {
	t.Helper()
	c := newCourt(t)
	c.postRefereed(1, 0, 1, 2)
	right := c.right(1)
	c.attest(1, []int{0, 1, 2}, []step.Claim{right, right, c.wrong(1, 1)[0]})
	require.Equal(t, types.VERDICT_SPLIT, c.round(1).Verdict)
	return c, c.disputesOf(1)
}

func TestSplitOpensDisputes(t *testing.T) {
	c, disputes := oneLiar(t)
	require.Equal(t, "2 v 0 TRACE_DUE, 2 v 1 TRACE_DUE, 0 v 2 TRACE_DUE, 1 v 2 QUEUED", c.told(disputes))
	height := heightOf(c.ctx)
	for i, d := range disputes {
		require.Equal(t, uint64(i+1), d.Id)
		require.Equal(t, types.DISPUTE_ORIGIN_SPLIT, d.Origin)
		require.Zero(t, d.Stake)
		if i < 3 {
			require.Equal(t, height+traceWindow, d.Deadline)
		}
	}
	require.Equal(t, 1, c.events("EventCaseOpened"))
	require.Equal(t, 4, c.events("EventDisputeOpened"))
	require.Equal(t, computetypes.TASK_STATUS_MATCHED, c.tasks.tasks[1].Status, "the stored status stays")
	p, err := c.k.Progress(c.ctx, c.tasks.tasks[1])
	require.NoError(t, err)
	require.Equal(t, computetypes.TASK_STATUS_SPLIT, p.Status)
	require.Equal(t, height+traceWindow, p.NextHeight)
	ids, next, err := c.k.InRound(c.ctx, nil, 5)
	require.NoError(t, err)
	require.Equal(t, []uint64{1}, ids)
	require.Nil(t, next)
	_, done, err := c.k.Forget(c.ctx, 1)
	require.NoError(t, err)
	require.False(t, done, "not while the referee has it")
}

func TestSplitIsSettledByTheHonestSeats(t *testing.T) {
	c, _ := oneLiar(t)
	c.playAll(1)
	d := c.disputesOf(1)
	require.Equal(t, types.DISPUTE_END_REFUTED, d[2].End)
	require.Equal(t, types.DISPUTE_SIDE_CHALLENGER, d[2].Winner)
	require.NotNil(t, d[2].Verdict)
	require.NotEmpty(t, d[2].Verdict.ClaimedText)
	require.NotEqual(t, d[2].Verdict.ClaimedText, d[2].Verdict.ExpectedText)
	require.Equal(t, types.DISPUTE_END_DROPPED, d[3].End, "the next in the queue is dropped with the fall")
	require.Equal(t, "STANDS STANDS PROVEN", c.falls(1))
	require.Equal(t, d[2].Id, c.round(1).Seats[2].LostDispute)
	require.Equal(t, types.VERDICT_SPLIT, c.round(1).Verdict, "the verdict of the round stays")
	task := c.tasks.tasks[1]
	require.Equal(t, computetypes.TASK_STATUS_SETTLED, task.Status)
	require.Equal(t, computetypes.REASON_TASK_REFEREED, task.Reason)
	require.Equal(t, c.round(1).Results[0].Root, task.ResultRoot)
	require.Equal(t, "RIGHT RIGHT WRONG", c.outcomes(1))
	require.Empty(t, c.stakes.calls, "seats answer with their liens at the settlement")
	t.Logf("refuted after %d moves: %s", len(d[2].Moves), d[2].Verdict.Operator)
}

// TestEveryLieIsRefuted: whatever a solver forges, one honest challenger overthrows it.
func TestEveryLieIsRefuted(t *testing.T) {
	for _, lie := range forge.Lies() {
		t.Run(lie.Name, func(t *testing.T) {
			c, disputes := oneLiar(t)
			d := disputes[2]
			honest := c.honest(c.claimed(&d))
			forged, err := lie.Forge(c.forger, honest)
			require.NoError(t, err)
			if forged.TraceRoot() == honest.TraceRoot() {
				t.Skip("the lie changed nothing")
			}
			c.players[2] = &player{own: forged}
			c.until(d.Id, types.DISPUTE_PHASE_STEP_DUE)
			require.NoError(t, c.send(c.due(d.Id)))
			require.Equal(t, types.DISPUTE_END_REFUTED, c.load(d.Id).End)
			require.Equal(t, 1, c.events("EventStepComputed"))
			require.Equal(t, 1, c.events("EventDisputeMoved"))
			require.NotZero(t, c.events("EventDisputeResolved"))
		})
	}
}

// TestMaliciousChallenger: seat 2 disputes the right result with a trace in which one tensor is forged, finds its
// difference, and the chain computes that the solver was right.
func TestMaliciousChallenger(t *testing.T) {
	c, disputes := oneLiar(t)
	c.players[2] = &player{view: func(h *forge.Trace) *forge.Trace {
		fake, err := c.forger.OneTensor(h, h.Shape().Tensors()/2)
		require.NoError(t, err)
		return fake
	}}
	c.until(disputes[0].Id, types.DISPUTE_PHASE_STEP_DUE)
	require.NoError(t, c.send(c.due(disputes[0].Id)))
	d := c.load(disputes[0].Id)
	require.Equal(t, types.DISPUTE_END_UPHELD, d.End)
	require.Equal(t, types.DISPUTE_SIDE_SOLVER, d.Winner)
	require.Equal(t, d.Verdict.Claimed, d.Verdict.Expected)
	require.Equal(t, "STANDS STANDS STANDS", c.falls(1))
	c.playAll(1)
	require.Equal(t, computetypes.REASON_TASK_REFEREED, c.tasks.tasks[1].Reason)
}

// TestSilence: in each phase the side that has to move may do so up to its deadline, and loses at the end of that block.
func TestSilence(t *testing.T) {
	for _, phase := range []types.DisputePhase{
		types.DISPUTE_PHASE_TRACE_DUE, types.DISPUTE_PHASE_CHOICE_DUE, types.DISPUTE_PHASE_CHILDREN_DUE,
		types.DISPUTE_PHASE_CHUNK_DUE, types.DISPUTE_PHASE_STEP_DUE,
	} {
		t.Run(phase.String(), func(t *testing.T) {
			start := func(t *testing.T) (*court, types.Dispute) {
				c, disputes := oneLiar(t)
				return c, c.until(disputes[2].Id, phase)
			}
			t.Run("B-1", func(t *testing.T) {
				c, d := start(t)
				c.end(d.Deadline - 1)
				require.Equal(t, phase, c.load(d.Id).Phase)
				require.NoError(t, c.send(c.due(d.Id)))
			})
			t.Run("B", func(t *testing.T) {
				c, d := start(t)
				c.at(d.Deadline)
				require.NoError(t, c.send(c.due(d.Id)), "the deadline's block still counts")
			})
			t.Run("end of B", func(t *testing.T) {
				c, d := start(t)
				c.end(d.Deadline)
				want, fall := types.DISPUTE_END_SOLVER_SILENT, types.FALL_SILENT
				if d.Turn() == types.DISPUTE_SIDE_CHALLENGER {
					want, fall = types.DISPUTE_END_CHALLENGER_SILENT, types.FALL_UNSPECIFIED
				}
				require.Equal(t, want, c.load(d.Id).End)
				require.Equal(t, d.Deadline, c.load(d.Id).CloseHeight)
				require.Equal(t, fall, c.round(1).Seats[2].Fall)
			})
			t.Run("B+1", func(t *testing.T) {
				c, d := start(t)
				msg := c.due(d.Id)
				c.at(d.Deadline + 1) // as when the budget of the block was full
				c.refused(types.ErrTooLate, "deadline", func() error { return c.send(msg) })
			})
		})
	}
}

// TestQueueAndBindingTrace: the first challenger loses by silence; the next begins at once with the trace that the
// solver is bound to.
func TestQueueAndBindingTrace(t *testing.T) {
	c, disputes := oneLiar(t)
	c.players[0] = &player{silent: func(d *types.Dispute) bool { return d.Turn() == types.DISPUTE_SIDE_CHALLENGER }}
	first := c.until(disputes[2].Id, types.DISPUTE_PHASE_CHOICE_DUE)
	require.Equal(t, types.DISPUTE_PHASE_QUEUED, c.load(disputes[3].Id).Phase)
	for _, accused := range disputes[:2] {
		c.until(accused.Id, types.DISPUTE_PHASE_CHOICE_DUE)
	}
	c.end(first.Deadline)
	require.Equal(t, types.DISPUTE_END_CHALLENGER_SILENT, c.load(first.Id).End)
	next := c.load(disputes[3].Id)
	require.Equal(t, types.DISPUTE_PHASE_CHOICE_DUE, next.Phase)
	require.Equal(t, first.Hash, next.Hash)
	require.Empty(t, next.Moves)
	require.Equal(t, first.Deadline+moveWindow, next.Deadline)
	require.NotZero(t, c.events("EventDisputeMoved"))
	c.playAll(1)
	require.Equal(t, types.DISPUTE_END_REFUTED, c.load(next.Id).End)
	require.Equal(t, "RIGHT RIGHT WRONG", c.outcomes(1))
}

// TestSaboteur: seat 1 reveals the right result and posts a false trace, to overthrow it. It falls alone; seat 0 stands
// for the result with its own trace.
func TestSaboteur(t *testing.T) {
	c, disputes := oneLiar(t)
	d := disputes[1] // 2 v 1
	h := c.honest(c.claimed(&d))
	c.players[1] = &player{own: c.forger.Junk(h, 3)}
	c.playAll(1)
	require.Equal(t, types.DISPUTE_END_REFUTED, c.load(d.Id).End)
	require.Equal(t, "STANDS PROVEN PROVEN", c.falls(1))
	require.Equal(t, computetypes.REASON_TASK_REFEREED, c.tasks.tasks[1].Reason)
	require.Equal(t, "RIGHT WRONG WRONG", c.outcomes(1))
}

// TestSilentButRight: seat 1 is right and does not answer; the result stands with seat 0. It was unreachable.
func TestSilentButRight(t *testing.T) {
	c, disputes := oneLiar(t)
	c.players[1] = &player{silent: func(*types.Dispute) bool { return true }}
	c.at(disputes[1].Deadline - 5)
	c.until(disputes[0].Id, types.DISPUTE_PHASE_CHOICE_DUE)
	c.until(disputes[2].Id, types.DISPUTE_PHASE_CHOICE_DUE)
	c.end(disputes[1].Deadline)
	c.at(disputes[1].Deadline + 1)
	c.playAll(1)
	require.Equal(t, "STANDS SILENT PROVEN", c.falls(1))
	require.Equal(t, "RIGHT NO_DEFENCE WRONG", c.outcomes(1))
}

// TestProvenLiarAccusesNobody: once seat 2 is proven wrong, its own disputes are dropped, and who was queued behind
// them begins.
func TestProvenLiarAccusesNobody(t *testing.T) {
	c := newCourt(t)
	c.postRefereed(1, 0, 1, 2)
	lies := c.wrong(1, 2)
	c.attest(1, []int{0, 1, 2}, []step.Claim{c.right(1), lies[0], lies[1]})
	disputes := c.disputesOf(1)
	require.Equal(t, "1 v 0 TRACE_DUE, 2 v 0 QUEUED, 0 v 1 TRACE_DUE, 2 v 1 QUEUED, 0 v 2 TRACE_DUE, 1 v 2 QUEUED", c.told(disputes))
	c.until(disputes[2].Id, types.DISPUTE_PHASE_RESOLVED) // 0 proves 1 wrong
	require.Equal(t, "1 v 0 DROPPED, 2 v 0 TRACE_DUE, 0 v 1 REFUTED, 2 v 1 DROPPED, 0 v 2 TRACE_DUE, 1 v 2 DROPPED", c.told(c.disputesOf(1)))
	c.until(disputes[4].Id, types.DISPUTE_PHASE_RESOLVED)
	require.Equal(t, "STANDS PROVEN PROVEN", c.falls(1))
	require.Equal(t, computetypes.TASK_STATUS_SETTLED, c.tasks.tasks[1].Status)
	require.Equal(t, "RIGHT WRONG WRONG", c.outcomes(1))
}

// TestSilentLiarMayComeBack: who fell by silence still leads its own disputes.
func TestSilentLiarMayComeBack(t *testing.T) {
	c, disputes := oneLiar(t)
	c.players[0] = &player{silent: func(d *types.Dispute) bool { return d.Turn() == types.DISPUTE_SIDE_SOLVER }}
	c.players[1] = &player{silent: func(*types.Dispute) bool { return true }}
	c.end(disputes[0].Deadline)
	require.Equal(t, "2 v 0 SOLVER_SILENT, 2 v 1 SOLVER_SILENT, 0 v 2 SOLVER_SILENT, 1 v 2 DROPPED", c.told(c.disputesOf(1)),
		"seat 2 did not move either")
	require.Equal(t, computetypes.TASK_STATUS_STALLED, c.tasks.tasks[1].Status, "nobody stood: a redraw")
	require.Equal(t, computetypes.SEAT_ROLE_REDRAW, c.tasks.tasks[1].Role)
	require.NotZero(t, c.events("EventCaseClosed"))
}

// TestNoneStood: nobody answers in the first round nor in the redraw; the task is refunded, and every seat loses.
func TestNoneStood(t *testing.T) {
	c, disputes := oneLiar(t)
	c.end(disputes[0].Deadline)
	c.match(1, 3, 4, 5)
	lies := c.wrong(1, 2)
	c.attest(1, []int{3, 4, 5}, []step.Claim{lies[0], lies[0], lies[1]})
	disputes = c.disputesOf(1)
	require.Len(t, disputes, 8)
	require.Equal(t, uint32(1), disputes[7].Round)
	c.end(disputes[6].Deadline)
	require.Equal(t, computetypes.TASK_STATUS_REFUNDED, c.tasks.tasks[1].Status)
	require.Equal(t, computetypes.REASON_TASK_NONE_STOOD, c.tasks.tasks[1].Reason)
	require.Equal(t, "WRONG WRONG WRONG WRONG WRONG WRONG", c.outcomes(1))
}

// TestNobodyDisputes: every solver posts its trace and no challenger moves, so several results are left and a panel has
// to decide. Who could have shown that the other result is wrong, and did not, has a soft fault.
func TestNobodyDisputes(t *testing.T) {
	c := undisputed(t)
	c.match(1, 3, 4, 5)
	right := c.right(1)
	c.attest(1, []int{3, 4, 5}, []step.Claim{right, right, right})
	require.Equal(t, computetypes.REASON_TASK_AGREED_BY_PANEL, c.tasks.tasks[1].Reason)
	require.Equal(t, "NO_DEFENCE NO_DEFENCE WRONG RIGHT RIGHT RIGHT", c.outcomes(1))
}

// TestNobodyDisputesNorDecides: having the chain referee what nobody plays is not free, even when no panel can be seated.
func TestNobodyDisputesNorDecides(t *testing.T) {
	c := undisputed(t)
	require.NoError(t, c.k.AfterSeatsNotFound(c.ctx, c.tasks.tasks[1]))
	require.Equal(t, "NO_DEFENCE NO_DEFENCE NO_DEFENCE", c.outcomes(1))
}

// undisputed is a split in which every solver posts its trace and no challenger moves.
func undisputed(t *testing.T) *court {
	t.Helper()
	c, _ := oneLiar(t)
	for n := range 3 {
		c.players[n] = &player{silent: func(d *types.Dispute) bool { return d.Turn() == types.DISPUTE_SIDE_CHALLENGER }}
	}
	c.playAll(1)
	require.Equal(t, "STANDS STANDS STANDS", c.falls(1))
	require.Equal(t, computetypes.TASK_STATUS_SPLIT, c.tasks.tasks[1].Status)
	require.Equal(t, computetypes.SEAT_ROLE_PANEL, c.tasks.tasks[1].Role)
	return c
}

// TestImpossibleResults: a result that no run can have falls without a dispute.
func TestImpossibleResults(t *testing.T) {
	impossible := func(claim step.Claim) step.Claim {
		claim.Output, claim.Stop = []uint32{2}, step.StopEnd // a stop token inside
		return claim
	}
	t.Run("one of two", func(t *testing.T) {
		c := newCourt(t)
		c.postRefereed(1, 0, 1, 2)
		right := c.right(1)
		c.attest(1, []int{0, 1, 2}, []step.Claim{right, impossible(right), right})
		require.Empty(t, c.disputesOf(1))
		require.Equal(t, "STANDS PROVEN STANDS", c.falls(1))
		require.Equal(t, computetypes.REASON_TASK_REFEREED, c.tasks.tasks[1].Reason, "in the same block")
		require.Equal(t, "RIGHT WRONG RIGHT", c.outcomes(1))
	})
	t.Run("all", func(t *testing.T) {
		c := newCourt(t)
		c.postRefereed(1, 0, 1, 2)
		first := impossible(c.right(1))
		second := first
		second.Output = []uint32{500}
		c.attest(1, []int{0, 1, 2}, []step.Claim{first, second, first})
		require.Equal(t, "PROVEN PROVEN PROVEN", c.falls(1))
		require.Equal(t, computetypes.TASK_STATUS_STALLED, c.tasks.tasks[1].Status)
	})
	t.Run("a third takes part in what is left", func(t *testing.T) {
		c := newCourt(t)
		c.postRefereed(1, 0, 1, 2)
		right := c.right(1)
		c.attest(1, []int{0, 1, 2}, []step.Claim{right, impossible(right), c.wrong(1, 1)[0]})
		require.Equal(t, "2 v 0 TRACE_DUE, 0 v 2 TRACE_DUE", c.told(c.disputesOf(1)))
		c.playAll(1)
		require.Equal(t, "RIGHT WRONG WRONG", c.outcomes(1))
	})
}

// TestUnreadableModel: a model whose header the chain cannot read goes to a panel, as other profiles do.
func TestUnreadableModel(t *testing.T) {
	c := newCourt(t)
	c.postRefereed(1, 0, 1, 2)
	right := c.right(1)
	lie := c.wrong(1, 1)[0]
	c.tasks.models[string(c.root[:])] = computetypes.Model{Id: c.root[:], Header: []byte("something else")}
	c.attest(1, []int{0, 1, 2}, []step.Claim{right, right, lie})
	require.Equal(t, computetypes.SEAT_ROLE_PANEL, c.tasks.tasks[1].Role)
	require.Empty(t, c.disputesOf(1))
}
