package types

import errorsmod "cosmossdk.io/errors"

// Bounds and defaults of the parameters.
const (
	// MaxBatchLimit is the most that max_batch may be. It is checked before any state is read.
	MaxBatchLimit = 1_000
	// BudgetLimit is the most that a budget of items per block may be.
	BudgetLimit = 100_000
	// MoveWindowLimit is the most blocks that a move of a dispute may have, some fourteen hours of blocks of five seconds.
	// It keeps a dispute, whose moves are at most some twenty, from holding liens for ever. A task's commit window, which
	// x/compute bounds by a million blocks, lengthens it (rules/dispute.Windows): 45 times that window at most.
	MoveWindowLimit = 10_000
	// DefaultMaxBatch keeps a reveal of short answers well below 64 KiB, twice the batch that costs are stated for.
	DefaultMaxBatch = 200
	// DefaultVerdictBudget bounds the step to some 50 ms (BenchmarkVerdictStep) of a block of one second.
	DefaultVerdictBudget = 500
	// DefaultDisputeWindow is the protocol's (section 4), for a task that is run at once. An answer takes a worker
	// milliseconds once it has repeated its run; a longer run lengthens the window (rules/dispute).
	DefaultDisputeWindow = 20
	// DefaultTraceWindow is for a task that is run at once: the run has to be repeated with hashing, at 2.7 to 4.4 times its
	// cost (ADR 0010), so a task's commit window lengthens it (rules/dispute). Both sides have it: the solver for its trace,
	// the challenger, counted from the opening, for its first choice. A worker serves its disputes before it takes new tasks.
	DefaultTraceWindow = 40
	// DefaultDisputeBudget lets 10 000 disputes that expire together end within 50 blocks, at some 0.2 ms each.
	DefaultDisputeBudget = 200
	// DefaultAuditBudget is above what a block can lead to at the default rate of 5 %, so that nobody fills the line in front
	// of another's round: each round takes a commitment of 6 800 gas, of which 29 411 fill a block of 200 million; a
	// twentieth of them are 1 471, 1 624 with four standard deviations. The rest is for a lower price of commitments.
	DefaultAuditBudget = 4_000
)

// DefaultParams returns the parameters of a fresh chain.
func DefaultParams() Params {
	return Params{
		MaxBatch: DefaultMaxBatch, VerdictBudget: DefaultVerdictBudget,
		DisputeWindow: DefaultDisputeWindow, TraceWindow: DefaultTraceWindow,
		DisputeBudget: DefaultDisputeBudget, AuditBudget: DefaultAuditBudget,
	}
}

// Validate checks the bounds: max_batch in 1..1 000, the windows in 1..10 000 blocks, the budgets in 1..100 000. There is
// no zero that turns something off: whether rounds are audited is for audit_bps of x/compute to say. It returns
// ErrInvalidParams.
func (p Params) Validate() error {
	for _, b := range []struct {
		name         string
		value, limit uint64
	}{
		{"max_batch", uint64(p.MaxBatch), MaxBatchLimit},
		{"verdict_budget", uint64(p.VerdictBudget), BudgetLimit},
		{"dispute_window", p.DisputeWindow, MoveWindowLimit},
		{"trace_window", p.TraceWindow, MoveWindowLimit},
		{"dispute_budget", uint64(p.DisputeBudget), BudgetLimit},
		{"audit_budget", uint64(p.AuditBudget), BudgetLimit},
	} {
		if b.value < 1 || b.value > b.limit {
			return errorsmod.Wrapf(ErrInvalidParams, "%s: expected 1 to %d, got %d", b.name, b.limit, b.value)
		}
	}
	return nil
}
