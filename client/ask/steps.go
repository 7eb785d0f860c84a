package ask

import (
	"fmt"
	"strings"

	"github.com/aichain/aichain/client"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// steps are what a user should hear between two states of a task. A state that was skipped, because blocks
// were missed, is told from what it left behind.
func steps(before, now client.TaskState) []Progress {
	var out []Progress
	say := func(stage Stage, format string, args ...any) {
		out = append(out, Progress{Stage: stage, Text: fmt.Sprintf(format, args...)})
	}
	fresh := before.View == nil || before.Seats == 0 || before.View.Task.Round != now.View.Task.Round
	if now.Seats > 0 && fresh && !isWaiting(now) {
		say(StageMatched, "round %d with %s", now.View.Task.Round, strings.Join(seated(now), " "))
		before.Committed, before.Revealed = 0, 0
	}
	if !fresh && now.Seats > before.Seats {
		say(StageMatched, "round %d gets an audit by %s", now.View.Task.Round, strings.Join(seated(now)[before.Seats:], " "))
	}
	if now.Committed > before.Committed || now.Committed > 0 && fresh {
		say(StageCommitted, "%d/%d committed", now.Committed, now.Seats)
	}
	if now.Revealed > before.Revealed || now.Revealed > 0 && fresh {
		say(StageRevealed, "%d/%d revealed", now.Revealed, now.Seats)
	}
	if isDisputed(now) && !isDisputed(before) {
		say(StageDisputed, "%s", now.View.Next)
	}
	switch status := now.View.Task.Status; status {
	case computetypes.TASK_STATUS_SPLIT, computetypes.TASK_STATUS_STALLED:
		if before.View == nil || before.View.Task.Status != status {
			say(StageWaiting, "%s: %s at height %d", StatusText(status), now.View.Next, now.View.NextHeight)
		}
	case computetypes.TASK_STATUS_SETTLED:
		say(StageSettled, "%s in block %d", ReasonText(now.View.Task.Reason), now.View.Task.CloseHeight)
	case computetypes.TASK_STATUS_REFUNDED:
		say(StageRefunded, "%s in block %d", ReasonText(now.View.Task.Reason), now.View.Task.CloseHeight)
	case computetypes.TASK_STATUS_OVERTURNED:
		say(StageOverturned, "settled in block %d and proved wrong", now.View.Task.CloseHeight)
	}
	return out
}

// isDisputed says that the referee plays: the results of the round under way differ.
func isDisputed(s client.TaskState) bool {
	return s.View != nil && s.View.Task.Status == computetypes.TASK_STATUS_MATCHED && s.Status() == computetypes.TASK_STATUS_SPLIT
}

func isWaiting(s client.TaskState) bool {
	st := s.View.Task.Status
	return st == computetypes.TASK_STATUS_SPLIT || st == computetypes.TASK_STATUS_STALLED
}

// seated are the providers of the last round, in seat order.
func seated(s client.TaskState) []string {
	var out []string
	var round uint32
	for _, seat := range s.View.Progress.Seats {
		if seat.Round > round {
			round, out = seat.Round, nil
		}
		if seat.Round == round {
			out = append(out, seat.Provider)
		}
	}
	return out
}
