package kit

import (
	"context"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/step"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// attest is the query service of x/attest.
func (w *World) attest() attesttypes.QueryClient { return attesttypes.NewQueryClient(w.query()) }

// Dispute is a dispute with what was shown in it; the test fails if there is none.
func (w *World) Dispute(id uint64) *attesttypes.QueryDisputeResponse {
	w.TB.Helper()
	res, err := w.attest().Dispute(context.Background(), &attesttypes.QueryDisputeRequest{DisputeId: id})
	if err != nil {
		w.TB.Fatalf("dispute %d: %v", id, err)
	}
	return res
}

// Disputes are all disputes about a task, oldest first.
func (w *World) Disputes(task uint64) (all []attesttypes.Dispute) {
	w.TB.Helper()
	var next []byte
	for {
		res, err := w.attest().Disputes(context.Background(), &attesttypes.QueryDisputesRequest{TaskId: task, Pagination: &query.PageRequest{Limit: 200, Key: next}})
		if err != nil {
			w.TB.Fatalf("disputes of task %d: %v", task, err)
		}
		all, next = append(all, res.Disputes...), res.Pagination.NextKey
		if len(next) == 0 {
			return all
		}
	}
}

// DisputesOf are the unresolved disputes of a name, oldest first.
func (w *World) DisputesOf(name string) (all []attesttypes.Dispute) {
	w.TB.Helper()
	var next []byte
	for {
		res, err := w.attest().DisputesOf(context.Background(), &attesttypes.QueryDisputesOfRequest{Party: w.Address(name), Pagination: &query.PageRequest{Limit: 200, Key: next}})
		if err != nil {
			w.TB.Fatalf("disputes of %s: %v", name, err)
		}
		all, next = append(all, res.Disputes...), res.Pagination.NextKey
		if len(next) == 0 {
			return all
		}
	}
}

// Case is what the referee works on for a task; false when there is none.
func (w *World) Case(task uint64) (attesttypes.Case, bool) {
	res, err := w.attest().Case(context.Background(), &attesttypes.QueryCaseRequest{TaskId: task})
	if err != nil {
		return attesttypes.Case{}, false
	}
	return res.Case, true
}

// Question is a task as a claim without an answer, in one of its rounds.
func (w *World) Question(task uint64, round uint32) step.Claim {
	w.TB.Helper()
	t, r := w.Task(task), w.Round(task, round)
	c := step.Claim{
		InputDigest: [32]byte(r.InputDigest), Prompt: t.Input, MaxOutput: r.MaxOutputTokens,
		Temperature: t.Terms.Sampling.TemperatureMilli, TopK: t.Terms.Sampling.TopK,
	}
	copy(c.Seed[:], t.Snapshot.SampleSeed)
	return c
}

// ClaimOf is what a seat claims that revealed; false when it has not.
func (w *World) ClaimOf(provider string, task uint64, round uint32) (step.Claim, bool) {
	w.TB.Helper()
	c, r := w.Question(task, round), w.Round(task, round)
	at := r.SeatOf(provider)
	if at < 0 || r.Seats[at].Result == 0 {
		return c, false
	}
	result := r.Results[r.Seats[at].Result-1]
	c.Output, c.Stop = result.Output, result.Stop
	return c, true
}

// Brain is the model of a task.
func (w *World) Brain(task uint64) *Brain {
	w.TB.Helper()
	b := brainOf(w.Task(task).Terms.ModelId)
	if b == nil {
		w.TB.Fatalf("nobody can run the model of task %d", task)
	}
	return b
}

// Right is what the model answers to a task.
func (w *World) Right(task uint64) Answer {
	w.TB.Helper()
	a, err := w.Brain(task).Answer(w.Question(task, w.Present(task)))
	w.check(err)
	return a
}

// Wrong is the i-th of several answers to a task that the model does not give, but that some run could have: its first
// token is another.
func (w *World) Wrong(task uint64, i int) Answer {
	w.TB.Helper()
	a, h := w.Right(task), w.Brain(task).File.Header()
	out := append([]uint32(nil), a.Output...)
	if len(out) == 0 {
		out = make([]uint32, w.Question(task, w.Present(task)).MaxOutput)
		a.Stop = step.StopLength
	}
	for left := i + 1; left > 0; { // the i-th other token that ends nothing
		out[0] = (out[0] + 1) % h.Vocab
		if !ends(h, out[0]) {
			left--
		}
	}
	return Answer{Output: out, Stop: a.Stop}
}

// Impossible is an answer that no run can have: a stop token inside.
func (w *World) Impossible(task uint64) Answer {
	w.TB.Helper()
	return Answer{Output: []uint32{5, w.Brain(task).File.Header().EOS[0]}, Stop: step.StopEnd}
}

func ends(h model.Header, id uint32) bool {
	for _, e := range h.EOS {
		if e == id {
			return true
		}
	}
	return false
}
