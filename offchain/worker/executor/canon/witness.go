package canon

import (
	"context"
	"fmt"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/offchain/worker/executor"
)

// Witness is the honest trace of a claim with the weight rows of its model.
type Witness struct {
	*run.Witness

	model *model.Model
}

var _ executor.Witness = (*Witness)(nil)

// Rows gives the weight rows of the model with their proofs.
func (w *Witness) Rows() step.Rows { return w.model }

// Witness runs a loaded model over a claim with hashing. What it returns is a *Witness. Errors: ErrUnknownModel,
// step.ErrTask, step.ErrClaim, or ctx's.
func (e *Executor) Witness(ctx context.Context, id [32]byte, c step.Claim) (executor.Witness, error) {
	l, ok := e.models[id]
	if !ok {
		return nil, fmt.Errorf("%w: %x", ErrUnknownModel, id)
	}
	w, err := l.engine.Witness(ctx, c)
	if err != nil {
		return nil, err
	}
	return &Witness{Witness: w, model: l.Model}, nil
}
