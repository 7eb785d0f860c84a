package keeper

import (
	"context"

	"github.com/aichain/aichain/x/attest/types"
)

// InitGenesis writes the state of gs, which must be valid, and rebuilds the deadlines: one for each open round whose
// task is not parked.
func (k *Keeper) InitGenesis(ctx context.Context, gs *types.GenesisState) error {
	if err := gs.Validate(); err != nil {
		return err
	}
	if err := k.params.Set(ctx, gs.Params); err != nil {
		return err
	}
	isParked := make(map[uint64]bool, len(gs.Parked))
	for _, p := range gs.Parked {
		isParked[p.TaskId] = true
		if err := k.parked.Set(ctx, p.TaskId, p); err != nil {
			return err
		}
	}
	for i := range gs.Rounds {
		r := gs.Rounds[i]
		store := k.storeRound
		if r.IsOpen() && !isParked[r.TaskId] {
			store = k.openRound
		}
		if err := store(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis reads the whole state: rounds by task and number, parked rounds by task.
func (k *Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	gs := &types.GenesisState{Params: params}
	rounds, err := k.rounds.Iterate(ctx, nil)
	if err != nil {
		return nil, err
	}
	if gs.Rounds, err = rounds.Values(); err != nil {
		return nil, err
	}
	parked, err := k.parked.Iterate(ctx, nil)
	if err != nil {
		return nil, err
	}
	gs.Parked, err = parked.Values()
	return gs, err
}
