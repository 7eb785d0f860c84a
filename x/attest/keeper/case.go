package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/rules/dispute"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// A case ends in the block step: in the first block at or after its until in which no dispute of it is unresolved. Until
// then caseEnds holds it exactly while its count is 0.

// endOf is the key of a case in caseEnds.
func endOf(c types.Case) idAt { return collections.Join(c.Until, c.TaskId) }

// addCase stores a case that the store does not have, with its end, for a new one as for one of a genesis.
func (k *Keeper) addCase(ctx context.Context, c types.Case, isParked bool) error {
	if err := k.cases.Set(ctx, c.TaskId, c); err != nil {
		return err
	}
	if c.Unresolved > 0 || isParked {
		return nil
	}
	return k.caseEnds.Set(ctx, endOf(c))
}

// openCase opens a case without disputes.
func (k *Keeper) openCase(ctx context.Context, c types.Case) error {
	if err := k.addCase(ctx, c, false); err != nil {
		return err
	}
	return event.Emit(sdk.UnwrapSDKContext(ctx), &types.EventCaseOpened{TaskId: c.TaskId, Origin: c.Origin})
}

// countCase adds to the number of unresolved disputes of a task's case: 1 or -1.
func (k *Keeper) countCase(ctx context.Context, taskID uint64, by int) error {
	c, err := k.cases.Get(ctx, taskID)
	if err != nil {
		return err
	}
	if by > 0 && c.Unresolved == 0 {
		if err := k.caseEnds.Remove(ctx, endOf(c)); err != nil {
			return err
		}
	}
	c.Unresolved = uint32(int64(c.Unresolved) + int64(by))
	if c.Unresolved == 0 {
		if err := k.caseEnds.Set(ctx, endOf(c)); err != nil {
			return err
		}
	}
	return k.cases.Set(ctx, taskID, c)
}

// openSplit takes a closed round whose results differ to the referee: seats whose result no run can have fall, and of
// the others each disputes every seat with another result. A task that the referee cannot read goes to a panel.
func (k *Keeper) openSplit(ctx context.Context, r types.Round) error {
	task, err := k.tasks.Task(ctx, r.TaskId)
	if err != nil {
		return err
	}
	tops, isReadable := k.topsOf(ctx, &task, &r)
	if !isReadable {
		if err := k.storeRound(ctx, r); err != nil {
			return err
		}
		return k.tasks.RequestSeats(ctx, r.TaskId, computetypes.SEAT_ROLE_PANEL)
	}
	for i := range r.Seats {
		if s := &r.Seats[i]; s.HasRevealed() && tops[s.Result-1] == nil {
			s.Fall = types.FALL_PROVEN
		}
	}
	r.Disputed = true
	if err := k.storeRound(ctx, r); err != nil {
		return err
	}
	if err := k.openCase(ctx, types.Case{TaskId: r.TaskId, Round: r.Round, Origin: types.DISPUTE_ORIGIN_SPLIT}); err != nil {
		return err
	}
	return k.openAgainstEachOther(ctx, &r, splitOf{tops: tops, commitWindow: task.Snapshot.CommitWindow})
}

// topsOf returns where the descent begins for each result of a round, nil for one that no run can have.
func (k *Keeper) topsOf(ctx context.Context, task *computetypes.Task, r *types.Round) (tops []*types.Place, isReadable bool) {
	h, err := k.header(ctx, r.ModelId)
	if err != nil {
		return nil, false
	}
	tops = make([]*types.Place, len(r.Results))
	for i := range r.Results {
		shape, isPossible, err := shapeOf(h, claimOf(task, r, i))
		if err != nil {
			return nil, false
		}
		if isPossible {
			top := types.PlaceOf(shape.Top())
			tops[i] = &top
		}
	}
	return tops, true
}

// splitOf is what the disputes of a split have in common.
type splitOf struct {
	tops         []*types.Place // where the descent begins, by result
	commitWindow uint64         // of the task
}

