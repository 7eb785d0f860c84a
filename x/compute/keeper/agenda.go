package keeper

import (
	"context"

	"cosmossdk.io/collections"

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
	return collections.Join3(group, t.NextHeight, t.Id), true
}

// sameEntry compares two places; keys hold pointers and cannot be compared themselves.
func sameEntry(a, b agendaKey) bool { return a.K1() == b.K1() && a.K2() == b.K2() && a.K3() == b.K3() }

// save stores a task as next and moves it in the agenda from where before was. Pass a zero before for a new
// task.
func (k *Keeper) save(ctx context.Context, before, next types.Task) error {
	from, had := agendaOf(before)
	to, has := agendaOf(next)
	if had && (!has || !sameEntry(from, to)) {
		if err := k.agenda.Remove(ctx, from); err != nil {
			return err
		}
	}
	if has && (!had || !sameEntry(from, to)) {
		if err := k.agenda.Set(ctx, to); err != nil {
			return err
		}
	}
	return k.tasks.Set(ctx, next.Id, next)
}

// due lists up to limit entries of a group whose height has come, by height, then id.
func (k *Keeper) due(ctx context.Context, group uint16, height uint64, limit uint32) ([]agendaKey, error) {
	it, err := k.agenda.Iterate(ctx, collections.NewPrefixedTripleRange[uint16, uint64, uint64](group))
	if err != nil {
		return nil, err
	}
	defer it.Close()
	var out []agendaKey
	for ; it.Valid() && uint32(len(out)) < limit; it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		if key.K2() > height {
			break
		}
		out = append(out, key)
	}
	return out, nil
}
