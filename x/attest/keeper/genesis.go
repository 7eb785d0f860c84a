package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/aichain/aichain/x/attest/types"
)

// InitGenesis writes the state of gs, which must be valid, and rebuilds the indexes: a deadline for each open round
// whose task is not parked, what addDispute and addCase keep of disputes and cases.
func (k *Keeper) InitGenesis(ctx context.Context, gs *types.GenesisState) error {
	if err := gs.Validate(); err != nil {
		return err
	}
	if err := k.params.Set(ctx, gs.Params); err != nil {
		return err
	}
	if err := k.initRounds(ctx, gs); err != nil {
		return err
	}
	return k.initReferee(ctx, gs)
}

// initRounds writes the rounds, those that are parked, and those that wait for their lot.
func (k *Keeper) initRounds(ctx context.Context, gs *types.GenesisState) error {
	isParked := make(map[uint64]bool, len(gs.Parked))
	for _, p := range gs.Parked {
		isParked[p.TaskId] = p.Step == types.ParkedStep
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
	for _, s := range gs.Sealed {
		if err := k.storeSealed(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// initReferee writes the disputes, the cases, and what was posted and shown in them.
func (k *Keeper) initReferee(ctx context.Context, gs *types.GenesisState) error {
	if err := k.nextDispute.Set(ctx, gs.NextDisputeId); err != nil {
		return err
	}
	isParked := make(map[uint64]bool, len(gs.ParkedDisputes))
	for _, p := range gs.ParkedDisputes {
		isParked[p.DisputeId] = true
		if err := k.parkedDisputes.Set(ctx, p.DisputeId, p); err != nil {
			return err
		}
	}
	for _, d := range gs.Disputes {
		if err := k.addDispute(ctx, d, isParked[d.Id]); err != nil {
			return err
		}
	}
	isParkedCase := make(map[uint64]bool, len(gs.Parked))
	for _, p := range gs.Parked {
		isParkedCase[p.TaskId] = p.Step == types.ParkedCaseStep
	}
	for _, c := range gs.Cases {
		if err := k.addCase(ctx, c, isParkedCase[c.TaskId]); err != nil {
			return err
		}
	}
	for _, t := range gs.Traces {
		if err := k.traces.Set(ctx, collections.Join(t.TaskId, t.Provider), t); err != nil {
			return err
		}
	}
	for _, s := range gs.Shown {
		if err := k.shown.Set(ctx, collections.Join(s.DisputeId, s.Depth), s); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis reads the whole state, each list in the order of its keys: rounds by task and number, disputes by id,
// traces by task, then provider, sealed rounds by height, provider and first task, what was shown by dispute and depth, the
// rest by id.
func (k *Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	gs := new(types.GenesisState)
	var err error
	if gs.Params, err = k.params.Get(ctx); err != nil {
		return nil, err
	}
	if gs.NextDisputeId, err = k.nextDispute.Peek(ctx); err != nil {
		return nil, err
	}
	for _, read := range []func() error{
		reading(ctx, k.rounds, &gs.Rounds), reading(ctx, k.parked, &gs.Parked), reading(ctx, k.sealed, &gs.Sealed),
		reading(ctx, k.disputes, &gs.Disputes), reading(ctx, k.traces, &gs.Traces), reading(ctx, k.shown, &gs.Shown),
		reading(ctx, k.cases, &gs.Cases), reading(ctx, k.parkedDisputes, &gs.ParkedDisputes),
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	return gs, nil
}

// reading returns the reading of all values of a map, in the order of their keys, into a list.
func reading[K, V any](ctx context.Context, m collections.Map[K, V], into *[]V) func() error {
	return func() error {
		it, err := m.Iterate(ctx, nil)
		if err != nil {
			return err
		}
		*into, err = it.Values()
		return err
	}
}
