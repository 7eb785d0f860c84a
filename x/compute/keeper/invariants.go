package keeper

import (
	"bytes"
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/task"
	"github.com/aichain/aichain/x/compute/types"
)

// Invariants walks the whole state and returns ErrInvariant for the first thing that does not hold: each
// task has exactly one next deadline and one name, and an audit only with a referee; the indexes hold what they
// index and nothing else; every sum of a draw tree is the sum of its offers' bonds. It is for tests: it is not bounded.
func (k *Keeper) Invariants(ctx context.Context) error {
	for _, check := range []func(context.Context) error{
		k.tasksHaveOneDeadline, k.refsNameTasks, k.seatingsNameTasks, k.providersCountOffers,
		k.offersHavePositions, k.treesSumBonds, k.pricesIndexOffers, k.namesIndexModels,
	} {
		if err := check(ctx); err != nil {
			return err
		}
	}
	return nil
}

func broken(format string, args ...any) error {
	return errorsmod.Wrapf(types.ErrInvariant, format, args...)
}

// size counts the keys of a collection.
func size[K, V any](ctx context.Context, m interface {
	Walk(context.Context, collections.Ranger[K], func(K, V) (bool, error)) error
},
) (n uint64, err error) {
	err = m.Walk(ctx, nil, func(K, V) (bool, error) { n++; return false, nil })
	return n, err
}

// keys counts the keys of a set.
func keys[K any](ctx context.Context, s collections.KeySet[K]) (n uint64, err error) {
	err = s.Walk(ctx, nil, func(K) (bool, error) { n++; return false, nil })
	return n, err
}

func (k *Keeper) tasksHaveOneDeadline(ctx context.Context) error {
	next, err := k.nextTaskID.Get(ctx)
	if err != nil {
		return err
	}
	scheduled := uint64(0)
	err = k.tasks.Walk(ctx, nil, func(id uint64, t types.Task) (bool, error) {
		if t.Id != id || id >= next {
			return true, broken("task %d is stored under %d, next id is %d", t.Id, id, next)
		}
		parked, err := k.parked.Has(ctx, id)
		if err != nil {
			return true, err
		}
		entry, ok := agendaOf(t)
		if wants := statusOf(t) != task.Matched && !parked; wants != ok {
			return true, broken("task %d: %s, parked %t, with next height %d", id, statusOf(t), parked, t.NextHeight)
		}
		if err := t.CheckAudit(); err != nil {
			return true, broken("task %d: %s", id, err)
		}
		if !ok {
			return false, nil
		}
		scheduled++
		if has, err := k.agenda.Has(ctx, entry); err != nil || !has {
			return true, broken("task %d is not on the agenda of %d: %v", id, t.NextHeight, err)
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	entries := uint64(0)
	if err := k.agenda.Walk(ctx, func(agendaKey) bool { entries++; return false }); err != nil || entries != scheduled {
		return broken("expected %d entries on the agenda, got %d: %v", scheduled, entries, err)
	}
	return nil
}

func (k *Keeper) refsNameTasks(ctx context.Context) error {
	named := uint64(0)
	err := k.refs.Walk(ctx, nil, func(key refKey, id uint64) (bool, error) {
		named++
		t, err := k.task(ctx, id)
		if err != nil {
			return true, broken("client_ref %q names task %d: %s", key.K2(), id, err)
		}
		want, _, err := k.account(t.Requester)
		if err != nil || !want.Equals(key.K1()) || !bytes.Equal(refOf(want, t.ClientRef, id).K2(), key.K2()) {
			return true, broken("client_ref %q of %s names task %d of %s", key.K2(), key.K1(), id, t.Requester)
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	if n, err := size(ctx, k.tasks); err != nil || n != named {
		return broken("expected %d names of tasks, got %d: %v", n, named, err)
	}
	return nil
}

func (k *Keeper) seatingsNameTasks(ctx context.Context) error {
	return k.seatings.Walk(ctx, nil, func(key seatingKey, s types.SeatIds) (bool, error) {
		for i, id := range s.TaskIds {
			if has, err := k.tasks.Has(ctx, id); err != nil || !has || i > 0 && s.TaskIds[i-1] >= id {
				return true, broken("seating of %s at %d names task %d: %v", key.K1(), key.K2(), id, err)
			}
		}
		return len(s.TaskIds) == 0, nil
	})
}

func (k *Keeper) providersCountOffers(ctx context.Context) error {
	total := uint64(0)
	err := k.providers.Walk(ctx, nil, func(addr sdk.AccAddress, p types.Provider) (bool, error) {
		offers, err := k.offersOf(ctx, addr)
		total += uint64(len(offers))
		if err != nil || uint32(len(offers)) != p.OfferCount {
			return true, broken("provider %s: expected %d offers, got %d: %v", p.Address, p.OfferCount, len(offers), err)
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	if n, err := size(ctx, k.offers); err != nil || n != total {
		return broken("expected %d offers, all of providers, got %d: %v", total, n, err)
	}
	return nil
}
