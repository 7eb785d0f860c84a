package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/compute/types"
)

// seatingsAt reads the tasks on which a provider was seated in a block; none if there is no record.
func (k *Keeper) seatingsAt(ctx context.Context, key seatingKey) (types.SeatIds, error) {
	s, err := k.seatings.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return types.SeatIds{}, nil
	}
	return s, err
}

// seatingBook notes, during a block step, on which tasks providers were seated or are no longer, so that the record
// of a provider and a height is read and written once a step and not once a seat. Only items of the step that
// succeeded may write into it.
type seatingBook struct {
	pages []*seatingPage // in order of the first note
	at    map[seatingPlace]*seatingPage
}

// seatingPage is the noted tasks of one provider at one height.
type seatingPage struct {
	provider sdk.AccAddress
	height   uint64
	ids      []uint64
}

type seatingPlace struct {
	provider string
	height   uint64
}

// note notes a task.
func (b *seatingBook) note(provider sdk.AccAddress, height, id uint64) {
	place := seatingPlace{string(provider), height}
	page := b.at[place]
	if page == nil {
		if b.at == nil {
			b.at = map[seatingPlace]*seatingPage{}
		}
		page = &seatingPage{provider: provider, height: height}
		b.at[place] = page
		b.pages = append(b.pages, page)
	}
	page.ids = append(page.ids, id)
}

// addSeatings keeps that providers were seated on the noted tasks.
func (k *Keeper) addSeatings(ctx context.Context, b *seatingBook) error {
	for _, page := range b.pages {
		key := collections.Join(page.provider, page.height)
		s, err := k.seatingsAt(ctx, key)
		if err != nil {
			return err
		}
		s.TaskIds = append(s.TaskIds, page.ids...)
		slices.Sort(s.TaskIds)
		if err := k.seatings.Set(ctx, key, s); err != nil {
			return err
		}
	}
	return nil
}

// dropSeatings forgets that providers were seated on the noted tasks.
func (k *Keeper) dropSeatings(ctx context.Context, b *seatingBook) error {
	for _, page := range b.pages {
		key := collections.Join(page.provider, page.height)
		s, err := k.seatingsAt(ctx, key)
		if err != nil {
			return err
		}
		s.TaskIds = slices.DeleteFunc(s.TaskIds, func(id uint64) bool { return slices.Contains(page.ids, id) })
		if len(s.TaskIds) == 0 {
			err = k.seatings.Remove(ctx, key)
		} else {
			err = k.seatings.Set(ctx, key, s)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
