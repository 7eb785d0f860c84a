package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/rules/dispute"
	"github.com/aichain/aichain/x/attest/types"
)

// ChooseChild takes a dispute down to a child of its place: to a node, whose children the solver then shows, or to a
// chunk, whose bytes it shows.
func (m msgServer) ChooseChild(ctx context.Context, msg *types.MsgChooseChild) (*types.MsgChooseChildResponse, error) {
	if err := m.play(ctx, msg); err != nil {
		return nil, err
	}
	return &types.MsgChooseChildResponse{}, nil
}

// choiceMove reads a MsgChooseChild.
func choiceMove(msg *types.MsgChooseChild) move {
	mv := move{
		disputeID: msg.DisputeId, number: msg.Move, sender: msg.Challenger,
		kind: types.DISPUTE_MOVE_KIND_CHOICE, due: types.DISPUTE_PHASE_CHOICE_DUE,
		use: types.ChoiceUse(),
	}
	mv.verify = func(ctx context.Context, k *Keeper, g *game) (apply, error) {
		d := g.dispute
		place, err := g.shape.Child(d.Place.Step(), int(msg.Index))
		if err != nil {
			return nil, errorsmod.Wrap(types.ErrInvalidChild, err.Error())
		}
		hash, err := k.childOf(ctx, &d, msg.Index)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context) error {
			next := dispute.ChooseNode
			if place.IsChunk() {
				next = dispute.ChooseChunk
			}
			d.Place, d.Hash = types.PlaceOf(place), hash
			mv.record(ctx, &d, msg.Index)
			return k.advance(ctx, d, next, mv.kind)
		}, nil
	}
	return mv
}

// childOf returns the hash of a child of the place that a dispute has reached, as the solver has shown it.
func (k *Keeper) childOf(ctx context.Context, d *types.Dispute, index uint32) ([]byte, error) {
	list, err := k.shownChildren(ctx, d)
	if err != nil {
		return nil, err
	}
	if int(index) >= len(list)/hashBytes {
		return nil, errorsmod.Wrapf(types.ErrInvalidChild, "child %d of %d", index, len(list)/hashBytes)
	}
	h := step.Hash(list[hashBytes*int(index):])
	return h[:], nil
}

// shownChildren returns the children of the place that a dispute has reached: with the trace at the top, shown below it.
func (k *Keeper) shownChildren(ctx context.Context, d *types.Dispute) ([]byte, error) {
	depth := d.Choices()
	if depth == 0 {
		trace, found, err := k.trace(ctx, d.TaskId, d.Solver)
		if err == nil && !found {
			err = errorsmod.Wrap(types.ErrMoveNotDue, "no trace is known")
		}
		return trace.Children, err
	}
	shown, err := k.shown.Get(ctx, collections.Join(d.Id, depth))
	if errors.Is(err, collections.ErrNotFound) {
		return nil, errorsmod.Wrapf(types.ErrMoveNotDue, "nothing is shown at depth %d", depth)
	}
	return shown.Data, err
}
