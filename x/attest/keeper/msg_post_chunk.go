package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/rules/dispute"
	"github.com/aichain/aichain/x/attest/types"
)

// PostChunk shows the bytes of the chunk that the challenger has chosen.
func (m msgServer) PostChunk(ctx context.Context, msg *types.MsgPostChunk) (*types.MsgPostChunkResponse, error) {
	if err := m.play(ctx, msg); err != nil {
		return nil, err
	}
	return &types.MsgPostChunkResponse{}, nil
}

// chunkMove reads a MsgPostChunk.
func chunkMove(msg *types.MsgPostChunk) (move, error) {
	if err := atMost(step.ChunkBytes, "data", msg.Data); err != nil {
		return move{}, err
	}
	mv := move{
		disputeID: msg.DisputeId, number: msg.Move, sender: msg.Solver,
		kind: types.DISPUTE_MOVE_KIND_CHUNK, due: types.DISPUTE_PHASE_CHUNK_DUE,
		payload: len(msg.Data), use: types.ChunkUse(len(msg.Data)),
	}
	mv.verify = func(_ context.Context, k *Keeper, g *game) (apply, error) {
		d := g.dispute
		if err := g.shape.CheckChunk(d.Place.Step(), step.Hash(d.Hash), msg.Data); err != nil {
			return nil, errorsmod.Wrap(types.ErrInvalidChunk, err.Error())
		}
		return func(ctx context.Context) error {
			if err := k.show(ctx, &d, msg.Data); err != nil {
				return err
			}
			mv.record(ctx, &d, 0)
			return k.advance(ctx, d, dispute.PostChunk, mv.kind)
		}, nil
	}
	return mv, nil
}
