// Package canon executes on the canonical integer engine, on the processor.
package canon

import (
	"context"
	"errors"
	"fmt"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/offchain/worker/executor"
)

// ErrUnknownModel is the result of a job for a model that was not loaded.
var ErrUnknownModel = errors.New("model not loaded")

// Loaded is a model file that is open and checked.
type Loaded struct {
	ID     [32]byte // Merkle root
	Path   string
	Model  *model.Model
	engine *run.Engine
}

// Executor runs canonical models.
type Executor struct {
	order  []*Loaded
	models map[[32]byte]*Loaded
}

var (
	_ executor.Executor  = (*Executor)(nil)
	_ executor.Publisher = (*Executor)(nil)
	_ executor.Disputant = (*Executor)(nil)
)

// File is a model file to load.
type File struct {
	Path string
	Want *[32]byte // root that it must have; nil for any
}

// Open maps the files and computes their roots; threads is the number of cores for one batch, 0 for all.
// A file with another root than wanted is model.ErrRootMismatch.
func Open(files []File, threads int) (*Executor, error) {
	e := &Executor{models: map[[32]byte]*Loaded{}}
	for _, f := range files {
		if err := e.open(f, threads); err != nil {
			return nil, errors.Join(fmt.Errorf("load model %s: %w", f.Path, err), e.Close())
		}
	}
	return e, nil
}

func (e *Executor) open(f File, threads int) error {
	m, err := model.Open(f.Path)
	if err != nil {
		return err
	}
	l := &Loaded{Path: f.Path, Model: m}
	if l.ID, err = m.Root(); err == nil && f.Want != nil && l.ID != *f.Want {
		err = fmt.Errorf("%w: expected %x, got %x (next: fetch the file again; it is not that model)", model.ErrRootMismatch, *f.Want, l.ID)
	}
	if err == nil {
		l.engine, err = run.New(m, run.Options{Threads: threads})
	}
	if err != nil {
		return errors.Join(err, m.Close())
	}
	if _, twice := e.models[l.ID]; twice {
		return errors.Join(fmt.Errorf("model %x is loaded twice", l.ID), m.Close())
	}
	e.models[l.ID] = l
	e.order = append(e.order, l)
	return nil
}

// Loaded lists the models in the order of their files.
func (e *Executor) Loaded() []*Loaded { return e.order }

// Models lists the ids in the order of the files.
func (e *Executor) Models() [][32]byte {
	ids := make([][32]byte, len(e.order))
	for i, l := range e.order {
		ids[i] = l.ID
	}
	return ids
}

// Publication returns the header of a loaded model with its Merkle path.
func (e *Executor) Publication(id [32]byte) (executor.Publication, error) {
	l, ok := e.models[id]
	if !ok {
		return executor.Publication{}, fmt.Errorf("%w: %x", ErrUnknownModel, id)
	}
	path, err := l.Model.HeaderProof()
	if err != nil {
		return executor.Publication{}, err
	}
	p := executor.Publication{Header: l.Model.Header().Encode()}
	for _, node := range path {
		p.Proof = append(p.Proof, node[:])
	}
	return p, nil
}

// Execute runs the jobs as one batch. A job that the engine refuses beforehand has its error alone.
func (e *Executor) Execute(ctx context.Context, id [32]byte, jobs []executor.Job) []executor.Result {
	out := make([]executor.Result, len(jobs))
	l, ok := e.models[id]
	if !ok {
		return fill(out, fmt.Errorf("%w: %x", ErrUnknownModel, id))
	}
	var requests []run.Request
	var places []int
	for i, j := range jobs {
		r := run.Request{
			Prompt: j.Input, MaxTokens: int(j.MaxOutput),
			Sampling: run.Sampling{Temperature: j.TemperatureMilli, TopK: j.TopK, Seed: j.Seed},
		}
		if out[i].Err = l.engine.Check(r); out[i].Err == nil {
			requests, places = append(requests, r), append(places, i)
		}
	}
	if len(requests) == 0 {
		return out
	}
	results, err := l.engine.GenerateBatch(ctx, requests)
	for n, i := range places {
		if err != nil {
			out[i].Err = err
			continue
		}
		out[i].Output, out[i].Stop = results[n].Tokens, uint32(results[n].Stop)
	}
	return out
}

func fill(out []executor.Result, err error) []executor.Result {
	for i := range out {
		out[i].Err = err
	}
	return out
}

// Close unmaps the files.
func (e *Executor) Close() error {
	var errs []error
	for _, l := range e.order {
		errs = append(errs, l.Model.Close())
	}
	e.order, e.models = nil, nil
	return errors.Join(errs...)
}
