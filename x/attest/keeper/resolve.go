package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/rules/dispute"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// dropAtOnce is the most disputes that are dropped in one go when their solver has fallen: more than a split can have.
// A longer queue, which third parties can make, is dropped by the block step, so much each time.
const dropAtOnce = 16

// opening is a dispute that is about to be opened.
type opening struct {
	taskID             uint64
	round              uint32
	origin             types.DisputeOrigin
	solver, challenger string
	stake              uint64
	top                types.Place // of the solver's trace
	commitWindow       uint64      // of the task, blocks: what a run may take
}

// openDispute opens a dispute in its task's case: it begins at once if no other one against the solver is unresolved,
// and waits otherwise.
func (k *Keeper) openDispute(ctx context.Context, o opening) (types.Dispute, error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return types.Dispute{}, err
	}
	id, err := k.nextDisputeID(ctx)
	if err != nil {
		return types.Dispute{}, err
	}
	moveWindow, traceWindow := dispute.Windows(params.DisputeWindow, params.TraceWindow, o.commitWindow)
	d := types.Dispute{
		Id: id, TaskId: o.taskID, Round: o.round, Origin: o.origin, Solver: o.solver, Challenger: o.challenger, Stake: o.stake,
		Phase: types.DISPUTE_PHASE_QUEUED, Place: o.top, OpenHeight: heightOf(sdk.UnwrapSDKContext(ctx)),
		MoveWindow: moveWindow, TraceWindow: traceWindow,
	}
	others, err := k.unresolvedAgainst(ctx, d.TaskId, d.Solver, 1)
	if err != nil {
		return types.Dispute{}, err
	}
	if len(others) == 0 {
		if err := k.begin(ctx, &d); err != nil {
			return types.Dispute{}, err
		}
	}
	if err := k.addDispute(ctx, d, false); err != nil {
		return types.Dispute{}, err
	}
	if err := k.countCase(ctx, d.TaskId, 1); err != nil {
		return types.Dispute{}, err
	}
	return d, event.Emit(sdk.UnwrapSDKContext(ctx), &types.EventDisputeOpened{
		DisputeId: d.Id, TaskId: d.TaskId, Origin: d.Origin, Solver: d.Solver, Challenger: d.Challenger, Phase: d.Phase, Deadline: d.Deadline,
	})
}

// begin takes a queued dispute out of the queue: the solver's trace is due, or the first choice if it is bound to a
// trace already.
func (k *Keeper) begin(ctx context.Context, d *types.Dispute) error {
	next, err := dispute.Next(dispute.Phase(d.Phase), dispute.Begin)
	if err != nil {
		return errorsmod.Wrap(types.ErrMoveNotDue, err.Error())
	}
	trace, found, err := k.trace(ctx, d.TaskId, d.Solver)
	if err != nil {
		return err
	}
	if found {
		if next, err = dispute.Next(next, dispute.PostTrace); err != nil {
			return errorsmod.Wrap(types.ErrMoveNotDue, err.Error())
		}
		d.Hash = trace.Root
	}
	d.Phase = types.DisputePhase(next)
	d.Deadline = d.DeadlineAt(heightOf(sdk.UnwrapSDKContext(ctx)))
	return nil
}

// beginNext begins the first of the disputes that wait for a solver, unless one is being played.
func (k *Keeper) beginNext(ctx context.Context, taskID uint64, solver string) error {
	ids, err := k.unresolvedAgainst(ctx, taskID, solver, 1)
	if err != nil || len(ids) == 0 {
		return err
	}
	d, err := k.dispute(ctx, ids[0])
	if err != nil || d.Phase != types.DISPUTE_PHASE_QUEUED {
		return err
	}
	before := d.Deadline
	if err := k.begin(ctx, &d); err != nil {
		return err
	}
	if err := k.moveDispute(ctx, d, before); err != nil {
		return err
	}
	return emitMoved(ctx, &d, types.DISPUTE_MOVE_KIND_UNSPECIFIED)
}

// resolve ends a dispute that somebody has won, with all that follows: the loser's stake or fall, the disputes that
// are dropped with it, the next in the queue, the count of the case.
func (k *Keeper) resolve(ctx context.Context, d types.Dispute, end types.DisputeEnd) error {
	if err := k.closeDispute(ctx, &d, end); err != nil {
		return err
	}
	if d.Winner == types.DISPUTE_SIDE_CHALLENGER {
		return k.fell(ctx, &d)
	}
	return k.beginNext(ctx, d.TaskId, d.Solver)
}

// closeDispute ends one dispute, however it ends, and settles what its challenger had staked.
func (k *Keeper) closeDispute(ctx context.Context, d *types.Dispute, end types.DisputeEnd) error {
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(types.GasEnd, "end of a dispute") // block steps have no limit
	before := d.Deadline
	d.Phase, d.End, d.Winner, d.Deadline = types.DISPUTE_PHASE_RESOLVED, end, winnerOf(end), 0
	d.CloseHeight = heightOf(sdk.UnwrapSDKContext(ctx))
	if err := k.endDispute(ctx, *d, before); err != nil {
		return err
	}
	if err := k.settleStake(ctx, d); err != nil {
		return err
	}
	if err := k.countCase(ctx, d.TaskId, -1); err != nil {
		return err
	}
	return event.Emit(sdk.UnwrapSDKContext(ctx), &types.EventDisputeResolved{
		DisputeId: d.Id, TaskId: d.TaskId, Solver: d.Solver, Challenger: d.Challenger, Winner: d.Winner, End: d.End,
	})
}

