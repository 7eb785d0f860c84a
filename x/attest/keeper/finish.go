package keeper

import (
	"bytes"
	"context"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/rules/quorum"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// finishAfter ends the task of a round that has just closed and is not stored yet.
func (k *Keeper) finishAfter(ctx context.Context, last types.Round, closing computetypes.Closing) error {
	task, err := k.tasks.Task(ctx, last.TaskId)
	if err != nil {
		return err
	}
	rounds := []types.Round{last}
	if last.Round > 0 {
		rounds, err = k.roundsOf(ctx, last.TaskId)
		if err != nil {
			return err
		}
		rounds[len(rounds)-1] = last
	}
	return k.finish(ctx, task, rounds, closing)
}

// finish judges every seat of the task's rounds, closes the task and tells downstream.
func (k *Keeper) finish(ctx context.Context, task computetypes.Task, rounds []types.Round, closing computetypes.Closing) error {
	final := types.FinalVerdict{Task: task, Closing: closing}
	for i := range rounds {
		r := &rounds[i]
		isTolerant, err := k.letResultsStand(ctx, r)
		if err != nil {
			return err
		}
		judge(r, closing.ResultRoot, isTolerant)
		if err := k.storeRound(ctx, *r); err != nil {
			return err
		}
		for j := range r.Seats {
			final.Seats = append(final.Seats, finalSeat(r, j))
			if err := emitPenalty(ctx, r, j); err != nil {
				return err
			}
		}
	}
	if err := k.tasks.Close(ctx, task.Id, closing); err != nil {
		return err
	}
	if k.hooks == nil {
		return nil
	}
	return k.hooks.AfterVerdict(ctx, final)
}

// judge sets the outcome of every seat of a round. established is the root of the established result, nil if the task
// ended without one; isTolerant says that its seats let different results stand.
func judge(r *types.Round, established []byte, isTolerant bool) {
	isAsked := r.CanReveal()
	for i := range r.Seats {
		s := &r.Seats[i]
		did := quorum.Seat{Committed: s.HasCommitted(), Asked: isAsked, Revealed: s.HasRevealed(), Fell: quorum.Fall(s.Fall)}
		did.LetStand = isTolerant && s.Stands()
		if did.Revealed {
			did.IsRight = bytes.Equal(r.Results[s.Result-1].Root, established)
		}
		s.Outcome = computetypes.Reason(quorum.Judge(did, len(established) > 0))
	}
}

// finalSeat is a judged seat as the money sees it.
func finalSeat(r *types.Round, seat int) types.FinalSeat {
	s := &r.Seats[seat]
	return types.FinalSeat{
		Round: r.Round, Role: r.Role, Provider: s.Provider, Outcome: s.Outcome,
		Lien: s.Lien, PriceInput: s.PriceInput, PriceOutput: s.PriceOutput,
	}
}

// emitPenalty tells the outcome of a seat that loses some of its lien.
func emitPenalty(ctx context.Context, r *types.Round, seat int) error {
	s := &r.Seats[seat]
	if !quorum.Outcome(s.Outcome).Penalised() {
		return nil
	}
	return event.Emit(sdk.UnwrapSDKContext(ctx), &types.EventSeatOutcome{TaskId: r.TaskId, Round: r.Round, Provider: s.Provider, Outcome: s.Outcome})
}
