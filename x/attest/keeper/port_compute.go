package keeper

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/internal/idset"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

var _ computetypes.Rounds = (*Keeper)(nil)

// Progress tells how the rounds of a task stand, with the established output once the task is settled: SPLIT, and the
// soonest deadline of its disputes, while the referee has it. It is the zero value for a task that never had a round.
func (k *Keeper) Progress(ctx context.Context, task computetypes.Task) (computetypes.Progress, error) {
	rounds, err := k.roundsOf(ctx, task.Id)
	if err != nil || len(rounds) == 0 {
		return computetypes.Progress{}, err
	}
	p := computetypes.Progress{Status: task.Status}
	last := &rounds[len(rounds)-1]
	switch {
	case last.IsOpen():
		p.Status = statusOf(last)
		p.NextHeight = last.Deadline
	case task.Status == computetypes.TASK_STATUS_MATCHED: // the referee has it
		p.Status = computetypes.TASK_STATUS_SPLIT
		if p.NextHeight, err = k.nextMove(ctx, last); err != nil {
			return computetypes.Progress{}, err
		}
	}
	for i := range rounds {
		r := &rounds[i]
		for j := range r.Seats {
			p.Seats = append(p.Seats, seatView(r, j))
		}
		for j := range r.Results {
			if len(task.ResultRoot) > 0 && bytes.Equal(r.Results[j].Root, task.ResultRoot) {
				p.Output, p.Stop = r.Results[j].Output, r.Results[j].Stop
			}
		}
	}
	return p, nil
}

// nextMove is the soonest deadline of the disputes of a split; the present height when none is played.
func (k *Keeper) nextMove(ctx context.Context, r *types.Round) (uint64, error) {
	soonest := uint64(0)
	for i := range r.Seats {
		ids, err := k.unresolvedAgainst(ctx, r.TaskId, r.Seats[i].Provider, 1)
		if err != nil {
			return 0, err
		}
		if len(ids) == 0 {
			continue
		}
		d, err := k.dispute(ctx, ids[0])
		if err != nil {
			return 0, err
		}
		if soonest == 0 || d.Deadline < soonest {
			soonest = d.Deadline
		}
	}
	if soonest == 0 {
		return heightOf(sdk.UnwrapSDKContext(ctx)), nil
	}
	return soonest, nil
}

// statusOf refines the status of a task by its open round.
func statusOf(r *types.Round) computetypes.TaskStatus {
	switch {
	case r.Phase == types.ROUND_PHASE_REVEAL:
		return computetypes.TASK_STATUS_REVEALING
	case r.CommittedSeats() > 0:
		return computetypes.TASK_STATUS_COMMITTING
	}
	return computetypes.TASK_STATUS_MATCHED
}

// seatView is a seat as a user sees it.
func seatView(r *types.Round, seat int) computetypes.SeatView {
	s := &r.Seats[seat]
	v := computetypes.SeatView{
		Round: r.Round, Role: r.Role, Provider: s.Provider, Lien: s.Lien, Outcome: s.Outcome,
		Committed: s.HasCommitted(), Revealed: s.HasRevealed(),
	}
	if s.HasRevealed() {
		v.ResultRoot = r.Results[s.Result-1].Root
	}
	return v
}

// InRound lists tasks in a round, by deadline, then id, and after them those that the referee has, by id: up to limit of
// them, starting after the cursor of the call before (nil at first). A page may have fewer, or none; a nil next cursor
// says that there are no more. Tasks whose round is parked are not among them. It returns ErrInvalidRequest for a cursor
// that no call gave.
func (k *Keeper) InRound(ctx context.Context, cursor []byte, limit uint64) (ids []uint64, next []byte, err error) {
	if len(cursor) == caseCursorBytes {
		return k.inSplit(ctx, binary.BigEndian.Uint64(cursor), limit)
	}
	from, ok := idset.FromCursor(0, cursor)
	if !ok {
		return nil, nil, errorsmod.Wrapf(types.ErrInvalidRequest, "cursor: expected %d or %d bytes, got %d",
			idset.CursorBytes, caseCursorBytes, len(cursor))
	}
	due, after, err := k.deadlines.Page(ctx, from, int(limit))
	if err != nil {
		return nil, nil, err
	}
	for _, at := range due {
		ids = append(ids, at.ID)
	}
	if after != nil {
		return ids, idset.Cursor(*after), nil
	}
	rest, next, err := k.inSplit(ctx, 0, limit-uint64(len(ids)))
	return append(ids, rest...), next, err
}

// inSplit lists the tasks after an id whose split the referee has. It looks at up to limit cases, of whatever origin.
func (k *Keeper) inSplit(ctx context.Context, after, limit uint64) (ids []uint64, next []byte, err error) {
	it, err := k.cases.Iterate(ctx, new(collections.Range[uint64]).StartExclusive(after))
	if err != nil {
		return nil, nil, err
	}
	defer it.Close() // a read iterator has nothing to lose
	for n := uint64(0); it.Valid(); it.Next() {
		if n++; n > limit {
			return ids, binary.BigEndian.AppendUint64(nil, after), nil
		}
		c, err := it.Value()
		if err != nil {
			return nil, nil, err
		}
		if after = c.TaskId; c.Origin == types.DISPUTE_ORIGIN_SPLIT {
			ids = append(ids, c.TaskId)
		}
	}
	return ids, nil, nil
}

// caseCursorBytes is the length of a cursor among the cases: a task id.
const caseCursorBytes = 8

// forgetAtOnce is the most disputes that one call of Forget removes, with all that belongs to them: a few hundred keys.
const forgetAtOnce = 16

// Forget removes the rounds of a closed task, and its disputes before them, and returns who was seated at which
// height, by round and seat. done is false, and the rounds are still there, while a case is open, and while more than
// forgetAtOnce disputes are left. It returns ErrRoundOpen, and removes nothing, while a round is open.
func (k *Keeper) Forget(ctx context.Context, taskID uint64) (seated []computetypes.SeatedAt, done bool, err error) {
	task, err := k.tasks.Task(ctx, taskID)
	if err != nil {
		return nil, false, err
	}
	rounds, err := k.roundsUpTo(ctx, taskID, task.Round)
	if err != nil {
		return nil, false, err
	}
	if n := len(rounds); n > 0 && rounds[n-1].IsOpen() {
		return nil, false, errorsmod.Wrapf(types.ErrRoundOpen, "task %d round %d", taskID, rounds[n-1].Round)
	}
	if slices.ContainsFunc(rounds, func(r types.Round) bool { return r.Disputed }) {
		if done, err := k.forgetDisputes(ctx, taskID); err != nil || !done {
			return nil, false, err
		}
	}
	for i := range rounds {
		r := &rounds[i]
		for j := range r.Seats {
			seated = append(seated, computetypes.SeatedAt{Provider: r.Seats[j].Provider, Height: r.SeatedAt(j)})
		}
		if err := k.rounds.Remove(ctx, collections.Join(r.TaskId, r.Round)); err != nil {
			return nil, false, err
		}
	}
	return seated, true, nil
}

// SeatedBefore returns the providers of all rounds of a task so far, by round and seat.
func (k *Keeper) SeatedBefore(ctx context.Context, taskID uint64) ([]string, error) {
	rounds, err := k.roundsOf(ctx, taskID)
	if err != nil {
		return nil, err
	}
	var providers []string
	for i := range rounds {
		providers = append(providers, providersOf(rounds[i])...)
	}
	return providers, nil
}
