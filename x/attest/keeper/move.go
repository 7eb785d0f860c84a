package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/rules/dispute"
	"github.com/aichain/aichain/x/attest/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Lengths of the fields of moves, in bytes.
const (
	hashBytes     = 32
	maxChildren   = step.Arity * hashBytes
	maxPath       = 32 * hashBytes         // a trace has fewer than 2^32 leaves
	maxStepLength = step.MaxStepBytes + 41 // with the head of its encoding
)

// apply makes a move that was checked.
type apply func(ctx context.Context) error

// move is a message of a dispute as the referee sees it. Its lengths have been checked and nothing else.
type move struct {
	disputeID uint64
	number    uint32 // moves that the sender has seen
	sender    string
	kind      types.DisputeMoveKind
	due       types.DisputePhase // in which it is made
	use       gasUse             // without tokens, which depend on the task
	payload   int                // bytes
	// verify checks the contents against the dispute, which is in the right phase, and changes nothing.
	verify func(ctx context.Context, k *Keeper, g *game) (apply, error)
}

// moveOf reads a message of a dispute. It reads no state: it returns ErrNotSeatMessage for another message,
// ErrMoveTooLarge or ErrInvalidHashes.
func moveOf(msg sdk.Msg) (move, error) {
	switch m := msg.(type) {
	case *types.MsgPostTrace:
		return traceMove(m)
	case *types.MsgChooseChild:
		return choiceMove(m), nil
	case *types.MsgPostChildren:
		return childrenMove(m)
	case *types.MsgPostChunk:
		return chunkMove(m)
	case *types.MsgPostStep:
		return stepMove(m)
	}
	return move{}, errorsmod.Wrapf(types.ErrNotSeatMessage, "%T", msg)
}

// atMost refuses a field that is longer than it can ever be.
func atMost(limit int, field string, b []byte) error {
	if len(b) > limit {
		return errorsmod.Wrapf(types.ErrMoveTooLarge, "%s: at most %d bytes, got %d", field, limit, len(b))
	}
	return nil
}

// dueDispute loads the dispute of a move, one record, and tells whether the move is due from its sender. It returns
// ErrDisputeNotFound, ErrDisputeResolved, ErrMoveNotDue, ErrNotYourMove or ErrTooLate.
func (k *Keeper) dueDispute(ctx context.Context, m *move, height uint64) (types.Dispute, error) {
	d, err := k.dispute(ctx, m.disputeID)
	if err != nil {
		return types.Dispute{}, err
	}
	switch {
	case !d.IsOpen():
		err = errorsmod.Wrapf(types.ErrDisputeResolved, "at height %d: %s", d.CloseHeight, d.End)
	case d.Phase != m.due:
		err = errorsmod.Wrapf(types.ErrMoveNotDue, "phase %s, got %s", d.Phase, m.kind)
	case int(m.number) != len(d.Moves):
		err = errorsmod.Wrapf(types.ErrMoveNotDue, "expected move %d, got %d", len(d.Moves), m.number)
	case m.sender != d.Party(d.Turn()):
		err = errorsmod.Wrapf(types.ErrNotYourMove, "expected %s, got %s", d.Party(d.Turn()), m.sender)
	case !dispute.IsInTime(height, d.Deadline):
		err = errorsmod.Wrapf(types.ErrTooLate, "phase %s, deadline %d, height %d", d.Phase, d.Deadline, height)
	}
	if err != nil {
		return types.Dispute{}, atDispute(err, m.disputeID)
	}
	return d, nil
}

// checkMove checks a message of a dispute completely and changes nothing. Lengths come first, then whether the move is
// due, and only then anything is hashed.
func (k *Keeper) checkMove(ctx sdk.Context, msg sdk.Msg) error {
	m, err := moveOf(msg)
	if err != nil {
		return err
	}
	d, err := k.dueDispute(ctx, &m, earliest(ctx))
	if err != nil {
		return err
	}
	g, err := k.game(ctx, d)
	if err != nil {
		return atDispute(err, d.Id)
	}
	_, err = m.verify(ctx, k, g)
	return atDispute(err, d.Id)
}

// play handles a message of a dispute. It pays for its work before the work is done.
func (k *Keeper) play(goCtx context.Context, msg sdk.Msg) error {
	ctx := unmetered(sdk.UnwrapSDKContext(goCtx))
	m, err := moveOf(msg)
	if err != nil {
		return err
	}
	d, err := k.dueDispute(ctx, &m, heightOf(ctx))
	if err != nil {
		return err
	}
	g, err := k.game(ctx, d)
	if err != nil {
		return atDispute(err, d.Id)
	}
	use := m.use
	use.Tokens = g.tokens
	ctx.GasMeter().ConsumeGas(moveGas(use), "move in a dispute")
	do, err := m.verify(ctx, k, g)
	if err != nil {
		return atDispute(err, d.Id)
	}
	return do(ctx)
}

// record adds a move to a dispute.
func (m *move) record(ctx context.Context, d *types.Dispute, index uint32) {
	d.Moves = append(d.Moves, types.DisputeMove{
		Kind: m.kind, Height: heightOf(sdk.UnwrapSDKContext(ctx)), Index: index, Bytes: uint32(m.payload),
	})
}

// advance stores a dispute after a move that has been recorded in it: the next phase with its deadline.
func (k *Keeper) advance(ctx context.Context, d types.Dispute, m dispute.Move, kind types.DisputeMoveKind) error {
	next, err := dispute.Next(dispute.Phase(d.Phase), m)
	if err != nil {
		return errorsmod.Wrap(types.ErrMoveNotDue, err.Error())
	}
	before := d.Deadline
	d.Phase = types.DisputePhase(next)
	d.Deadline = d.DeadlineAt(heightOf(sdk.UnwrapSDKContext(ctx)))
	if err := k.moveDispute(ctx, d, before); err != nil {
		return err
	}
	return emitMoved(ctx, &d, kind)
}

// atDispute names the dispute that an error is about.
func atDispute(err error, id uint64) error { return errorsmod.Wrapf(err, "dispute %d", id) }
