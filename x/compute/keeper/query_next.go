package keeper

import (
	"fmt"

	"github.com/aichain/aichain/rules/quorum"
	"github.com/aichain/aichain/rules/task"
	"github.com/aichain/aichain/x/compute/types"
)

// next says in words what happens next to a task that is not parked, and at which height. now is the last block.
func next(t types.Task, p types.Progress, now uint64) (string, uint64) {
	switch s := statusOf(t); {
	case s.Closed():
		return nextOfClosed(t, p, now)
	case s == task.Matched:
		return nextOfRound(p)
	default:
		return nextOfWaiting(t)
	}
}

// nextOfWaiting is for a task that waits for seats.
func nextOfWaiting(t types.Task) (string, uint64) {
	seats, _ := quorum.Need(quorum.Role(t.Role), t.Terms.Seats)
	var what string
	switch statusOf(t) {
	case task.Split:
		what = fmt.Sprintf("results differ: waits for a panel of %d fresh seats", seats)
	case task.Stalled:
		what = fmt.Sprintf("too few results stand: waits for %d fresh seats", seats)
	default:
		what = fmt.Sprintf("waits for %d seats", seats)
	}
	draw := fmt.Sprintf("drawn in block %d", t.NextHeight)
	if t.Attempts > 0 {
		draw = fmt.Sprintf("draw %d in block %d, too few providers could take it so far", t.Attempts+1, t.NextHeight)
	}
	return fmt.Sprintf("%s, %s; refunded if none are found by block %d", what, draw, t.ExpireHeight), t.NextHeight
}

// nextOfRound is for a task in a round, or before the referee when its results differ.
func nextOfRound(p types.Progress) (string, uint64) {
	switch p.Status {
	case types.TASK_STATUS_MATCHED, types.TASK_STATUS_COMMITTING:
		return fmt.Sprintf("its seats compute and commit until block %d, or until all have", p.NextHeight), p.NextHeight
	case types.TASK_STATUS_REVEALING:
		return fmt.Sprintf("its seats reveal until block %d, or until all have", p.NextHeight), p.NextHeight
	case types.TASK_STATUS_SPLIT:
		return fmt.Sprintf("results differ: the referee finds out which is right; the next move of a dispute is due by block %d", p.NextHeight), p.NextHeight
	default:
		return "", 0
	}
}

// nextOfClosed is for a task whose money has been given out: only a settled result can still be challenged.
func nextOfClosed(t types.Task, p types.Progress, now uint64) (string, uint64) {
	if statusOf(t) == task.Settled && p.NextHeight != 0 {
		return fmt.Sprintf("%s; its result is challenged: the next move or decision is due by block %d", ended(t), p.NextHeight), p.NextHeight
	}
	until := task.ChallengeUntil(t.CloseHeight, t.Snapshot.ChallengeWindow)
	if statusOf(t) == task.Settled && t.Snapshot.Refereed && now < until {
		return fmt.Sprintf("%s; any provider that had no seat on it can challenge its result until block %d; leaves the state in block %d",
			ended(t), until, t.NextHeight), until
	}
	return fmt.Sprintf("%s; leaves the state in block %d", ended(t), t.NextHeight), t.NextHeight
}

// ended says how a task closed, as far as its status does not say it.
func ended(t types.Task) string {
	switch t.Reason {
	case types.REASON_TASK_REFEREED:
		return "is closed: the results differed and the referee left one"
	case types.REASON_TASK_NONE_STOOD:
		return "is closed: the results differed and the referee left none, twice"
	case types.REASON_TASK_OVERTURNED:
		return "is closed: its result was proved wrong after the settlement, and the payer was given back what it had cost"
	default:
		return "is closed"
	}
}
