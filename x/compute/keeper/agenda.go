package keeper

import (
	"context"

	"github.com/aichain/aichain/rules/task"
	"github.com/aichain/aichain/x/compute/types"
)

// statusOf gives a stored status to the rules.
func statusOf(t types.Task) task.Status { return task.Status(t.Status) }

// groupOf is the group of the agenda that a task's status belongs to; 0 for a task in a round.
func groupOf(t types.Task) uint16 {
	switch s := statusOf(t); {
	case s == task.Open:
		return types.GroupWaiting
	case s.Waits():
		return types.GroupReseated
	case s.Closed():
		return types.GroupClosed
	default:
		return 0
	}
}

// agendaOf is a task's place in the agenda; ok is false for a task in a round or parked.
func agendaOf(t types.Task) (key agendaKey, ok bool) {
	group := groupOf(t)
	if group == 0 || t.NextHeight == 0 {
		return key, false
	}
	return agendaKey{Group: group, Height: t.NextHeight, ID: t.Id}, true
}

// save stores a task as next and moves it in the agenda from where before was. Pass a zero before for a new
// task.
func (k *Keeper) save(ctx context.Context, before, next types.Task) error {
	from, had := agendaOf(before)
	to, has := agendaOf(next)
	if had && (!has || from != to) {
		if err := k.agenda.Remove(ctx, from); err != nil {
			return err
		}
	}
	if has && (!had || from != to) {
		if err := k.agenda.Add(ctx, to); err != nil {
			return err
		}
	}
	return k.tasks.Set(ctx, next.Id, next)
}
