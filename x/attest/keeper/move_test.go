package keeper

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// bad is a message that is refused.
type bad struct {
	name string
	msg  sdk.Msg
	want *errorsmod.Error
	text string
}

func (c *court) refuseAll(t *testing.T, list []bad) {
	t.Helper()
	for _, b := range list {
		t.Run(b.name, func(*testing.T) {
			c.refused(b.want, b.text, func() error { return c.send(b.msg) })
			err := c.k.checkMove(c.ctx, b.msg)
			require.ErrorIs(c.t, err, b.want, "the check alone says the same")
		})
	}
}

// with returns a changed copy of a message.
func with[M any](msg any, change func(*M)) *M {
	m := *msg.(*M)
	change(&m)
	return &m
}

func flip(b []byte, at int) []byte {
	out := append([]byte(nil), b...)
	out[at] ^= 1
	return out
}

// TestMoveRefusalsOfTurn: what is refused whatever a move holds.
func TestMoveRefusalsOfTurn(t *testing.T) {
	c, disputes := oneLiar(t)
	d := c.until(disputes[2].Id, types.DISPUTE_PHASE_CHILDREN_DUE)
	due := c.due(d.Id)
	c.players[2] = &player{view: c.faking()}
	done := c.until(disputes[0].Id, types.DISPUTE_PHASE_RESOLVED)
	c.at(d.Deadline)
	type children = types.MsgPostChildren
	c.refuseAll(t, []bad{
		{"an unknown dispute", with(due, func(m *children) { m.DisputeId = 77 }), types.ErrDisputeNotFound, "dispute 77"},
		{"a resolved dispute", &types.MsgChooseChild{Challenger: account(2), DisputeId: done.Id, Move: 1}, types.ErrDisputeResolved, "UPHELD"},
		{"a queued dispute", &types.MsgPostTrace{Solver: account(2), DisputeId: disputes[3].Id, Root: make([]byte, 32)}, types.ErrMoveNotDue, "QUEUED"},
		{"another kind of move", &types.MsgPostChunk{Solver: account(2), DisputeId: d.Id, Move: 2}, types.ErrMoveNotDue, "phase DISPUTE_PHASE_CHILDREN_DUE, got DISPUTE_MOVE_KIND_CHUNK"},
		{"a move of another round", with(due, func(m *children) { m.Move = 1 }), types.ErrMoveNotDue, "expected move 2, got 1"},
		{"a move too many", with(due, func(m *children) { m.Move = 3 }), types.ErrMoveNotDue, "expected move 2, got 3"},
		{"by the other side", with(due, func(m *children) { m.Solver = account(0) }), types.ErrNotYourMove, account(2)},
		{"by a stranger", with(due, func(m *children) { m.Solver = account(9) }), types.ErrNotYourMove, account(2)},
	})
	t.Run("a message that is no move", func(t *testing.T) {
		err := c.k.checkMove(c.ctx, &types.MsgOpenDispute{})
		require.ErrorIs(t, err, types.ErrNotSeatMessage)
	})
	require.NoError(t, c.send(due), "the good move was good all along")
	t.Run("a move sent twice", func(*testing.T) {
		c.refused(types.ErrMoveNotDue, "CHOICE_DUE", func() error { return c.send(due) })
	})
}

func TestPostTraceRefusals(t *testing.T) {
	c, disputes := oneLiar(t)
	due := c.due(disputes[2].Id).(*types.MsgPostTrace)
	other := c.due(disputes[0].Id).(*types.MsgPostTrace) // of the right result
	type trace = types.MsgPostTrace
	c.refuseAll(t, []bad{
		{"a short root", with(due, func(m *trace) { m.Root = m.Root[:31] }), types.ErrInvalidHashes, "root: expected 32 bytes, got 31"},
		{"no root", with(due, func(m *trace) { m.Root = nil }), types.ErrInvalidHashes, "got 0"},
		{"a path that is no list of hashes", with(due, func(m *trace) { m.First = m.First[:33] }), types.ErrInvalidHashes, "first"},
		{"too long a path", with(due, func(m *trace) { m.Last = make([]byte, maxPath+32) }), types.ErrMoveTooLarge, "last: at most 1024 bytes, got 1056"},
		{"too many children", with(due, func(m *trace) { m.Children = make([]byte, maxChildren+1) }), types.ErrMoveTooLarge, "children: at most 4096"},
		{"a path of wrong length", with(due, func(m *trace) { m.First = m.First[32:] }), types.ErrTraceEnds, "input"},
		{"a first leaf that is not the input", with(due, func(m *trace) { m.First = flip(m.First, 5) }), types.ErrTraceEnds, "input"},
		{"a last leaf that is not the answer", with(due, func(m *trace) { m.Last = flip(m.Last, 5) }), types.ErrTraceEnds, "output"},
		{"a trace of another result", with(due, func(m *trace) {
			m.Root, m.First, m.Last, m.Children = other.Root, other.First, other.Last, other.Children
		}), types.ErrTraceEnds, ""},
		{"children that do not hash to the root", with(due, func(m *trace) { m.Children = flip(m.Children, 5) }), types.ErrInvalidChildren, "do not hash"},
		{"a child too few", with(due, func(m *trace) { m.Children = m.Children[32:] }), types.ErrInvalidChildren, "need"},
	})
	require.NoError(t, c.send(due))
	trace1, found, err := c.k.trace(c.ctx, 1, account(2))
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, due.Children, trace1.Children)
	require.Equal(t, due.Root, c.load(due.DisputeId).Hash)
}

