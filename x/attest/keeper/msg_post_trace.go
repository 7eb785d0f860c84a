package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/rules/dispute"
	"github.com/aichain/aichain/x/attest/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// PostTrace binds the solver of a dispute to a trace of its run, for this dispute and all others about its result.
func (m msgServer) PostTrace(ctx context.Context, msg *types.MsgPostTrace) (*types.MsgPostTraceResponse, error) {
	if err := m.play(ctx, msg); err != nil {
		return nil, err
	}
	return &types.MsgPostTraceResponse{}, nil
}

// traceMove reads a MsgPostTrace.
func traceMove(msg *types.MsgPostTrace) (move, error) {
	if len(msg.Root) != hashBytes {
		return move{}, errorsmod.Wrapf(types.ErrInvalidHashes, "root: expected %d bytes, got %d", hashBytes, len(msg.Root))
	}
	lists := make([][]step.Hash, 3)
	for i, f := range []struct {
		name  string
		limit int
		data  []byte
	}{{"first", maxPath, msg.First}, {"last", maxPath, msg.Last}, {"children", maxChildren, msg.Children}} {
		if err := atMost(f.limit, f.name, f.data); err != nil {
			return move{}, err
		}
		list, err := hashesOf(f.data)
		if err != nil {
			return move{}, errorsmod.Wrap(err, f.name)
		}
		lists[i] = list
	}
	n := len(lists[0]) + len(lists[1]) + len(lists[2])
	mv := move{
		disputeID: msg.DisputeId, number: msg.Move, sender: msg.Solver,
		kind: types.DISPUTE_MOVE_KIND_TRACE, due: types.DISPUTE_PHASE_TRACE_DUE,
		payload: (1 + n) * hashBytes, use: types.TraceUse((1 + n) * hashBytes),
	}
	mv.verify = func(_ context.Context, k *Keeper, g *game) (apply, error) {
		if err := g.shape.CheckEnds(step.Hash(msg.Root), lists[0], lists[1]); err != nil {
			return nil, errorsmod.Wrap(types.ErrTraceEnds, err.Error())
		}
		if err := g.shape.CheckChildren(g.shape.Top(), step.Hash(msg.Root), lists[2]); err != nil {
			return nil, errorsmod.Wrap(types.ErrInvalidChildren, err.Error())
		}
		return func(ctx context.Context) error { return k.bindTrace(ctx, g.dispute, &mv, msg) }, nil
	}
	return mv, nil
}

// bindTrace stores a trace and moves its dispute on.
func (k *Keeper) bindTrace(ctx context.Context, d types.Dispute, mv *move, msg *types.MsgPostTrace) error {
	trace := types.Trace{
		TaskId: d.TaskId, Provider: d.Solver, Root: msg.Root, Children: msg.Children, Height: heightOf(sdk.UnwrapSDKContext(ctx)),
	}
	if err := k.traces.Set(ctx, collections.Join(d.TaskId, d.Solver), trace); err != nil {
		return err
	}
	d.Hash = msg.Root
	mv.record(ctx, &d, 0)
	return k.advance(ctx, d, dispute.PostTrace, mv.kind)
}
