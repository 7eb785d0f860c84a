package types

import errorsmod "cosmossdk.io/errors"

// Names of the block steps that park what they cannot end, by task.
const (
	ParkedStep     = "verdict" // a round
	ParkedCaseStep = "case"    // a case whose disputes are all resolved
)

// DefaultGenesis returns the state of a fresh chain: parameters, no rounds.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams(), NextDisputeId: 1}
}

// Validate checks the parameters and every record, by itself and against the others: see Check. It returns
// ErrInvalidParams or ErrInvalidGenesis.
func (gs *GenesisState) Validate() error {
	if err := gs.Params.Validate(); err != nil {
		return err
	}
	return gs.Check(ErrInvalidGenesis)
}

// Check checks that the records do not contradict each other, the parameters aside:
//   - rounds by task, then number: each consistent in itself (Round.Validate), counted from 0 without gaps, only the
//     last of a task open or agreed;
//   - parked rounds are open, parked cases without an unresolved dispute;
//   - disputes by id, below next_dispute_id: each consistent in itself (Dispute.Validate), between a seat that revealed
//     and another seat or, of a settled result, somebody without one; nobody disputes one solver twice;
//   - of the unresolved disputes against a solver the first is played, or being dropped after the solver's fall; all
//     others wait. Every unresolved dispute has a case, which counts them;
//   - a fallen seat names the dispute that it lost; a challenged one has a case;
//   - traces are of seats that revealed; what was shown is of an unresolved dispute; hashes have 32 bytes;
//   - sealed rounds are at the point where the lot is drawn.
//
// It returns kind.
func (gs *GenesisState) Check(kind *errorsmod.Error) error {
	b := newBook(gs, kind)
	for _, check := range []func() error{
		b.checkRounds, b.checkSealed, b.checkDisputes, b.checkQueues, b.checkCases, b.checkSeats, b.checkTraces, b.checkShown, b.checkParked,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// CheckSuccessor checks that next may follow last (nil at the start) in the order of the store: rounds of a task
// count from 0 without gaps, and only its last round may be open or agreed. It returns kind.
func CheckSuccessor(last, next *Round, kind *errorsmod.Error) error {
	isFirst := last == nil || last.TaskId < next.TaskId
	if isFirst && next.Round == 0 {
		return nil
	}
	if isFirst || last.TaskId != next.TaskId || last.Round+1 != next.Round {
		return errorsmod.Wrapf(kind, "task %d round %d is out of order", next.TaskId, next.Round)
	}
	if last.IsOpen() || last.Verdict == VERDICT_AGREED {
		return errorsmod.Wrapf(kind, "task %d round %d follows a round that is open or agreed", next.TaskId, next.Round)
	}
	return nil
}
