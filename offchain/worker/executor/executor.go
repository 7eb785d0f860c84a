// Package executor is what a worker asks of an engine: token ids to token ids, exactly as the model's profile
// says. The canonical engine is in executor/canon; GPU runtimes implement the same interface.
package executor

import (
	"context"

	"github.com/aichain/aichain/canon/step"
)

// Job is one run. All of it is fixed by the chain; an executor may choose nothing.
type Job struct {
	Input            []uint32 // token ids, chat template included
	MaxOutput        uint32   // bound of the output in tokens, at least 1
	TemperatureMilli uint32   // temperature times 1 000; 0 is greedy
	TopK             uint32   // keep the k likeliest tokens; 0 keeps all
	Seed             [32]byte // of the sampling; zero when greedy
}

// Result is the outcome of one job, or why there is none.
type Result struct {
	Output []uint32 // token ids, without the stop token
	Stop   uint32   // 1 end token, 2 length, 3 context
	Err    error
}

// Executor runs models. Its methods are called from one goroutine at a time.
type Executor interface {
	// Models lists the ids of the models that are loaded and checked, in a fixed order.
	Models() [][32]byte
	// Execute runs jobs of one model and returns their results in order. A job that fails does not fail its
	// neighbours. When ctx ends, what is not done has ctx's error.
	Execute(ctx context.Context, model [32]byte, jobs []Job) []Result
	// Close releases the models.
	Close() error
}

// Publication is what publishing a model takes from its file.
type Publication struct {
	Header []byte   // canonical header
	Proof  [][]byte // its Merkle path to the model's id, 32 bytes each
}

// Publisher is an Executor that can prove the headers of its models. One without it serves models that others
// published.
type Publisher interface {
	// Publication returns the header of a loaded model with its proof.
	Publication(model [32]byte) (Publication, error)
}

// Disputant is an Executor that can stand in a dispute. One without it loses every dispute by silence, so it serves
// only models that are not refereed.
type Disputant interface {
	// Witness repeats a claimed run of a model with hashing. It takes several times as long as running it, may be
	// called beside Execute and beside itself, and ends with ctx's error when ctx ends. step.ErrClaim says that no run
	// can have the claim, step.ErrTask that it is no task of the model.
	Witness(ctx context.Context, model [32]byte, claim step.Claim) (Witness, error)
}

// Witness is one party's trace of a claimed run. Its methods, and those of what Trace and Rows return, are called
// from one goroutine at a time.
type Witness interface {
	// Shape is the order and size of the tensors.
	Shape() step.Shape
	// Root is the trace root.
	Root() step.Hash
	// Ends returns the paths of the first and the last leaf, which prove that the trace is of the claim.
	Ends() (first, last []step.Hash)
	// Trace gives access to the tensors; it stops computing them when ctx ends.
	Trace(ctx context.Context) step.Trace
	// Rows gives the weight rows that steps open.
	Rows() step.Rows
	// IsRight tells whether the model gives the claimed answer.
	IsRight() bool
}
