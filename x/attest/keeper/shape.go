package keeper

import (
	"context"
	"errors"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// game is a dispute with what its moves are checked against.
type game struct {
	dispute types.Dispute
	shape   step.Shape // of the solver's trace
	modelID []byte     // the model's root
	tokens  int        // read to know the shape
}

// tokensOf counts what is read of a task and a round: the input and the output of every result.
func tokensOf(task *computetypes.Task, r *types.Round) int {
	n := len(task.Input)
	for i := range r.Results {
		n += len(r.Results[i].Output)
	}
	return n
}

// game loads the task, the model and the solver's result of a dispute.
func (k *Keeper) game(ctx context.Context, d types.Dispute) (*game, error) {
	task, err := k.tasks.Task(ctx, d.TaskId)
	if err != nil {
		return nil, err
	}
	r, err := k.round(ctx, d.TaskId, d.Round)
	if err != nil {
		return nil, atItem(err, d.TaskId, d.Round)
	}
	seat := r.SeatOf(d.Solver)
	if seat < 0 || !r.Seats[seat].HasRevealed() {
		return nil, errorsmod.Wrapf(types.ErrNotSeated, "%s", d.Solver)
	}
	h, err := k.header(ctx, r.ModelId)
	if err != nil {
		return nil, err
	}
	shape, err := step.NewShape(h, claimOf(&task, &r, int(r.Seats[seat].Result)-1))
	if err != nil {
		return nil, errorsmod.Wrap(types.ErrNotRefereed, err.Error())
	}
	return &game{dispute: d, shape: shape, modelID: r.ModelId, tokens: tokensOf(&task, &r)}, nil
}

// header reads a model's header; ErrNotRefereed if it is no canonical one.
func (k *Keeper) header(ctx context.Context, modelID []byte) (model.Header, error) {
	m, err := k.tasks.Model(ctx, modelID)
	if err != nil {
		return model.Header{}, err
	}
	h, err := model.ParseHeader(m.Header)
	if err != nil {
		return model.Header{}, errorsmod.Wrap(types.ErrNotRefereed, err.Error())
	}
	return h, nil
}

// claimOf is the task and one result of a round, as the referee sees them.
func claimOf(task *computetypes.Task, r *types.Round, result int) step.Claim {
	c := step.Claim{
		Prompt:      task.Input,
		MaxOutput:   task.Terms.MaxOutputTokens,
		Temperature: task.Terms.Sampling.TemperatureMilli,
		TopK:        task.Terms.Sampling.TopK,
		Output:      r.Results[result].Output,
		Stop:        r.Results[result].Stop,
	}
	copy(c.InputDigest[:], r.InputDigest)
	copy(c.Seed[:], task.Snapshot.SampleSeed)
	return c
}

// shapeOf returns the shape of a result. isPossible is false when no run can have it. ErrNotRefereed when the task
// itself is none for the model.
func shapeOf(h model.Header, c step.Claim) (shape step.Shape, isPossible bool, err error) {
	shape, err = step.NewShape(h, c)
	if errors.Is(err, step.ErrClaim) {
		return step.Shape{}, false, nil
	}
	if err != nil {
		return step.Shape{}, false, errorsmod.Wrap(types.ErrNotRefereed, err.Error())
	}
	return shape, true, nil
}

// hashesOf cuts a list of hashes; ErrInvalidHashes if its length is no multiple of 32.
func hashesOf(b []byte) ([]step.Hash, error) {
	if len(b)%hashBytes != 0 {
		return nil, errorsmod.Wrapf(types.ErrInvalidHashes, "expected a multiple of %d bytes, got %d", hashBytes, len(b))
	}
	out := make([]step.Hash, len(b)/hashBytes)
	for i := range out {
		out[i] = step.Hash(b[hashBytes*i:])
	}
	return out, nil
}
