package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/offchain/worker/executor"
	"github.com/aichain/aichain/offchain/worker/executor/canon"
	"github.com/aichain/aichain/tests/forge"
)

// lie is a way to answer wrongly and to defend the answer.
type lie string

const (
	lieNone       lie = ""           // answers honestly
	lieOutput     lie = "output"     // another first token; the trace is that of the model, with the answer forged into it
	lieTensor     lie = "tensor"     // one product altered, and all that follows from it, up to another answer
	lieJunk       lie = "junk"       // another first token; some tensors of the trace are junk
	lieImpossible lie = "impossible" // an answer that no run can have
)

var lies = []lie{lieNone, lieOutput, lieTensor, lieJunk, lieImpossible}

// lyingExecutor answers otherwise than the model and stands in disputes with traces to match. All that it makes up
// follows from the task, so after a kill -9 it goes on with the trace that it is bound to.
type lyingExecutor struct {
	*canon.Executor

	lie     lie
	accuses bool // sees differences in honest traces too
	log     *slog.Logger
	runs    map[[32]byte]*lyingRun
	mu      sync.Mutex // of all forgers
}

// lyingRun forges the runs of one model.
type lyingRun struct {
	model  *model.Model
	engine *run.Engine
}

func newLyingExecutor(honest *canon.Executor, f faults, log *slog.Logger) (*lyingExecutor, error) {
	if !slices.Contains(lies, f.lie) {
		return nil, fmt.Errorf("expected --lie to be one of %q, got %q", lies[1:], f.lie)
	}
	e := &lyingExecutor{Executor: honest, lie: f.lie, accuses: f.accuses, log: log, runs: map[[32]byte]*lyingRun{}}
	for _, l := range honest.Loaded() {
		engine, err := run.New(l.Model, run.Options{Threads: 1})
		if err != nil {
			return nil, err
		}
		e.runs[l.ID] = &lyingRun{l.Model, engine}
	}
	return e, nil
}

// Execute runs the jobs honestly and then lies.
func (e *lyingExecutor) Execute(ctx context.Context, id [32]byte, jobs []executor.Job) []executor.Result {
	results := e.Executor.Execute(ctx, id, jobs)
	if e.lie == lieNone {
		return results
	}
	for i, j := range jobs {
		if results[i].Err != nil {
			continue
		}
		told, _, err := e.tell(ctx, e.runs[id], claimOf(j, results[i]))
		if err != nil {
			results[i].Err = err
			continue
		}
		e.log.Warn("lying", "lie", e.lie, "right", results[i].Output, "told", told.Output)
		results[i].Output, results[i].Stop = told.Output, told.Stop
	}
	return results
}

// claimOf is what an honest worker claims. The input digest is not known yet; no tensor but the first holds it.
func claimOf(j executor.Job, r executor.Result) step.Claim {
	return step.Claim{
		Prompt: j.Input, MaxOutput: j.MaxOutput, Temperature: j.TemperatureMilli, TopK: j.TopK, Seed: j.Seed,
		Output: r.Output, Stop: r.Stop,
	}
}

// tell returns the wrong claim and, if it comes with the lie, the trace of it.
func (e *lyingExecutor) tell(ctx context.Context, r *lyingRun, right step.Claim) (step.Claim, *forge.Trace, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.lie == lieTensor {
		a, err := forge.New(r.model, 1).Alter(ctx, r.engine, right)
		if !errors.Is(err, forge.ErrUnaltered) {
			return a.Claim, a.Trace, err
		}
	}
	wrong, eos := right, r.model.Header().EOS
	wrong.Output = slices.Clone(right.Output)
	switch {
	case e.lie == lieImpossible:
		wrong.Output = append(wrong.Output[:len(wrong.Output)/2], eos[0])
	case len(wrong.Output) == 0:
	case slices.Contains(eos, wrong.Output[0]^1):
		wrong.Output[0] ^= 2
	default:
		wrong.Output[0] ^= 1
	}
	return wrong, nil, nil
}

// Witness forges the trace of a claim that this executor has told, and is honest about any other unless it accuses.
func (e *lyingExecutor) Witness(ctx context.Context, id [32]byte, c step.Claim) (executor.Witness, error) {
	honest, err := e.Executor.Witness(ctx, id, c)
	r := e.runs[id]
	if err != nil || e.lie == lieNone || r == nil {
		return honest, err
	}
	answer, err := r.engine.Generate(ctx, run.Request{
		Prompt: c.Prompt, MaxTokens: int(c.MaxOutput), Sampling: run.Sampling{Temperature: c.Temperature, TopK: c.TopK, Seed: c.Seed},
	})
	if err != nil {
		return nil, err
	}
	right := c
	right.Output, right.Stop = answer.Tokens, uint32(answer.Stop)
	told, trace, err := e.tell(ctx, r, right)
	if err != nil {
		return nil, err
	}
	isOurs := told.Stop == c.Stop && slices.Equal(told.Output, c.Output)
	switch {
	case isOurs && trace != nil:
		return forgedWitness{trace, r.model}, nil
	case !isOurs && !e.accuses:
		return honest, nil
	}
	truth, err := r.engine.Witness(ctx, c)
	if err != nil {
		return nil, err
	}
	memory, err := forge.Remember(ctx, truth)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	f := forge.New(r.model, 1)
	if isOurs && e.lie != lieJunk {
		return forgedWitness{memory.Solver(), r.model}, nil
	}
	return forgedWitness{f.Junk(memory, 3), r.model}, nil
}

// forgedWitness is a forged trace with the rows of the model that it pretends to be of.
type forgedWitness struct {
	trace *forge.Trace
	model *model.Model
}

var _ executor.Witness = forgedWitness{}

// Shape is that of the claim.
func (w forgedWitness) Shape() step.Shape { return w.trace.Shape() }

// Root of the forged trace.
func (w forgedWitness) Root() step.Hash { return w.trace.TraceRoot() }

// Ends prove the claimed answer, however wrong.
func (w forgedWitness) Ends() (first, last []step.Hash) { return w.trace.Ends() }

// Trace is all in memory.
func (w forgedWitness) Trace(context.Context) step.Trace { return w.trace }

// Rows are those of the model: none other can be opened.
func (w forgedWitness) Rows() step.Rows { return w.model }

// IsRight is what a liar says.
func (w forgedWitness) IsRight() bool { return true }
