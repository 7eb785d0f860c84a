package keeper

import (
	"bytes"
	"context"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/rules/result"
	"github.com/aichain/aichain/x/attest/types"
)

// sender is the provider that signed a seat message.
type sender struct {
	chainID string
	height  uint64
	name    string // as seats spell it
	address []byte // as commitments bind it
}

// seated loads a round and finds the provider's seat in it. It reads one record. It returns ErrRoundNotFound or
// ErrNotSeated.
func (k *Keeper) seated(ctx context.Context, taskID uint64, number uint32, provider string) (types.Round, int, error) {
	return k.seatedIn(ctx, nil, taskID, number, provider)
}

// seatedIn does as seated with a round that was read before, unless that is nil.
func (k *Keeper) seatedIn(ctx context.Context, read *types.Round, taskID uint64, number uint32, provider string) (types.Round, int, error) {
	var r types.Round
	if read != nil && read.TaskId == taskID && read.Round == number {
		r = *read
	} else {
		var err error
		if r, err = k.round(ctx, taskID, number); err != nil {
			return types.Round{}, -1, err
		}
	}
	seat := r.SeatOf(provider)
	if seat < 0 {
		return types.Round{}, -1, errorsmod.Wrapf(types.ErrNotSeated, "%s", provider)
	}
	return r, seat, nil
}

// mayCommit tells whether the seat may commit at the height: not yet done, in the commit phase, in time.
func mayCommit(r *types.Round, seat int, height uint64) error {
	if r.Seats[seat].HasCommitted() {
		return types.ErrAlreadyCommitted
	}
	if r.Phase != types.ROUND_PHASE_COMMIT {
		return errorsmod.Wrapf(types.ErrNotCommitting, "phase %s, deadline %d", r.Phase, r.Deadline)
	}
	return inTime(r, height)
}

// mayReveal tells whether the seat may reveal at the height: not yet done, in the reveal phase, in time and not in the
// block that opened it, committed.
func mayReveal(r *types.Round, seat int, height uint64) error {
	if r.Seats[seat].HasRevealed() {
		return types.ErrAlreadyRevealed
	}
	if r.Phase != types.ROUND_PHASE_REVEAL {
		return errorsmod.Wrapf(types.ErrNotRevealing, "phase %s, deadline %d", r.Phase, r.Deadline)
	}
	if !r.Seats[seat].HasCommitted() {
		return types.ErrNoCommitment
	}
	if r.IsTooSoon(height) {
		return errorsmod.Wrapf(types.ErrRevealTooSoon, "opened at height %d", height)
	}
	return inTime(r, height)
}

// inTime accepts blocks up to and including the deadline.
func inTime(r *types.Round, height uint64) error {
	if height > r.Deadline {
		return errorsmod.Wrapf(types.ErrTooLate, "phase %s, deadline %d, height %d", r.Phase, r.Deadline, height)
	}
	return nil
}

// checkCommitment accepts 32 bytes.
func checkCommitment(c types.Commit) error {
	if len(c.Commitment) != result.CommitmentBytes {
		return errorsmod.Wrapf(types.ErrInvalidCommitment, "expected %d bytes, got %d", result.CommitmentBytes, len(c.Commitment))
	}
	return nil
}

// open finds the result that a reveal shows and checks that it opens the seat's commitment. It returns the index of
// the result in r.Results, which it extends when the result is new. It changes nothing when it returns an error:
// ErrInvalidSalt, ErrInvalidOutput, ErrCommitmentMismatch or ErrOutputNeeded.
func open(r *types.Round, seat int, rev *types.Reveal, from sender) (int, error) {
	if len(rev.Salt) != result.SaltBytes {
		return 0, errorsmod.Wrapf(types.ErrInvalidSalt, "expected %d bytes, got %d", result.SaltBytes, len(rev.Salt))
	}
	opens := func(root [32]byte) bool {
		c := result.Commitment(from.chainID, r.TaskId, r.Round, from.address, root, [32]byte(rev.Salt))
		return bytes.Equal(c[:], r.Seats[seat].Commitment)
	}
	if len(rev.Output) == 0 && rev.Stop == 0 {
		for i := range r.Results {
			if opens([32]byte(r.Results[i].Root)) {
				return i, nil
			}
		}
		return 0, errorsmod.Wrapf(types.ErrOutputNeeded, "none of %d results in the round opens the commitment", len(r.Results))
	}
	if err := result.Check(rev.Output, rev.Stop, r.MaxOutputTokens, r.Vocab); err != nil {
		return 0, errorsmod.Wrap(types.ErrInvalidOutput, err.Error())
	}
	root := result.Root(r.ModelId, r.InputDigest, rev.Output, rev.Stop)
	if !opens(root) {
		return 0, types.ErrCommitmentMismatch
	}
	for i := range r.Results {
		if bytes.Equal(r.Results[i].Root, root[:]) {
			return i, nil
		}
	}
	r.Results = append(r.Results, types.Result{Root: root[:], Output: rev.Output, Stop: rev.Stop})
	return len(r.Results) - 1, nil
}

// atItem names the item of a batch that an error is about, so that the sender can leave it out.
func atItem(err error, taskID uint64, round uint32) error {
	return errorsmod.Wrapf(err, "task %d round %d", taskID, round)
}
