package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/rules/quorum"
	"github.com/aichain/aichain/rules/result"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

var _ computetypes.Hooks = (*Keeper)(nil)

// AfterMatched opens a round with the drawn seats. It returns ErrInvalidMatch if the seats do not fit the role. That a
// round begins once is x/compute's to hold: only a waiting task is matched, and its round counts up each time it is
// made to wait. Looking here for a record that is never there would read the database for every task.
func (k *Keeper) AfterMatched(goCtx context.Context, m computetypes.Matched) error {
	ctx := sdk.UnwrapSDKContext(goCtx)
	task := &m.Task
	n, _ := quorum.Need(quorum.Role(task.Role), task.Terms.Seats)
	if n == 0 || int(n) != len(m.Seats) {
		return errorsmod.Wrapf(types.ErrInvalidMatch, "task %d role %s: expected %d seats, got %d", task.Id, task.Role, n, len(m.Seats))
	}
	return k.openRound(goCtx, newRound(m, heightOf(ctx)))
}

// newRound is the round that a match begins, in its commit phase.
func newRound(m computetypes.Matched, height uint64) types.Round {
	task := &m.Task
	terms := &task.Terms
	digest := result.InputDigest(terms.ModelId, task.Input, terms.MaxOutputTokens,
		terms.Sampling.TemperatureMilli, terms.Sampling.TopK, task.Snapshot.SampleSeed)
	r := types.Round{
		TaskId:          task.Id,
		Round:           task.Round,
		Kind:            types.ATTESTATION_KIND_EXACT,
		Role:            task.Role,
		Phase:           types.ROUND_PHASE_COMMIT,
		ModelId:         terms.ModelId,
		InputDigest:     digest[:],
		MaxOutputTokens: terms.MaxOutputTokens,
		Vocab:           m.Vocab,
		Deadline:        height + task.Snapshot.CommitWindow,
		RevealWindow:    task.Snapshot.RevealWindow,
		OpenHeight:      height,
		Seats:           make([]types.Seat, len(m.Seats)),
		Refereed:        task.Snapshot.Refereed,
		AuditBps:        task.Snapshot.AuditBps,
	}
	for i, s := range m.Seats {
		r.Seats[i] = types.Seat{Provider: s.Provider, PriceInput: s.PriceInput, PriceOutput: s.PriceOutput, Lien: s.Lien}
	}
	return r
}

// AfterSeatsNotFound ends a task whose next round could not be seated: everything goes back to the payer.
func (k *Keeper) AfterSeatsNotFound(goCtx context.Context, task computetypes.Task) error {
	ctx := sdk.UnwrapSDKContext(goCtx)
	rounds, err := k.roundsOf(ctx, task.Id)
	if err != nil {
		return err
	}
	return k.finish(ctx, task, rounds, computetypes.Closing{
		Status: computetypes.TASK_STATUS_REFUNDED,
		Reason: computetypes.REASON_TASK_NO_FRESH_SEATS,
	})
}