// winnerOf tells who wins by an end; nobody when a dispute is dropped.
func winnerOf(end types.DisputeEnd) types.DisputeSide {
	switch end {
	case types.DISPUTE_END_REFUTED, types.DISPUTE_END_SOLVER_SILENT, types.DISPUTE_END_IMPOSSIBLE:
		return types.DISPUTE_SIDE_CHALLENGER
	case types.DISPUTE_END_UPHELD, types.DISPUTE_END_CHALLENGER_SILENT:
		return types.DISPUTE_SIDE_SOLVER
	}
	return types.DISPUTE_SIDE_UNSPECIFIED
}

// settleStake takes the stake of a third party that has lost, and frees that of one that has not.
func (k *Keeper) settleStake(ctx context.Context, d *types.Dispute) error {
	if d.Origin != types.DISPUTE_ORIGIN_CHALLENGE {
		return nil
	}
	if d.Winner != types.DISPUTE_SIDE_SOLVER {
		return k.stakes.FreeLien(ctx, d.Challenger, d.Stake)
	}
	task, err := k.tasks.Task(ctx, d.TaskId)
	if err != nil {
		return err
	}
	return k.stakes.SlashLien(ctx, types.Slash{
		TaskID: d.TaskId, Provider: d.Challenger, Reason: computetypes.REASON_CHALLENGE_LOST,
		Lien: d.Stake, Taken: d.Stake, Winner: d.Solver, BurnBps: task.Snapshot.SlashBurnBps,
	})
}

// fell marks the solver's seat as fallen by a dispute, and drops the other disputes against it. Who was proven wrong
// accuses nobody: the disputes of the split that it leads are dropped as well.
func (k *Keeper) fell(ctx context.Context, d *types.Dispute) error {
	r, err := k.round(ctx, d.TaskId, d.Round)
	if err != nil {
		return atItem(err, d.TaskId, d.Round)
	}
	seat := r.SeatOf(d.Solver)
	if seat < 0 {
		return errorsmod.Wrapf(types.ErrNotSeated, "%s", d.Solver)
	}
	s := &r.Seats[seat]
	s.Fall, s.LostDispute = types.FALL_PROVEN, d.Id
	if d.End == types.DISPUTE_END_SOLVER_SILENT {
		s.Fall = types.FALL_SILENT
	}
	if err := k.storeRound(ctx, r); err != nil {
		return err
	}
	if err := k.dropAgainst(ctx, d.TaskId, d.Solver); err != nil {
		return err
	}
	if s.Fall != types.FALL_PROVEN || d.Origin != types.DISPUTE_ORIGIN_SPLIT {
		return nil
	}
	return k.dropLedBy(ctx, &r, d.Solver)
}

// dropAgainst drops disputes against a solver that has fallen, at most dropAtOnce of them. If more are left, the first
// of those becomes due, still queued, so that the block step goes on.
func (k *Keeper) dropAgainst(ctx context.Context, taskID uint64, solver string) error {
	ids, err := k.unresolvedAgainst(ctx, taskID, solver, dropAtOnce+1)
	if err != nil {
		return err
	}
	for _, id := range ids[:min(len(ids), dropAtOnce)] {
		if err := k.drop(ctx, id); err != nil {
			return err
		}
	}
	if len(ids) <= dropAtOnce {
		return nil
	}
	next, err := k.dispute(ctx, ids[dropAtOnce])
	if err != nil {
		return err
	}
	before := next.Deadline
	next.Deadline = heightOf(sdk.UnwrapSDKContext(ctx))
	return k.moveDispute(ctx, next, before)
}

// dropLedBy drops the disputes against the other seats of a round that one provider leads. Against a seat that has fallen
// itself none begins: what is left of its queue is being dropped.
func (k *Keeper) dropLedBy(ctx context.Context, r *types.Round, challenger string) error {
	for i := range r.Seats {
		solver := r.Seats[i].Provider
		id, err := k.challenges.Get(ctx, collections.Join3(r.TaskId, solver, challenger))
		if errors.Is(err, collections.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := k.drop(ctx, id); err != nil {
			return err
		}
		if !r.Seats[i].Stands() {
			continue
		}
		if err := k.beginNext(ctx, r.TaskId, solver); err != nil {
			return err
		}
	}
	return nil
}

// drop ends a dispute that nobody wins; it does nothing to one that is resolved.
func (k *Keeper) drop(ctx context.Context, id uint64) error {
	d, err := k.dispute(ctx, id)
	if err != nil || !d.IsOpen() {
		return err
	}
	return k.closeDispute(ctx, &d, types.DISPUTE_END_DROPPED)
}

// emitMoved tells that a dispute has moved on.
func emitMoved(ctx context.Context, d *types.Dispute, kind types.DisputeMoveKind) error {
	return event.Emit(sdk.UnwrapSDKContext(ctx), &types.EventDisputeMoved{
		DisputeId: d.Id, TaskId: d.TaskId, Kind: kind, Moves: uint32(len(d.Moves)), Phase: d.Phase, Deadline: d.Deadline, Place: d.Place,
	})
}
