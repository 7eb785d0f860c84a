package keeper

import (
	"context"
	"errors"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/rules/dispute"
	"github.com/aichain/aichain/x/attest/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// PostStep opens one step of the chosen chunk. The chain computes it: if the solver's trace holds something else, the
// solver falls; if not, the challenger has lost. A step that proves nothing is refused and judges nobody.
func (m msgServer) PostStep(ctx context.Context, msg *types.MsgPostStep) (*types.MsgPostStepResponse, error) {
	if err := m.play(ctx, msg); err != nil {
		return nil, err
	}
	d, err := m.dispute(ctx, msg.DisputeId)
	if err != nil {
		return nil, err
	}
	return &types.MsgPostStepResponse{Winner: d.Winner, Verdict: d.Verdict}, nil
}

// stepMove reads a MsgPostStep.
func stepMove(msg *types.MsgPostStep) (move, error) {
	if err := atMost(maxStepLength, "step", msg.Step); err != nil {
		return move{}, err
	}
	st, err := step.Decode(msg.Step)
	if err != nil {
		return move{}, errorsmod.Wrap(types.ErrMalformedStep, err.Error())
	}
	mv := move{
		disputeID: msg.DisputeId, number: msg.Move, sender: msg.Challenger,
		kind: types.DISPUTE_MOVE_KIND_STEP, due: types.DISPUTE_PHASE_STEP_DUE,
		payload: len(msg.Step),
		use:     types.StepUse(len(msg.Step)),
	}
	mv.verify = func(ctx context.Context, k *Keeper, g *game) (apply, error) {
		verdict, err := k.computeStep(ctx, g, st)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context) error { return k.judgeStep(ctx, g.dispute, &mv, verdict) }, nil
	}
	return mv, nil
}

// computeStep computes a step of the chunk that a dispute has come down to. It returns ErrStepElsewhere, ErrInvalidStep,
// ErrStepProof or ErrStepRow for one that proves nothing.
func (k *Keeper) computeStep(ctx context.Context, g *game, st step.Step) (step.Verdict, error) {
	d := &g.dispute
	first, count, err := g.shape.ChunkUnits(d.Place.Step())
	if err != nil {
		return step.Verdict{}, errorsmod.Wrap(types.ErrInvalidStep, err.Error())
	}
	if st.Tensor != d.Place.Tensor || st.Unit < first || st.Unit-first >= count {
		return step.Verdict{}, errorsmod.Wrapf(types.ErrStepElsewhere, "expected tensor %d units %d to %d, got tensor %d unit %d",
			d.Place.Tensor, first, first+count-1, st.Tensor, st.Unit)
	}
	trace, found, err := k.trace(ctx, d.TaskId, d.Solver)
	if err != nil {
		return step.Verdict{}, err
	}
	if !found {
		return step.Verdict{}, errorsmod.Wrap(types.ErrMoveNotDue, "no trace is known")
	}
	verdict, err := step.Check(step.Case{Shape: g.shape, TraceRoot: step.Hash(trace.Root), ModelRoot: step.Hash(g.modelID)}, st)
	switch {
	case errors.Is(err, step.ErrProof):
		err = errorsmod.Wrap(types.ErrStepProof, err.Error())
	case errors.Is(err, step.ErrRow):
		err = errorsmod.Wrap(types.ErrStepRow, err.Error())
	case err != nil:
		err = errorsmod.Wrap(types.ErrInvalidStep, err.Error())
	}
	return verdict, err
}

// judgeStep resolves a dispute by the step that the chain has computed.
func (k *Keeper) judgeStep(ctx context.Context, d types.Dispute, mv *move, v step.Verdict) error {
	mv.record(ctx, &d, 0)
	verdict := verdictOf(v, d.Place.Tensor)
	d.Verdict = &verdict
	moved := d
	moved.Phase, moved.Deadline = types.DISPUTE_PHASE_RESOLVED, 0
	if err := emitMoved(ctx, &moved, mv.kind); err != nil {
		return err
	}
	if err := event.Emit(sdk.UnwrapSDKContext(ctx), &types.EventStepComputed{DisputeId: d.Id, Verdict: verdict}); err != nil {
		return err
	}
	end := types.DISPUTE_END_UPHELD
	if dispute.Judge(v.Refuted) == dispute.Challenger {
		end = types.DISPUTE_END_REFUTED
	}
	return k.resolve(ctx, d, end)
}
