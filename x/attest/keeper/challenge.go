package keeper

import (
	"context"

	"github.com/aichain/aichain/rules/payout"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// endChallenges ends the case of a settled result after its challenge window, when no dispute is unresolved: only now is
// it known whether another seat stands for the result of one that was silent. If none stands at all, the task is
// overturned, and what it had cost goes back to its payer out of what would be burned.
func (k *Keeper) endChallenges(ctx context.Context, c types.Case) error {
	task, err := k.tasks.Task(ctx, c.TaskId)
	if err != nil {
		return err
	}
	rounds, err := k.roundsUpTo(ctx, c.TaskId, task.Round)
	if err != nil {
		return err
	}
	stands := hasStandingRight(rounds)
	root := task.ResultRoot
	if !stands {
		root = nil
		if err := k.tasks.Overturn(ctx, c.TaskId); err != nil {
			return err
		}
	}
	for i := range rounds {
		if err := k.endChallengesOf(ctx, &task, &rounds[i], stands); err != nil {
			return err
		}
	}
	return k.closeCase(ctx, c, root)
}

// hasStandingRight tells whether a seat that was right at the settlement has not fallen since.
func hasStandingRight(rounds []types.Round) bool {
	for i := range rounds {
		for j := range rounds[i].Seats {
			s := &rounds[i].Seats[j]
			if s.Outcome == computetypes.REASON_SEAT_RIGHT && s.Stands() {
				return true
			}
		}
	}
	return false
}

// endChallengesOf takes or frees the liens of the challenged seats of one round, and stores it with their new outcomes.
func (k *Keeper) endChallengesOf(ctx context.Context, task *computetypes.Task, r *types.Round, stands bool) error {
	isChanged := false
	for i := range r.Seats {
		s := &r.Seats[i]
		if !s.Challenged {
			continue
		}
		s.Challenged, isChanged = false, true
		if s.Stands() {
			if err := k.stakes.FreeSeat(ctx, task.Id, s.Provider, s.Lien); err != nil {
				return err
			}
			continue
		}
		if err := k.slashSeat(ctx, task, s, stands); err != nil {
			return err
		}
		if err := emitPenalty(ctx, r, i); err != nil {
			return err
		}
	}
	if !isChanged {
		return nil
	}
	return k.storeRound(ctx, *r)
}

// slashSeat judges a seat that has lost a challenge: silent while another stands for its result, a soft fault; wrong
// otherwise. What is taken goes to whoever won.
func (k *Keeper) slashSeat(ctx context.Context, task *computetypes.Task, s *types.Seat, stands bool) error {
	lost, err := k.dispute(ctx, s.LostDispute)
	if err != nil {
		return err
	}
	s.Outcome = computetypes.REASON_SEAT_WRONG
	taken := s.Lien
	if s.Fall == types.FALL_SILENT && stands {
		s.Outcome = computetypes.REASON_SEAT_NO_DEFENCE
		taken = payout.Share(s.Lien, task.Snapshot.SoftFaultBps)
	}
	return k.stakes.SlashLien(ctx, types.Slash{
		TaskID: task.Id, Provider: s.Provider, Reason: s.Outcome, Lien: s.Lien, Taken: taken,
		Winner: lost.Challenger, BurnBps: task.Snapshot.SlashBurnBps, Restore: !stands,
	})
}
