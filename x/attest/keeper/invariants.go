package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/x/attest/types"
)

// Invariants walks the whole state and returns ErrBrokenInvariant with the first contradiction:
//   - every round is consistent in itself (types.Round.Validate): results ≤ seats, no reveal without a commitment, the
//     phase fits the commitments, a verdict is what the seats revealed;
//   - the rounds of a task count from 0 without gaps, and only the last may be open or agreed;
//   - every open round has exactly one deadline, at its height, or is parked, and nothing else is in either;
//   - no mempool mark is in the store.
//
// It is for tests and tools, not for a block.
func (k *Keeper) Invariants(ctx context.Context) error {
	it, err := k.rounds.Iterate(ctx, nil)
	if err != nil {
		return err
	}
	rounds, err := it.Values()
	if err != nil {
		return err
	}
	var open, parked int
	var last *types.Round
	for i := range rounds {
		r := &rounds[i]
		if err := r.Validate(types.ErrBrokenInvariant); err != nil {
			return err
		}
		if err := types.CheckSuccessor(last, r, types.ErrBrokenInvariant); err != nil {
			return err
		}
		last = r
		isParked, err := k.checkWaiting(ctx, r)
		if err != nil {
			return err
		}
		if isParked {
			parked++
		} else if r.IsOpen() {
			open++
		}
	}
	return k.checkCounts(ctx, open, parked)
}

// checkWaiting checks that a round is parked or has a deadline exactly if it should.
func (k *Keeper) checkWaiting(ctx context.Context, r *types.Round) (isParked bool, err error) {
	isDue, err := k.deadlines.Has(ctx, dueAt(*r))
	if err != nil {
		return false, err
	}
	if r.IsOpen() {
		if isParked, err = k.parked.Has(ctx, r.TaskId); err != nil {
			return false, err
		}
	}
	if (isDue || isParked) != r.IsOpen() || isDue && isParked {
		return false, errorsmod.Wrapf(types.ErrBrokenInvariant, "task %d round %d in phase %s: due %t, parked %t", r.TaskId, r.Round, r.Phase, isDue, isParked)
	}
	return isParked, nil
}

// checkCounts checks that nothing else is in the deadlines, among the parked, or among the mempool marks.
func (k *Keeper) checkCounts(ctx context.Context, open, parked int) error {
	deadlines, err := k.deadlines.Iterate(ctx, nil)
	if err != nil {
		return err
	}
	due, err := deadlines.Keys()
	if err != nil {
		return err
	}
	records, err := k.parked.Iterate(ctx, nil)
	if err != nil {
		return err
	}
	aside, err := records.Keys()
	if err != nil {
		return err
	}
	marks, err := k.pending.Iterate(ctx, nil)
	if err != nil {
		return err
	}
	pending, err := marks.Keys()
	if err != nil {
		return err
	}
	if len(due) != open || len(aside) != parked || len(pending) != 0 {
		return errorsmod.Wrapf(types.ErrBrokenInvariant, "expected %d deadlines, %d parked, no marks; got %d, %d, %d",
			open, parked, len(due), len(aside), len(pending))
	}
	return nil
}