func TestDescentRefusals(t *testing.T) {
	c, disputes := oneLiar(t)
	id := disputes[2].Id
	c.until(id, types.DISPUTE_PHASE_CHOICE_DUE)
	choice := c.due(id).(*types.MsgChooseChild)
	c.refuseAll(t, []bad{
		{"no such child", with(choice, func(m *types.MsgChooseChild) { m.Index = 128 }), types.ErrInvalidChild, "child 128"},
		{"no such child by far", with(choice, func(m *types.MsgChooseChild) { m.Index = 1<<32 - 1 }), types.ErrInvalidChild, ""},
	})
	require.NoError(t, c.send(choice))
	d := c.load(id)
	require.Equal(t, choice.Index, d.Moves[1].Index)
	children := c.due(id).(*types.MsgPostChildren)
	c.refuseAll(t, []bad{
		{"no list of hashes", with(children, func(m *types.MsgPostChildren) { m.Children = m.Children[1:] }), types.ErrInvalidHashes, "multiple of 32"},
		{"over-size", with(children, func(m *types.MsgPostChildren) { m.Children = make([]byte, maxChildren+32) }), types.ErrMoveTooLarge, "got 4128"},
		{"other children", with(children, func(m *types.MsgPostChildren) { m.Children = flip(m.Children, 0) }), types.ErrInvalidChildren, ""},
		{"none", with(children, func(m *types.MsgPostChildren) { m.Children = nil }), types.ErrInvalidChildren, "have 0"},
	})
	c.until(id, types.DISPUTE_PHASE_CHUNK_DUE)
	chunk := c.due(id).(*types.MsgPostChunk)
	c.refuseAll(t, []bad{
		{"over-size chunk", with(chunk, func(m *types.MsgPostChunk) { m.Data = make([]byte, 513) }), types.ErrMoveTooLarge, "at most 512"},
		{"another length", with(chunk, func(m *types.MsgPostChunk) { m.Data = m.Data[1:] }), types.ErrInvalidChunk, "need"},
		{"other bytes", with(chunk, func(m *types.MsgPostChunk) { m.Data = flip(m.Data, 0) }), types.ErrInvalidChunk, "hash"},
	})
	c.until(id, types.DISPUTE_PHASE_STEP_DUE)
	require.NoError(t, c.send(c.due(id)))
	for depth := range uint32(9) {
		has, err := c.k.shown.Has(c.ctx, collections.Join(id, depth))
		require.NoError(t, err)
		require.False(t, has, "what was shown goes with the dispute")
	}
}

// logitsLiar is a split in which seat 2 forges the logits, so that the step needs a weight row.
func logitsLiar(t *testing.T) (*court, uint64) {
	t.Helper()
	c, disputes := oneLiar(t)
	d := disputes[2]
	forged, err := c.forger.Steer(c.honest(c.claimed(&d)), step.SiteLogits)
	require.NoError(t, err)
	c.players[2] = &player{own: forged}
	c.until(d.Id, types.DISPUTE_PHASE_STEP_DUE)
	return c, d.Id
}

