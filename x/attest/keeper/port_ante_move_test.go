package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/x/attest/types"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// TestFreeMove: each of the five moves is free when it is due, and only then.
func TestFreeMove(t *testing.T) {
	for _, m := range moveKinds {
		t.Run(m.name, func(t *testing.T) {
			c := newCourt(t)
			msg, height := c.upTo(1, m.phase)
			c.at(height)
			free := func(msg any) error {
				t.Helper()
				before := c.dump()
				gas := c.ctx.GasMeter().GasConsumed()
				err := c.free(msg.(sdk.Msg))
				require.Equal(t, err == nil, c.k.FreeSeatMessage(c.checkState(), msg.(sdk.Msg)) == nil)
				require.Equal(t, err == nil, c.k.FreeSeatMessage(c.checkState().WithIsReCheckTx(true), msg.(sdk.Msg)) == nil)
				require.Equal(t, gas, c.ctx.GasMeter().GasConsumed(), "it costs no gas")
				require.Equal(t, before, c.dump(), "and only reads")
				return err
			}
			require.NoError(t, free(msg))
			require.ErrorIs(t, free(moved(msg, 1, 0, "")), types.ErrDisputeNotFound)
			require.ErrorIs(t, free(moved(msg, 0, 1, "")), types.ErrMoveNotDue)
			require.ErrorIs(t, free(moved(msg, 0, 0, account(9))), types.ErrNotYourMove)
			require.True(t, types.IsMove(msg.(sdk.Msg)))

			require.NoError(t, c.send(msg))
			require.Error(t, free(msg), "used up")
		})
	}
	t.Run("opening a dispute never is", func(t *testing.T) {
		c := newCourt(t)
		c.settled(1, func() step.Claim { return c.right(1) }, 0, 1, 2)
		require.ErrorIs(t, c.free(&types.MsgOpenDispute{Challenger: account(5), TaskId: 1, Solver: account(0)}), types.ErrNotSeatMessage)
		require.Zero(t, c.k.FreeSeatGas(&types.MsgOpenDispute{}))
	})
}

// TestFreeMoveDeadline: in CheckTx the state is that of block B-1 when the move can reach block B.
func TestFreeMoveDeadline(t *testing.T) {
	c := newCourt(t)
	msg, height := c.upTo(1, types.DISPUTE_PHASE_CHILDREN_DUE)
	c.at(height)
	deadline := c.load(idOf(msg)).Deadline
	for _, k := range []struct {
		name    string
		height  uint64
		isCheck bool
		want    error
	}{
		{"B-1", deadline - 1, false, nil},
		{"B", deadline, false, nil},
		{"B+1", deadline + 1, false, types.ErrTooLate},
		{"CheckTx after B-2", deadline - 2, true, nil},
		{"CheckTx after B-1", deadline - 1, true, nil},
		{"CheckTx after B", deadline, true, types.ErrTooLate},
	} {
		t.Run(k.name, func(t *testing.T) {
			c.at(k.height)
			ctx := c.ctx
			if k.isCheck {
				ctx = c.checkState()
			}
			require.ErrorIs(t, c.k.FreeSeatMessage(ctx, msg.(sdk.Msg)), k.want)
		})
	}
}