// openAgainstEachOther opens a dispute for each two standing seats with different results, in both directions, by
// solver's seat, then challenger's.
func (k *Keeper) openAgainstEachOther(ctx context.Context, r *types.Round, split splitOf) error {
	for i := range r.Seats {
		for j := range r.Seats {
			solver, challenger := &r.Seats[i], &r.Seats[j]
			if !solver.Stands() || !challenger.Stands() || solver.Result == challenger.Result {
				continue
			}
			if _, err := k.openDispute(ctx, opening{
				taskID: r.TaskId, round: r.Round, origin: types.DISPUTE_ORIGIN_SPLIT,
				solver: solver.Provider, challenger: challenger.Provider,
				top: *split.tops[solver.Result-1], commitWindow: split.commitWindow,
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

// endSplit decides a split whose disputes are all resolved.
func (k *Keeper) endSplit(ctx context.Context, c types.Case) error {
	task, err := k.tasks.Task(ctx, c.TaskId)
	if err != nil {
		return err
	}
	rounds, err := k.roundsUpTo(ctx, c.TaskId, c.Round)
	if err != nil {
		return err
	}
	r := &rounds[len(rounds)-1]
	outcome, left := dispute.Decide(standings(r))
	var root []byte
	if outcome == dispute.Settle {
		root = r.Results[left].Root
	}
	if err := k.closeCase(ctx, c, root); err != nil {
		return err
	}
	switch {
	case outcome == dispute.Settle:
		return k.finish(ctx, task, rounds, computetypes.Closing{
			Status: computetypes.TASK_STATUS_SETTLED, Reason: computetypes.REASON_TASK_REFEREED,
			ResultRoot: root, OutputTokens: uint32(len(r.Results[left].Output)),
		})
	case outcome == dispute.Vote:
		return k.tasks.RequestSeats(ctx, c.TaskId, computetypes.SEAT_ROLE_PANEL)
	case r.Role == computetypes.SEAT_ROLE_PRIMARY:
		return k.tasks.RequestSeats(ctx, c.TaskId, computetypes.SEAT_ROLE_REDRAW)
	}
	return k.finish(ctx, task, rounds, computetypes.Closing{
		Status: computetypes.TASK_STATUS_REFUNDED, Reason: computetypes.REASON_TASK_NONE_STOOD,
	})
}

// standings tells how each result of a round stands: overthrown when every seat that revealed it has fallen.
func standings(r *types.Round) []dispute.Standing {
	out := make([]dispute.Standing, len(r.Results))
	for i := range out {
		out[i] = dispute.Overthrown
	}
	for i := range r.Seats {
		if s := &r.Seats[i]; s.Stands() {
			out[s.Result-1] = dispute.Survived
		}
	}
	return out
}

// letResultsStand tells whether the referee had a round and left several of its results: of two that cannot both be right,
// no seat that stands has shown that the other is wrong, though each had a dispute to do so.
func (k *Keeper) letResultsStand(ctx context.Context, r *types.Round) (bool, error) {
	if !r.Refereed || r.Verdict != types.VERDICT_SPLIT {
		return false, nil
	}
	first := -1
	for i := range r.Seats {
		s := &r.Seats[i]
		switch {
		case !s.Stands():
		case first < 0:
			first = i
		case s.Result != r.Seats[first].Result: // a panel has no disputes
			return k.challenges.Has(ctx, collections.Join3(r.TaskId, s.Provider, r.Seats[first].Provider))
		}
	}
	return false, nil
}

// closeCase removes a case that has ended. root is that of the result that is left, nil if none or several are.
func (k *Keeper) closeCase(ctx context.Context, c types.Case, root []byte) error {
	if err := k.cases.Remove(ctx, c.TaskId); err != nil {
		return err
	}
	if err := k.caseEnds.Remove(ctx, endOf(c)); err != nil {
		return err
	}
	return event.Emit(sdk.UnwrapSDKContext(ctx), &types.EventCaseClosed{TaskId: c.TaskId, Origin: c.Origin, ResultRoot: root})
}