func TestPostStepRefusals(t *testing.T) {
	c, id := logitsLiar(t)
	due := c.due(id).(*types.MsgPostStep)
	good := c.openStep(ptr(c.load(id)))
	require.NotEmpty(t, good.Row, "the step needs a weight row")
	other, err := newMachine([32]byte{9})
	require.NoError(t, err)
	p, err := c.honest(c.claimed(ptr(c.load(id)))).Shape().Plan(good.Tensor, good.Unit, 0)
	require.NoError(t, err)
	row, _ := p.NeedsRow()
	elseRow := row
	elseRow.Row = (row.Row + 1) % 23
	stepWith := func(change func(s *step.Step)) sdk.Msg {
		s := good
		change(&s)
		return with(due, func(m *types.MsgPostStep) { m.Step = s.Encode() })
	}
	rowOf := func(m *machine, at int) func(s *step.Step) {
		return func(s *step.Step) {
			id := row
			if at != 0 {
				id = elseRow
			}
			payload, proof, err := m.RowProof(id)
			require.NoError(t, err)
			s.Row, s.RowProof = payload, flat(proof)
		}
	}
	c.refuseAll(t, []bad{
		{"over-size", with(due, func(m *types.MsgPostStep) { m.Step = make([]byte, maxStepLength+1) }), types.ErrMoveTooLarge, "at most 65577"},
		{"no step", with(due, func(m *types.MsgPostStep) { m.Step = nil }), types.ErrMalformedStep, ""},
		{"cut short", with(due, func(m *types.MsgPostStep) { m.Step = m.Step[:len(m.Step)-1] }), types.ErrMalformedStep, ""},
		{"another version", with(due, func(m *types.MsgPostStep) { m.Step = flip(m.Step, 0) }), types.ErrMalformedStep, ""},
		{"another tensor", stepWith(func(s *step.Step) { s.Tensor-- }), types.ErrStepElsewhere, "expected tensor"},
		{"another unit", stepWith(func(s *step.Step) { s.Unit += 1 << 40 }), types.ErrStepElsewhere, "unit"},
		{"a neighbour's unit with this one's data", stepWith(func(s *step.Step) { s.Unit = (s.Unit + 1) % 23 }), types.ErrStepRow, ""},
		{"a hint where none is used", stepWith(func(s *step.Step) { s.Hint = 1 }), types.ErrInvalidStep, "hint"},
		{"data of another length", stepWith(func(s *step.Step) { s.Data = s.Data[1:] }), types.ErrInvalidStep, "bytes"},
		{"other data", stepWith(func(s *step.Step) { s.Data = flip(s.Data, 3) }), types.ErrStepProof, "not under the root"},
		{"another proof", stepWith(func(s *step.Step) { s.Proof = flip(s.Proof, 3) }), types.ErrStepProof, ""},
		{"a proof of wrong length", stepWith(func(s *step.Step) { s.Proof = s.Proof[32:] }), types.ErrStepProof, "hashes"},
		{"a wrong row", stepWith(rowOf(c.machine, 1)), types.ErrStepRow, ""},
		{"the row of another model", stepWith(rowOf(other, 0)), types.ErrStepRow, ""},
		{"a changed weight", stepWith(func(s *step.Step) { s.Row = flip(s.Row, 5) }), types.ErrStepRow, ""},
		{"no row", stepWith(func(s *step.Step) { s.Row, s.RowProof = nil, nil }), types.ErrStepRow, "need"},
	})
	require.NoError(t, c.send(due))
	v := c.load(id).Verdict
	require.Equal(t, "logits", v.Operator)
	require.Equal(t, "2147483647", v.ClaimedText)
	require.Equal(t, fmt.Sprint(int32(binary.LittleEndian.Uint32(v.Expected))), v.ExpectedText)
	require.Equal(t, types.DISPUTE_END_REFUTED, c.load(id).End)
}

func ptr[T any](v T) *T { return &v }

// TestMoveGas: a move pays by its law and not for the store.
func TestMoveGas(t *testing.T) {
	c, disputes := oneLiar(t)
	msg := c.due(disputes[2].Id)
	m, err := moveOf(msg.(sdk.Msg))
	require.NoError(t, err)
	use := m.use
	task, r := c.tasks.tasks[disputes[2].TaskId], c.round(disputes[2].TaskId)
	use.Tokens = tokensOf(&task, &r)
	before := c.ctx.GasMeter().GasConsumed()
	require.NoError(t, c.send(msg))
	require.Equal(t, moveGas(use), c.ctx.GasMeter().GasConsumed()-before)
}