// TestPendingMove: one move of a dispute waits in a mempool; what would fail does not get in; marks last until the next
// block and never reach the state of one.
func TestPendingMove(t *testing.T) {
	c := newCourt(t)
	msg, height := c.upTo(1, types.DISPUTE_PHASE_CHILDREN_DUE)
	c.at(height)
	move := msg.(sdk.Msg)
	wrong := with(msg, func(m *types.MsgPostChildren) { m.Children = flip(m.Children, 0) })
	before := c.dump()

	t.Run("a wrong move is due as far as one record tells, and refused once its signature is good", func(t *testing.T) {
		check := c.checkState()
		require.NoError(t, c.k.FreeSeatMessage(check, wrong))
		require.ErrorIs(t, c.k.MarkSeatMessage(check, wrong), types.ErrInvalidChildren)
		require.NoError(t, c.k.FreeSeatMessage(check, move), "and marks nothing")
	})
	t.Run("one of them waits", func(t *testing.T) {
		check := c.checkState()
		require.NoError(t, c.k.MarkSeatMessage(check, move))
		require.ErrorIs(t, c.k.FreeSeatMessage(check, move), types.ErrMovePending)
		require.ErrorIs(t, c.k.FreeSeatMessage(check, wrong), types.ErrMovePending)
		require.ErrorIs(t, c.k.MarkSeatMessage(check, move), types.ErrMovePending)
	})
	t.Run("ReCheckTx marks again, without checking the contents", func(t *testing.T) {
		check := c.checkState()
		recheck := check.WithIsReCheckTx(true)
		require.NoError(t, c.k.FreeSeatMessage(recheck, wrong))
		require.NoError(t, c.k.MarkSeatMessage(recheck, wrong))
		require.ErrorIs(t, c.k.FreeSeatMessage(check, move), types.ErrMovePending)
	})
	t.Run("blocks know nothing of it", func(t *testing.T) {
		require.NoError(t, c.free(move))
		require.NoError(t, c.k.MarkSeatMessage(c.ctx, move))
		require.Equal(t, before, c.dump())
		require.NoError(t, c.k.Invariants(c.ctx))
	})
}

// TestFloodOfMoves: the move of somebody who has none to make costs one read, however large it is, and nothing is hashed.
func TestFloodOfMoves(t *testing.T) {
	c := newCourt(t)
	msg, height := c.upTo(1, types.DISPUTE_PHASE_STEP_DUE)
	c.at(height)
	reads := 0
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	k := NewKeeper(cdc, countingStore{runtime.NewKVStoreService(c.key), &reads}, addrs, c.tasks, c.stakes, c.beacon, account(99))
	for _, m := range []struct {
		name string
		msg  any
		want int
	}{
		{"a stranger", moved(msg, 0, 0, account(9)), 1},
		{"no dispute", moved(msg, 99, 0, ""), 1},
		{"another number", moved(msg, 0, 1, ""), 1},
		{"another move", &types.MsgPostChildren{Solver: account(2), DisputeId: idOf(msg), Children: make([]byte, maxChildren)}, 1},
		{"too large", with(msg, func(m *types.MsgPostStep) { m.Step = make([]byte, maxStepLength+1) }), 0},
		{"malformed", with(msg, func(m *types.MsgPostStep) { m.Step = make([]byte, maxStepLength) }), 0},
	} {
		t.Run(m.name, func(t *testing.T) {
			for _, ctx := range []sdk.Context{c.ctx, c.checkState()} {
				reads = 0
				require.Error(t, k.FreeSeatMessage(ctx, m.msg.(sdk.Msg)))
				require.Equal(t, m.want, reads)
			}
		})
	}
}

// idOf is the dispute of a move.
func idOf(msg any) uint64 { return msg.(interface{ GetDisputeId() uint64 }).GetDisputeId() }

// moved is a move with its dispute and number changed by so much, and from another sender if one is named.
func moved(msg any, id uint64, number uint32, sender string) any {
	from := func(old string) string {
		if sender != "" {
			return sender
		}
		return old
	}
	switch m := msg.(type) {
	case *types.MsgPostTrace:
		return with(m, func(m *types.MsgPostTrace) {
			m.Solver, m.DisputeId, m.Move = from(m.Solver), m.DisputeId+id*50, m.Move+number
		})
	case *types.MsgChooseChild:
		return with(m, func(m *types.MsgChooseChild) {
			m.Challenger, m.DisputeId, m.Move = from(m.Challenger), m.DisputeId+id*50, m.Move+number
		})
	case *types.MsgPostChildren:
		return with(m, func(m *types.MsgPostChildren) {
			m.Solver, m.DisputeId, m.Move = from(m.Solver), m.DisputeId+id*50, m.Move+number
		})
	case *types.MsgPostChunk:
		return with(m, func(m *types.MsgPostChunk) {
			m.Solver, m.DisputeId, m.Move = from(m.Solver), m.DisputeId+id*50, m.Move+number
		})
	case *types.MsgPostStep:
		return with(m, func(m *types.MsgPostStep) {
			m.Challenger, m.DisputeId, m.Move = from(m.Challenger), m.DisputeId+id*50, m.Move+number
		})
	}
	return msg
}
