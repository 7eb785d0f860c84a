package receipt

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/aichain/aichain/rules/result"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// records are the decoded values of a receipt.
type records struct {
	task   computetypes.Task
	model  computetypes.Model
	rounds []attesttypes.Round
	dcase  *attesttypes.Case // nil when its absence is proved

	round  *attesttypes.Round  // that established the answer; set by check
	answer *attesttypes.Result // set by check
}

// openRecords decodes the values.
func (r Receipt) openRecords() (*records, error) {
	var out records
	if err := unmarshal(ErrMalformed, "the task", r.Compute.Task.Value, &out.task); err != nil {
		return nil, err
	}
	if err := unmarshal(ErrMalformed, "the model", r.Compute.Model.Value, &out.model); err != nil {
		return nil, err
	}
	out.rounds = make([]attesttypes.Round, len(r.Attest.Rounds))
	for i, rec := range r.Attest.Rounds {
		if err := unmarshal(ErrMalformed, fmt.Sprintf("round %d", i), rec.Value, &out.rounds[i]); err != nil {
			return nil, err
		}
	}
	if len(r.Attest.Case.Value) > 0 {
		out.dcase = new(attesttypes.Case)
		return &out, unmarshal(ErrMalformed, "the case", r.Attest.Case.Value, out.dcase)
	}
	return &out, nil
}

// check checks that the records belong together and to the task, and mean an established answer.
func (r *records) check(taskID uint64) error {
	t := &r.task
	if t.Id != taskID {
		return refuse(ErrOtherTask, "the task", fmt.Sprint(taskID), fmt.Sprint(t.Id))
	}
	if t.Status != computetypes.TASK_STATUS_SETTLED {
		return refuse(ErrNotSettled, fmt.Sprintf("task %d", t.Id), "a settled task", unsettled(t))
	}
	if !bytes.Equal(r.model.Id, t.Terms.ModelId) {
		return refuse(ErrContradiction, "the model", fmt.Sprintf("%x", t.Terms.ModelId), fmt.Sprintf("%x", r.model.Id))
	}
	if got, want := len(r.rounds), int(t.Round)+1; got != want {
		return refuse(ErrContradiction, "rounds", fmt.Sprint(want), fmt.Sprint(got))
	}
	if r.dcase != nil && r.dcase.TaskId != t.Id {
		return refuse(ErrOtherTask, "the case", fmt.Sprint(t.Id), fmt.Sprint(r.dcase.TaskId))
	}
	digest := result.InputDigest(t.Terms.ModelId, t.Input, t.Terms.MaxOutputTokens,
		t.Terms.Sampling.TemperatureMilli, t.Terms.Sampling.TopK, t.Snapshot.SampleSeed)
	for i := range r.rounds {
		if err := r.checkRound(uint32(i), digest[:]); err != nil {
			return err
		}
	}
	return r.findAnswer(digest[:])
}

// unsettled says why a task has no established answer.
func unsettled(t *computetypes.Task) string {
	status := strings.TrimPrefix(t.Status.String(), "TASK_STATUS_")
	reason := strings.TrimPrefix(t.Reason.String(), "REASON_")
	switch t.Status {
	case computetypes.TASK_STATUS_OVERTURNED:
		return fmt.Sprintf("%s (%s): a challenge proved its answer wrong, and its payer was paid back", status, reason)
	case computetypes.TASK_STATUS_REFUNDED:
		return fmt.Sprintf("%s (%s): no answer was established, and its payer was paid back", status, reason)
	}
	return status + ": it is not over"
}

// checkRound checks that a round is of the task and asks the same question.
func (r *records) checkRound(number uint32, digest []byte) error {
	round := &r.rounds[number]
	part := fmt.Sprintf("round %d", number)
	switch {
	case round.TaskId != r.task.Id:
		return refuse(ErrOtherTask, part, fmt.Sprint(r.task.Id), fmt.Sprint(round.TaskId))
	case round.Round != number:
		return refuse(ErrContradiction, part, fmt.Sprint(number), fmt.Sprint(round.Round))
	case !bytes.Equal(round.ModelId, r.task.Terms.ModelId):
		return refuse(ErrContradiction, "the model of "+part, fmt.Sprintf("%x", r.task.Terms.ModelId), fmt.Sprintf("%x", round.ModelId))
	case !bytes.Equal(round.InputDigest, digest):
		return refuse(ErrContradiction, "the input of "+part, fmt.Sprintf("the digest of the task's, %x", digest), fmt.Sprintf("%x", round.InputDigest))
	case round.Phase != attesttypes.ROUND_PHASE_CLOSED:
		return refuse(ErrContradiction, part, "a closed round of a settled task", round.Phase.String())
	}
	for i := range round.Seats {
		if int(round.Seats[i].Result) > len(round.Results) {
			return refuse(ErrContradiction, fmt.Sprintf("seat %d of %s", i, part), fmt.Sprintf("one of %d results", len(round.Results)), fmt.Sprint(round.Seats[i].Result))
		}
	}
	return nil
}

// findAnswer finds the output under the task's result root, in the last round that has it, and hashes it again.
func (r *records) findAnswer(digest []byte) error {
	t := &r.task
	for i := len(r.rounds) - 1; i >= 0 && r.answer == nil; i-- {
		for j := range r.rounds[i].Results {
			if res := &r.rounds[i].Results[j]; bytes.Equal(res.Root, t.ResultRoot) {
				r.round, r.answer = &r.rounds[i], res
			}
		}
	}
	if r.answer == nil {
		return refuse(ErrContradiction, "the answer", fmt.Sprintf("an output under the result root %x", t.ResultRoot), "none in any round")
	}
	root := result.Root(t.Terms.ModelId, digest, r.answer.Output, r.answer.Stop)
	if !bytes.Equal(root[:], t.ResultRoot) {
		return refuse(ErrContradiction, "the answer", fmt.Sprintf("an output whose digest is the result root %x", t.ResultRoot), fmt.Sprintf("%x", root))
	}
	if err := result.Check(r.answer.Output, r.answer.Stop, t.Terms.MaxOutputTokens, r.model.Vocab); err != nil {
		return refuse(ErrContradiction, "the answer", "an output that the model and the terms allow", err.Error())
	}
	if got := uint32(len(r.answer.Output)); got != t.OutputTokens {
		return refuse(ErrContradiction, "the answer", fmt.Sprintf("%d tokens", t.OutputTokens), fmt.Sprint(got))
	}
	for i := range r.round.Seats {
		if stands(r.round, i, t.ResultRoot) {
			return nil
		}
	}
	// The task is overturned at the end of its challenge window, but not yet.
	return refuse(ErrNotSettled, fmt.Sprintf("task %d", t.Id), "a seat that stands for the answer", "none: each lost a challenge")
}

// stands tells whether a seat revealed the result and did not lose it to the referee.
func stands(round *attesttypes.Round, seat int, root []byte) bool {
	s := &round.Seats[seat]
	return s.HasRevealed() && s.Fall == attesttypes.FALL_UNSPECIFIED && bytes.Equal(round.Results[s.Result-1].Root, root)
}
