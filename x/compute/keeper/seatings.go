package keeper

import (
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/compute/types"
)

// seatingsAt reads the tasks on which a provider was seated in a block; none if there is no record.
func (k *Keeper) seatingsAt(ctx sdk.Context, key seatingKey) (types.SeatIds, error) {
	s, err := k.seatings.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return types.SeatIds{}, nil
	}
	return s, err
}

// dropSeating forgets that a provider was seated on a task.
func (k *Keeper) dropSeating(ctx sdk.Context, at types.SeatedAt, id uint64) error {
	provider, _, err := k.account(at.Provider)
	if err != nil {
		return err
	}
	key := collections.Join(provider, at.Height)
	s, err := k.seatingsAt(ctx, key)
	if err != nil {
		return err
	}
	kept := make([]uint64, 0, len(s.TaskIds))
	for _, other := range s.TaskIds {
		if other != id {
			kept = append(kept, other)
		}
	}
	if len(kept) == 0 {
		return k.seatings.Remove(ctx, key)
	}
	return k.seatings.Set(ctx, key, types.SeatIds{TaskIds: kept})
}

// addSeating notes that a provider was seated on a task in this block.
func (k *Keeper) addSeating(ctx sdk.Context, provider sdk.AccAddress, id uint64) error {
	key := collections.Join(provider, height(ctx))
	s, err := k.seatingsAt(ctx, key)
	if err != nil {
		return err
	}
	at := len(s.TaskIds)
	for at > 0 && s.TaskIds[at-1] > id {
		at--
	}
	s.TaskIds = append(s.TaskIds, 0)
	copy(s.TaskIds[at+1:], s.TaskIds[at:])
	s.TaskIds[at] = id
	return k.seatings.Set(ctx, key, s)
}
