package types

import errorsmod "cosmossdk.io/errors"

// Bounds and defaults of the parameters.
const (
	// MaxBatchLimit is the most that max_batch may be. It is checked before any state is read.
	MaxBatchLimit = 1_000
	// VerdictBudgetLimit is the most that verdict_budget may be.
	VerdictBudgetLimit = 100_000
	// DefaultMaxBatch keeps a reveal of short answers well below 64 KiB, twice the batch that costs are stated for.
	DefaultMaxBatch = 200
	// DefaultVerdictBudget bounds the step to some 50 ms (BenchmarkVerdictStep) of a block of one second.
	DefaultVerdictBudget = 500
)

// DefaultParams returns the parameters of a fresh chain.
func DefaultParams() Params {
	return Params{MaxBatch: DefaultMaxBatch, VerdictBudget: DefaultVerdictBudget}
}

// Validate checks the bounds: max_batch in 1..1 000, verdict_budget in 1..100 000. It returns ErrInvalidParams.
func (p Params) Validate() error {
	if p.MaxBatch < 1 || p.MaxBatch > MaxBatchLimit {
		return errorsmod.Wrapf(ErrInvalidParams, "max_batch: expected 1 to %d, got %d", MaxBatchLimit, p.MaxBatch)
	}
	if p.VerdictBudget < 1 || p.VerdictBudget > VerdictBudgetLimit {
		return errorsmod.Wrapf(ErrInvalidParams, "verdict_budget: expected 1 to %d, got %d", VerdictBudgetLimit, p.VerdictBudget)
	}
	return nil
}
