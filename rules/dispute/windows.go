package dispute

import "math/bits"

// How often a run may be repeated in the windows of a dispute, in the time that the task gave for running it once.
const (
	// TraceRuns: the solver has to run once more with hashing, at 2.7 to 4.4 times the cost (ADR 0010), the challenger, in
	// the same time, too; and both may have to finish what they are at.
	TraceRuns = 5
	// MoveRuns: for any later move a worker that was restarted, or has dropped what it kept, runs once more without hashing,
	// and then has to get its message into a block.
	MoveRuns = 2
)

// Windows returns how many blocks a move and a trace may take in the disputes about a task that gave commitBlocks for
// running it: what the chain allows at least, and as much as the run needs. Both saturate.
func Windows(moveBlocks, traceBlocks, commitBlocks uint64) (move, trace uint64) {
	return max(moveBlocks, times(commitBlocks, MoveRuns)), max(traceBlocks, times(commitBlocks, TraceRuns))
}

// times is a product that saturates.
func times(a, b uint64) uint64 {
	if hi, lo := bits.Mul64(a, b); hi == 0 {
		return lo
	}
	return 1<<64 - 1
}
