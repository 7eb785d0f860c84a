package worker

import (
	"context"
	"errors"
	"fmt"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/client"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// errNoResult is returned when a seat that is said to stand for a result has none.
var errNoResult = errors.New("no such result in the round")

// witnessKey names one result of one task: all disputes about it share a witness.
type witnessKey struct {
	task   uint64
	round  uint32
	result uint32 // 1 + its index in the round
}

// subject is what a dispute is about: a claimed run of a model.
type subject struct {
	key   witnessKey
	model [32]byte
	claim step.Claim
}

// subjectOf builds the claim of a result that was revealed in a round. It checks that task and round belong together,
// as jobOf does. Errors: errInput, errNoResult.
func subjectOf(t computetypes.Task, r attesttypes.Round, result uint32) (subject, error) {
	job, err := jobOf(client.Seat{Task: t, Round: r})
	if err != nil {
		return subject{}, err
	}
	if result == 0 || int(result) > len(r.Results) {
		return subject{}, fmt.Errorf("task %d round %d: %w: %d of %d", t.Id, r.Round, errNoResult, result, len(r.Results))
	}
	res := r.Results[result-1]
	return subject{
		key: witnessKey{t.Id, r.Round, result}, model: [32]byte(r.ModelId),
		claim: step.Claim{
			InputDigest: [32]byte(r.InputDigest), Prompt: job.Input, MaxOutput: job.MaxOutput,
			Temperature: job.TemperatureMilli, TopK: job.TopK, Seed: job.Seed, Output: res.Output, Stop: res.Stop,
		},
	}, nil
}

// askSubject asks the chain what a dispute is about: the result that the solver's seat revealed.
func (w *Worker) askSubject(ctx context.Context, d attesttypes.Dispute) (subject, error) {
	task, err := w.Chain.Task(ctx, d.TaskId)
	if err != nil {
		return subject{}, err
	}
	round, err := w.Chain.Round(ctx, d.TaskId, d.Round)
	if err != nil {
		return subject{}, err
	}
	seat := round.SeatOf(d.Solver)
	if seat < 0 {
		return subject{}, fmt.Errorf("task %d round %d: %w: %s has no seat", d.TaskId, d.Round, errNoResult, d.Solver)
	}
	return subjectOf(task.Task, round, round.Seats[seat].Result)
}