// TestManyDisputesExpireTogether: 10 000 disputes of 5 000 tasks expire in one block; each block resolves as many as its
// budget, in order, and all are through after so many blocks.
func TestManyDisputesExpireTogether(t *testing.T) {
	const tasks = 5_000
	c := newCourt(t)
	c.postRefereed(1, 0, 1)
	right, lie := c.right(1), c.wrong(1, 1)[0]
	model, first := c.round(1), c.tasks.tasks[1]
	require.NoError(t, c.k.deadlines.Remove(c.ctx, dueAt(model)))
	open := func(id uint64) {
		task, r := first, model
		task.Id, r.TaskId = id, id
		c.tasks.tasks[id] = task
		r.Phase, r.Verdict = types.ROUND_PHASE_CLOSED, types.VERDICT_SPLIT
		r.Results = []types.Result{{Root: make([]byte, 32), Output: right.Output, Stop: right.Stop}, {Root: []byte("other"), Output: lie.Output, Stop: lie.Stop}}
		r.Seats = []types.Seat{
			{Provider: account(0), Commitment: make([]byte, 32), Result: 1}, {Provider: account(1), Commitment: make([]byte, 32), Result: 2},
		}
		require.NoError(t, c.k.openSplit(c.ctx, r))
	}
	c.inBlock(func() {
		for id := uint64(1); id <= tasks; id++ {
			open(id)
		}
	})
	deadline := heightOf(c.ctx) + traceWindow
	budget := int(types.DefaultDisputeBudget)
	var longest time.Duration
	for i := range 2 * tasks / budget {
		start := time.Now()
		c.at(deadline + uint64(i)).inBlock(func() {
			require.NoError(t, c.k.EndBlock(c.ctx))
			require.Equal(t, budget, c.events("EventDisputeResolved"))
			require.Equal(t, budget/2, c.events("EventCaseClosed"))
		})
		longest = max(longest, time.Since(start))
	}
	c.at(deadline + 1_000).inBlock(func() {
		require.NoError(t, c.k.EndBlock(c.ctx))
		require.Zero(t, c.events("EventDisputeResolved"))
	})
	for id := uint64(1); id <= tasks; id++ {
		require.Equal(t, computetypes.TASK_STATUS_STALLED, c.tasks.tasks[id].Status)
	}
	t.Logf("%d disputes expired at once: %d a block, %s for the longest", 2*tasks, budget, longest)
}

// TestPoisonedTimeOut: a time-out and a case that fail are parked, with everything as it was, and can be tried again.
func TestPoisonedTimeOut(t *testing.T) {
	c := colluding(t)
	c.at(c.closeHeight(1) + 1)
	d := c.challenged(1, 7, 0)
	c.stakes.broken = errorsmod.Wrap(types.ErrBrokenInvariant, "poison")
	c.end(d.Deadline)
	require.Equal(t, d.Phase, c.load(d.Id).Phase)
	require.Equal(t, 1, c.events("EventDisputeParked"))
	parked, err := c.k.parkedDisputes.Get(c.ctx, d.Id)
	require.NoError(t, err)
	require.Contains(t, parked.Error, "poison")
	retry := func(task, dispute uint64) error {
		_, err := c.msgs.RetryParked(c.ctx, &types.MsgRetryParked{Sender: account(9), TaskId: task, DisputeId: dispute})
		return err
	}
	c.refused(types.ErrNotParked, "dispute 77", func() error { return retry(0, 77) })
	c.refused(types.ErrNotParked, "task 1", func() error { return retry(1, 0) })
	c.refused(types.ErrInvalidRequest, "a task or a dispute", func() error { return retry(1, d.Id) })
	c.refused(types.ErrInvalidRequest, "a task or a dispute", func() error { return retry(0, 0) })
	c.stakes.broken = nil
	require.NoError(t, retry(0, d.Id))
	c.end(d.Deadline + 1)
	require.Equal(t, types.DISPUTE_END_SOLVER_SILENT, c.load(d.Id).End)

	c.stakes.broken = errorsmod.Wrap(types.ErrBrokenInvariant, "poison")
	until := c.closeHeight(1) + challengeWindow
	c.end(until)
	require.Equal(t, 1, c.events("EventRoundParked"))
	require.Equal(t, computetypes.REASON_SEAT_RIGHT, c.round(1).Seats[0].Outcome)
	c.stakes.broken = nil
	require.NoError(t, retry(1, 0))
	c.calls()
	c.end(until + 5)
	require.Equal(t, "slash 0 5000 of 50000 for 7 SEAT_NO_DEFENCE", c.calls())
}
