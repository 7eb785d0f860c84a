package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/aichain/aichain/internal/blockwork"
	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/rules/dispute"
	"github.com/aichain/aichain/x/attest/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// stepDispute resolves the disputes whose move stayed out until its deadline, soonest first, at most dispute_budget of
// them; the rest wait for the next block, where they come first.
func (k *Keeper) stepDispute(ctx sdk.Context) error {
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	due, err := dueIn(ctx, k.disputeDeadlines, heightOf(ctx), int(params.DisputeBudget))
	if err != nil {
		return err
	}
	blockwork.Run(ctx, due, func(ctx sdk.Context, key idAt) error { return k.timeOut(ctx, key) }, k.parkDispute)
	return nil
}

// dueIn returns up to limit keys at or before a height, soonest first, by id within a height.
func dueIn(ctx context.Context, set collections.KeySet[idAt], height uint64, limit int) ([]idAt, error) {
	until := new(collections.Range[idAt]).EndExclusive(collections.Join(height+1, uint64(0)))
	it, err := set.Iterate(ctx, until)
	if err != nil {
		return nil, err
	}
	defer it.Close() // a read iterator has nothing to lose
	var due []idAt
	for ; it.Valid() && len(due) < limit; it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		due = append(due, key)
	}
	return due, nil
}

// timeOut resolves a dispute for the side that was not to move. One that is due and still queued waits for a solver that
// has fallen: it is dropped, and others with it.
func (k *Keeper) timeOut(ctx context.Context, key idAt) error {
	d, err := k.dispute(ctx, key.K2())
	if err != nil {
		return err
	}
	if !d.IsOpen() || d.Deadline != key.K1() { // an item before it in this block has moved it
		return k.disputeDeadlines.Remove(ctx, key)
	}
	switch dispute.TimeOut(dispute.Phase(d.Phase)) {
	case dispute.Challenger:
		return k.resolve(ctx, d, types.DISPUTE_END_SOLVER_SILENT)
	case dispute.Solver:
		return k.resolve(ctx, d, types.DISPUTE_END_CHALLENGER_SILENT)
	}
	return k.dropAgainst(ctx, d.TaskId, d.Solver)
}

// parkDispute puts a dispute aside whose time-out failed. The dispute itself stays as it was.
func (k *Keeper) parkDispute(ctx sdk.Context, key idAt, cause error) error {
	if err := k.disputeDeadlines.Remove(ctx, key); err != nil {
		return err
	}
	record := types.ParkedDispute{DisputeId: key.K2(), Height: heightOf(ctx), Error: blockwork.Text(cause)}
	if err := k.parkedDisputes.Set(ctx, record.DisputeId, record); err != nil {
		return err
	}
	return event.Emit(ctx, &types.EventDisputeParked{DisputeId: record.DisputeId, Error: cause.Error()})
}
