package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/x/attest/types"
)

// dispute loads a dispute; ErrDisputeNotFound if there is none.
func (k *Keeper) dispute(ctx context.Context, id uint64) (types.Dispute, error) {
	d, err := k.disputes.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return types.Dispute{}, errorsmod.Wrapf(types.ErrDisputeNotFound, "dispute %d", id)
	}
	return d, err
}

// nextDisputeID returns the id of the next dispute, from 1.
func (k *Keeper) nextDisputeID(ctx context.Context) (uint64, error) {
	id, err := k.nextDispute.Next(ctx)
	if err != nil || id > 0 {
		return id, err
	}
	return k.nextDispute.Next(ctx) // a fresh sequence begins with 0
}

// storeDispute stores a dispute as it is.
func (k *Keeper) storeDispute(ctx context.Context, d types.Dispute) error {
	return k.disputes.Set(ctx, d.Id, d)
}

// addDispute stores a dispute that the store does not have, with all its indexes, for a new one as for one of a
// genesis: those of its task and of who disputed whom always; those of who waits while it is unresolved; its deadline
// while a move is due, unless it is parked.
func (k *Keeper) addDispute(ctx context.Context, d types.Dispute, isParked bool) error {
	if err := k.storeDispute(ctx, d); err != nil {
		return err
	}
	if err := k.taskDisputes.Set(ctx, collections.Join(d.TaskId, d.Id)); err != nil {
		return err
	}
	if err := k.challenges.Set(ctx, collections.Join3(d.TaskId, d.Solver, d.Challenger), d.Id); err != nil {
		return err
	}
	if !d.IsOpen() {
		return nil
	}
	if err := k.queue.Set(ctx, collections.Join3(d.TaskId, d.Solver, d.Id)); err != nil {
		return err
	}
	for _, party := range []string{d.Solver, d.Challenger} {
		if err := k.duties.Set(ctx, collections.Join(party, d.Id)); err != nil {
			return err
		}
	}
	if d.Deadline == 0 || isParked {
		return nil
	}
	return k.disputeDeadlines.Set(ctx, collections.Join(d.Deadline, d.Id))
}

// moveDispute stores a dispute whose deadline was before, and moves the deadline.
func (k *Keeper) moveDispute(ctx context.Context, d types.Dispute, before uint64) error {
	if err := k.storeDispute(ctx, d); err != nil || d.Deadline == before {
		return err
	}
	if before != 0 {
		if err := k.disputeDeadlines.Remove(ctx, collections.Join(before, d.Id)); err != nil {
			return err
		}
	}
	if d.Deadline == 0 {
		return nil
	}
	return k.disputeDeadlines.Set(ctx, collections.Join(d.Deadline, d.Id))
}

// endDispute takes a dispute that is resolved out of everything that waits, and removes what was shown in it. before
// is the deadline that it had.
func (k *Keeper) endDispute(ctx context.Context, d types.Dispute, before uint64) error {
	if err := k.moveDispute(ctx, d, before); err != nil {
		return err
	}
	if err := k.queue.Remove(ctx, collections.Join3(d.TaskId, d.Solver, d.Id)); err != nil {
		return err
	}
	for _, party := range []string{d.Solver, d.Challenger} {
		if err := k.duties.Remove(ctx, collections.Join(party, d.Id)); err != nil {
			return err
		}
	}
	if err := k.parkedDisputes.Remove(ctx, d.Id); err != nil {
		return err
	}
	for depth := uint32(1); depth <= d.Choices(); depth++ {
		if err := k.shown.Remove(ctx, collections.Join(d.Id, depth)); err != nil {
			return err
		}
	}
	return nil
}

// unresolvedAgainst lists the ids of the first unresolved disputes against a solver, at most limit of them. The first of
// all is the one that is played.
func (k *Keeper) unresolvedAgainst(ctx context.Context, taskID uint64, solver string, limit int) (ids []uint64, err error) {
	it, err := k.queue.Iterate(ctx, collections.NewSuperPrefixedTripleRange[uint64, string, uint64](taskID, solver))
	if err != nil {
		return nil, err
	}
	defer it.Close() // a read iterator has nothing to lose
	for ; it.Valid() && len(ids) < limit; it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		ids = append(ids, key.K3())
	}
	return ids, nil
}

// trace loads a solver's trace; found is false while it has posted none.
func (k *Keeper) trace(ctx context.Context, taskID uint64, solver string) (t types.Trace, found bool, err error) {
	t, err = k.traces.Get(ctx, collections.Join(taskID, solver))
	if errors.Is(err, collections.ErrNotFound) {
		return types.Trace{}, false, nil
	}
	return t, err == nil, err
}

// forgetDisputes removes up to forgetAtOnce disputes of a task with what belongs to them. done is false while some are
// left, or while a case is open.
func (k *Keeper) forgetDisputes(ctx context.Context, taskID uint64) (done bool, err error) {
	isOpen, err := k.cases.Has(ctx, taskID)
	if err != nil || isOpen {
		return false, err
	}
	it, err := k.taskDisputes.Iterate(ctx, collections.NewPrefixedPairRange[uint64, uint64](taskID))
	if err != nil {
		return false, err
	}
	var ids []uint64
	for ; it.Valid() && len(ids) <= forgetAtOnce; it.Next() {
		key, err := it.Key()
		if err != nil {
			return false, errors.Join(err, it.Close())
		}
		ids = append(ids, key.K2())
	}
	if err := it.Close(); err != nil {
		return false, err
	}
	for _, id := range ids[:min(len(ids), forgetAtOnce)] {
		if err := k.forgetDispute(ctx, id); err != nil {
			return false, err
		}
	}
	return len(ids) <= forgetAtOnce, nil
}

// forgetDispute removes a resolved dispute and its solver's trace.
func (k *Keeper) forgetDispute(ctx context.Context, id uint64) error {
	d, err := k.dispute(ctx, id)
	if err != nil {
		return err
	}
	if err := k.disputes.Remove(ctx, id); err != nil {
		return err
	}
	if err := k.taskDisputes.Remove(ctx, collections.Join(d.TaskId, id)); err != nil {
		return err
	}
	if err := k.challenges.Remove(ctx, collections.Join3(d.TaskId, d.Solver, d.Challenger)); err != nil {
		return err
	}
	return k.traces.Remove(ctx, collections.Join(d.TaskId, d.Solver))
}
