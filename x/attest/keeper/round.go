package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"

	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// parkedRecord is shared by all modules.
type parkedRecord = computetypes.Parked

// roundCodec is the usual codec with a decoding that makes room for the usual number of seats at once: a round is decoded
// ten times in its life.
type roundCodec struct {
	collcodec.ValueCodec[types.Round]
}

// Decode implements codec.ValueCodec.
func (roundCodec) Decode(b []byte) (r types.Round, err error) {
	r.Seats = make([]types.Seat, 0, usualSeats)
	err = r.Unmarshal(b)
	return r, err
}

// usualSeats is the number of seats that tasks ask for by default.
const usualSeats = 3

// round loads a round; ErrRoundNotFound if the task has none of that number.
func (k *Keeper) round(ctx context.Context, taskID uint64, number uint32) (types.Round, error) {
	r, err := k.rounds.Get(ctx, collections.Join(taskID, number))
	if errors.Is(err, collections.ErrNotFound) {
		return types.Round{}, types.ErrRoundNotFound
	}
	return r, err
}

// roundsOf loads all rounds of a task in order; none is not an error.
func (k *Keeper) roundsOf(ctx context.Context, taskID uint64) ([]types.Round, error) {
	it, err := k.rounds.Iterate(ctx, collections.NewPrefixedPairRange[uint64, uint32](taskID))
	if err != nil {
		return nil, err
	}
	return it.Values()
}

// roundsUpTo loads the rounds of a task whose number is known, without the iterator of roundsOf, which costs ten reads.
// The last may be missing: its seats were never found.
func (k *Keeper) roundsUpTo(ctx context.Context, taskID uint64, last uint32) ([]types.Round, error) {
	rounds := make([]types.Round, 0, last+1)
	for number := uint32(0); number <= last; number++ {
		r, err := k.rounds.Get(ctx, collections.Join(taskID, number))
		if errors.Is(err, collections.ErrNotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
		rounds = append(rounds, r)
	}
	return rounds, nil
}

// unclosed loads the open round of a task; ErrRoundNotFound if it has none. Nearly always that is its first: one read.
func (k *Keeper) unclosed(ctx context.Context, taskID uint64) (r types.Round, err error) {
	for number := uint32(0); ; number++ {
		if r, err = k.round(ctx, taskID, number); err != nil || r.IsOpen() {
			return r, err
		}
	}
}

// openRound stores a new round and its deadline.
func (k *Keeper) openRound(ctx context.Context, r types.Round) error {
	if err := k.storeRound(ctx, r); err != nil {
		return err
	}
	return k.deadlines.Add(ctx, dueAt(r))
}

// moveRound stores a round whose deadline was before and moves the deadline if it has changed.
func (k *Keeper) moveRound(ctx context.Context, r types.Round, before dueKey) error {
	if err := k.storeRound(ctx, r); err != nil {
		return err
	}
	now := dueAt(r)
	if now == before {
		return nil
	}
	if err := k.deadlines.Remove(ctx, before); err != nil {
		return err
	}
	return k.deadlines.Add(ctx, now)
}

// storeRound stores a round as it is.
func (k *Keeper) storeRound(ctx context.Context, r types.Round) error {
	return k.rounds.Set(ctx, collections.Join(r.TaskId, r.Round), r)
}

// dueAt is the key of a round in the deadlines.
func dueAt(r types.Round) dueKey { return dueKey{Height: r.Deadline, ID: r.TaskId} }

// openReveals ends the commit phase of a round: its committed seats may reveal until the end of the window.
func openReveals(r *types.Round, height uint64) {
	r.Phase = types.ROUND_PHASE_REVEAL
	r.Deadline = height + r.RevealWindow
}
