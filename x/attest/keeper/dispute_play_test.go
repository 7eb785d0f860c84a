package keeper

import (
	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/rules/dispute"
	"github.com/aichain/aichain/x/attest/types"
)

// flat joins hashes.
func flat(list []step.Hash) []byte {
	var b []byte
	for _, h := range list {
		b = append(b, h[:]...)
	}
	return b
}

// due makes the message that is due in a dispute; nil if the side does not move or finds nothing to say.
func (c *court) due(id uint64) any {
	c.t.Helper()
	d := c.load(id)
	if p := c.player(d.Party(d.Turn())); p.silent != nil && p.silent(&d) {
		return nil
	}
	number := uint32(len(d.Moves))
	switch d.Phase {
	case types.DISPUTE_PHASE_TRACE_DUE:
		t := c.solving(&d)
		first, last := t.Ends()
		children, err := step.Children(t.Shape(), t, t.Shape().Top())
		require.NoError(c.t, err)
		root := t.TraceRoot()
		return &types.MsgPostTrace{
			Solver: d.Solver, DisputeId: id, Move: number, Root: root[:], First: flat(first), Last: flat(last), Children: flat(children),
		}
	case types.DISPUTE_PHASE_CHOICE_DUE:
		t := c.challenging(&d)
		own, err := step.Children(t.Shape(), t, d.Place.Step())
		require.NoError(c.t, err)
		list, err := c.k.shownChildren(c.ctx, &d)
		require.NoError(c.t, err)
		theirs, err := hashesOf(list)
		require.NoError(c.t, err)
		i, differs := dispute.Leftmost(own, theirs)
		if !differs {
			return nil
		}
		return &types.MsgChooseChild{Challenger: d.Challenger, DisputeId: id, Move: number, Index: uint32(i)}
	case types.DISPUTE_PHASE_CHILDREN_DUE:
		t := c.solving(&d)
		children, err := step.Children(t.Shape(), t, d.Place.Step())
		require.NoError(c.t, err)
		return &types.MsgPostChildren{Solver: d.Solver, DisputeId: id, Move: number, Children: flat(children)}
	case types.DISPUTE_PHASE_CHUNK_DUE:
		data, err := step.Chunk(c.solving(&d), d.Place.Step())
		require.NoError(c.t, err)
		return &types.MsgPostChunk{Solver: d.Solver, DisputeId: id, Move: number, Data: data}
	case types.DISPUTE_PHASE_STEP_DUE:
		return &types.MsgPostStep{Challenger: d.Challenger, DisputeId: id, Move: number, Step: c.openStep(&d).Encode()}
	}
	return nil
}

// openStep opens the leftmost unit of the chunk that differs, from nothing but the chain's state and the challenger's
// own trace.
func (c *court) openStep(d *types.Dispute) step.Step {
	c.t.Helper()
	t := c.challenging(d)
	view := step.NewView()
	trace, _, err := c.k.trace(c.ctx, d.TaskId, d.Solver)
	require.NoError(c.t, err)
	children, err := hashesOf(trace.Children)
	require.NoError(c.t, err)
	view.Learn(t.Shape().Top(), children)
	var chunk []byte
	for depth := uint32(1); depth <= d.Choices(); depth++ {
		shown, err := c.k.shown.Get(c.ctx, collections.Join(d.Id, depth))
		require.NoError(c.t, err)
		if p := shown.Place.Step(); p.IsChunk() {
			chunk = shown.Data
			view.LearnChunk(p, chunk)
		} else {
			list, err := hashesOf(shown.Data)
			require.NoError(c.t, err)
			view.Learn(p, list)
		}
	}
	own, err := step.Chunk(t, d.Place.Step())
	require.NoError(c.t, err)
	unit, err := t.Shape().WrongUnit(d.Place.Step(), own, chunk)
	require.NoError(c.t, err)
	st, err := step.Open(t.Shape(), t, c, view, d.Place.Tensor, unit)
	require.NoError(c.t, err)
	return st
}

// send sends a message of a dispute.
func (c *court) send(msg any) error {
	var err error
	switch m := msg.(type) {
	case *types.MsgOpenDispute:
		_, err = c.msgs.OpenDispute(c.ctx, m)
	case *types.MsgPostTrace:
		_, err = c.msgs.PostTrace(c.ctx, m)
	case *types.MsgChooseChild:
		_, err = c.msgs.ChooseChild(c.ctx, m)
	case *types.MsgPostChildren:
		_, err = c.msgs.PostChildren(c.ctx, m)
	case *types.MsgPostChunk:
		_, err = c.msgs.PostChunk(c.ctx, m)
	case *types.MsgPostStep:
		_, err = c.msgs.PostStep(c.ctx, m)
	default:
		c.t.Fatalf("no message of a dispute: %T", msg)
	}
	return err
}

// until plays a dispute, one move a block, until it is in a phase, and returns it.
func (c *court) until(id uint64, phase types.DisputePhase) types.Dispute {
	c.t.Helper()
	for d := c.load(id); d.Phase != phase; d = c.load(id) {
		require.True(c.t, d.IsOpen(), "dispute %d ended before %s: %s", id, phase, d.End)
		msg := c.due(id)
		require.NotNil(c.t, msg, "dispute %d: nobody moves in %s", id, d.Phase)
		require.NoError(c.t, c.send(msg))
		c.end(heightOf(c.ctx))
		c.at(heightOf(c.ctx) + 1)
	}
	return c.load(id)
}

// playAll plays all disputes of a task to their ends, one move a block in each, and goes on to the next deadline when
// nobody moves.
func (c *court) playAll(task uint64) {
	c.t.Helper()
	for range 2_000 {
		open, moved, soonest := false, false, uint64(0)
		for _, d := range c.disputesOf(task) {
			if d = c.load(d.Id); !d.IsOpen() || d.Phase == types.DISPUTE_PHASE_QUEUED {
				continue
			}
			open = true
			if msg := c.due(d.Id); msg != nil {
				require.NoError(c.t, c.send(msg))
				moved = true
			} else if soonest == 0 || d.Deadline < soonest {
				soonest = d.Deadline
			}
		}
		if !open {
			return
		}
		height := heightOf(c.ctx)
		if !moved {
			height = max(height, soonest)
		}
		c.end(height)
		c.at(height + 1)
	}
	c.t.Fatal("the disputes do not end")
}
