package keeper

import (
	"context"

	"github.com/aichain/aichain/internal/blockwork"
	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/x/attest/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// stepCase ends the cases in which nothing is left to resolve: splits at once, challenged results when the window is
// over. At most dispute_budget of them; the rest wait for the next block, where they come first.
func (k *Keeper) stepCase(ctx sdk.Context) error {
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	due, err := dueIn(ctx, k.caseEnds, heightOf(ctx), int(params.DisputeBudget))
	if err != nil {
		return err
	}
	blockwork.Run(ctx, due, func(ctx sdk.Context, key idAt) error { return k.endCase(ctx, key.K2()) }, k.parkCase)
	return nil
}

// endCase ends a case.
func (k *Keeper) endCase(ctx context.Context, taskID uint64) error {
	c, err := k.cases.Get(ctx, taskID)
	if err != nil {
		return err
	}
	if c.Origin == types.DISPUTE_ORIGIN_SPLIT {
		return k.endSplit(ctx, c)
	}
	return k.endChallenges(ctx, c)
}

// parkCase puts a case aside that could not be ended. The case itself stays as it was, and every lien with it.
func (k *Keeper) parkCase(ctx sdk.Context, key idAt, cause error) error {
	if err := k.caseEnds.Remove(ctx, key); err != nil {
		return err
	}
	record := parkedRecord{Step: types.ParkedCaseStep, TaskId: key.K2(), Height: heightOf(ctx), Error: blockwork.Text(cause)}
	if err := k.parked.Set(ctx, record.TaskId, record); err != nil {
		return err
	}
	return event.Emit(ctx, &types.EventRoundParked{TaskId: record.TaskId, Error: cause.Error()})
}
