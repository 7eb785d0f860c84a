package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/offchain/worker"
	"github.com/aichain/aichain/offchain/worker/executor"
	"github.com/aichain/aichain/offchain/worker/executor/canon"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// lyingExecutor answers with another first token than the model's.
type lyingExecutor struct {
	*canon.Executor
	isWrong bool
}

// Execute runs the jobs honestly and then changes what came out.
func (e lyingExecutor) Execute(ctx context.Context, model [32]byte, jobs []executor.Job) []executor.Result {
	results := e.Executor.Execute(ctx, model, jobs)
	for i := range results {
		if e.isWrong && len(results[i].Output) > 0 {
			results[i].Output[0] ^= 1
		}
	}
	return results
}

// gatedChain shows a worker its seats late: a seat to commit only once the file commit-TASK is in the folder of the
// gates, a reveal phase only once reveal-TASK is. A test holds a task in a phase with it for as long as it needs.
type gatedChain struct {
	*client.Client
	faults faults
}

var _ worker.Chain = gatedChain{}

// OpenSeats leaves out the seats whose gate is shut.
func (c gatedChain) OpenSeats(ctx context.Context) ([]client.Seat, error) {
	seats, err := c.Client.OpenSeats(ctx)
	if err != nil || c.faults.gates == "" {
		return seats, err
	}
	var seen []client.Seat
	for _, s := range seats {
		hasCommitted := len(s.Mine().Commitment) > 0
		if !hasCommitted && !c.isOpen("commit", s.Task.Id) {
			continue
		}
		if s.Round.Phase == attesttypes.ROUND_PHASE_REVEAL && !c.isOpen("reveal", s.Task.Id) {
			s.Round.Phase = attesttypes.ROUND_PHASE_COMMIT
		}
		seen = append(seen, s)
	}
	return seen, nil
}

func (c gatedChain) isOpen(gate string, task uint64) bool {
	_, err := os.Stat(filepath.Join(c.faults.gates, fmt.Sprintf("%s-%d", gate, task)))
	return err == nil
}

// Commit sends commitments, or keeps them until the worker is stopped.
func (c gatedChain) Commit(ctx context.Context, commits []attesttypes.Commit) (client.Tx, error) {
	if c.faults.keepCommits {
		<-ctx.Done()
		return client.Tx{}, ctx.Err()
	}
	return c.Client.Commit(ctx, commits)
}
