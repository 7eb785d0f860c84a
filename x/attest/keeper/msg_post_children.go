package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/rules/dispute"
	"github.com/aichain/aichain/x/attest/types"
)

// PostChildren shows the children of the node that the challenger has chosen.
func (m msgServer) PostChildren(ctx context.Context, msg *types.MsgPostChildren) (*types.MsgPostChildrenResponse, error) {
	if err := m.play(ctx, msg); err != nil {
		return nil, err
	}
	return &types.MsgPostChildrenResponse{}, nil
}

// childrenMove reads a MsgPostChildren.
func childrenMove(msg *types.MsgPostChildren) (move, error) {
	if err := atMost(maxChildren, "children", msg.Children); err != nil {
		return move{}, err
	}
	children, err := hashesOf(msg.Children)
	if err != nil {
		return move{}, err
	}
	mv := move{
		disputeID: msg.DisputeId, number: msg.Move, sender: msg.Solver,
		kind: types.DISPUTE_MOVE_KIND_CHILDREN, due: types.DISPUTE_PHASE_CHILDREN_DUE,
		payload: len(msg.Children), use: types.ChildrenUse(len(msg.Children)),
	}
	mv.verify = func(_ context.Context, k *Keeper, g *game) (apply, error) {
		d := g.dispute
		if err := g.shape.CheckChildren(d.Place.Step(), step.Hash(d.Hash), children); err != nil {
			return nil, errorsmod.Wrap(types.ErrInvalidChildren, err.Error())
		}
		return func(ctx context.Context) error {
			if err := k.show(ctx, &d, msg.Children); err != nil {
				return err
			}
			mv.record(ctx, &d, 0)
			return k.advance(ctx, d, dispute.PostChildren, mv.kind)
		}, nil
	}
	return mv, nil
}

// show keeps what a solver has shown at the place that its dispute has reached.
func (k *Keeper) show(ctx context.Context, d *types.Dispute, data []byte) error {
	depth := d.Choices()
	return k.shown.Set(ctx, collections.Join(d.Id, depth), types.Shown{DisputeId: d.Id, Depth: depth, Place: d.Place, Data: data})
}
