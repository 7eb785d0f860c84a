package types

import errorsmod "cosmossdk.io/errors"

// ParkedStep is the name of the block step that parks rounds.
const ParkedStep = "verdict"

// DefaultGenesis returns the state of a fresh chain: parameters, no rounds.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate checks the parameters, every round, the order of the rounds, and that each parked task has an open round.
// It returns ErrInvalidParams or ErrInvalidGenesis.
func (gs *GenesisState) Validate() error {
	if err := gs.Params.Validate(); err != nil {
		return err
	}
	open := make(map[uint64]bool, len(gs.Rounds))
	var last *Round
	for i := range gs.Rounds {
		r := &gs.Rounds[i]
		if err := r.Validate(ErrInvalidGenesis); err != nil {
			return err
		}
		if err := CheckSuccessor(last, r, ErrInvalidGenesis); err != nil {
			return err
		}
		open[r.TaskId] = r.IsOpen()
		last = r
	}
	var before uint64
	for _, p := range gs.Parked {
		if p.TaskId <= before || !open[p.TaskId] || p.Step != ParkedStep {
			return errorsmod.Wrapf(ErrInvalidGenesis, "parked task %d: expected ascending ids with an open round and step %q", p.TaskId, ParkedStep)
		}
		before = p.TaskId
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
