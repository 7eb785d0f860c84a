package keeper

import (
	"context"

	"github.com/aichain/aichain/x/attest/types"
)

func (m msgServer) OpenDispute(context.Context, *types.MsgOpenDispute) (*types.MsgOpenDisputeResponse, error) {
	return nil, types.ErrNotSettled
}
func (m msgServer) PostTrace(context.Context, *types.MsgPostTrace) (*types.MsgPostTraceResponse, error) {
	return nil, types.ErrMoveNotDue
}
func (m msgServer) ChooseChild(context.Context, *types.MsgChooseChild) (*types.MsgChooseChildResponse, error) {
	return nil, types.ErrMoveNotDue
}
func (m msgServer) PostChildren(context.Context, *types.MsgPostChildren) (*types.MsgPostChildrenResponse, error) {
	return nil, types.ErrMoveNotDue
}
func (m msgServer) PostChunk(context.Context, *types.MsgPostChunk) (*types.MsgPostChunkResponse, error) {
	return nil, types.ErrMoveNotDue
}
func (m msgServer) PostStep(context.Context, *types.MsgPostStep) (*types.MsgPostStepResponse, error) {
	return nil, types.ErrMoveNotDue
}
