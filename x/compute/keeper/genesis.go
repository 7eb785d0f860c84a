package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/aichain/aichain/rules/match"
	"github.com/aichain/aichain/x/compute/types"
)

// InitGenesis stores a state and rebuilds all indexes and draw trees. The trees weigh by bonds, so x/reward
// must have been initialised before.
func (k *Keeper) InitGenesis(ctx context.Context, gs *types.GenesisState) error {
	if err := gs.Validate(); err != nil {
		return err
	}
	if err := k.params.Set(ctx, gs.Params); err != nil {
		return err
	}
	if err := k.nextTaskID.Set(ctx, gs.NextTaskId); err != nil {
		return err
	}
	for _, m := range gs.Models {
		if err := k.models.Set(ctx, m.Id, m); err != nil {
			return err
		}
		if err := k.modelNames.Set(ctx, collections.Join3(m.Name, m.PublishHeight, m.Id)); err != nil {
			return err
		}
	}
	for _, init := range []func(context.Context, *types.GenesisState) error{
		k.initProviders, k.initOffers, k.initTasks, k.initSeatings,
	} {
		if err := init(ctx, gs); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) initProviders(ctx context.Context, gs *types.GenesisState) error {
	for _, p := range gs.Providers {
		addr, _, err := k.account(p.Address)
		if err != nil {
			return err
		}
		if err := k.providers.Set(ctx, addr, p); err != nil {
			return err
		}
	}
	return nil
}

// initOffers puts each standing offer at its position, so that draws after an import choose as before.
func (k *Keeper) initOffers(ctx context.Context, gs *types.GenesisState) error {
	counts := map[string]uint64{}
	for _, o := range gs.Offers {
		if !withdrawn(o) {
			counts[string(o.ModelId)]++
		}
	}
	for _, m := range gs.Models {
		if n := counts[string(m.Id)]; n > 0 {
			if err := k.offerCounts.Set(ctx, m.Id, n); err != nil {
				return err
			}
		}
	}
	for _, o := range gs.Offers {
		if err := k.initOffer(ctx, o, counts[string(o.ModelId)]); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) initOffer(ctx context.Context, o types.Offer, count uint64) error {
	addr, p, err := k.provider(ctx, o.Provider)
	if err != nil {
		return err
	}
	if err := k.offers.Set(ctx, collections.Join(addr, o.ModelId), o); err != nil || withdrawn(o) {
		return err
	}
	if err := k.positions.Set(ctx, collections.Join(o.ModelId, o.Position), addr); err != nil {
		return err
	}
	weight, err := k.weight(ctx, p)
	if err != nil {
		return err
	}
	if err := match.SetWeight(tree{ctx, k, o.ModelId}, count, o.Position, weight); err != nil {
		return err
	}
	return k.indexPrices(ctx, addr, o)
}

func (k *Keeper) initTasks(ctx context.Context, gs *types.GenesisState) error {
	for _, t := range gs.Tasks {
		requester, _, err := k.account(t.Requester)
		if err != nil {
			return err
		}
		if err := k.save(ctx, types.Task{}, t); err != nil {
			return err
		}
		if err := k.refs.Set(ctx, refOf(requester, t.ClientRef, t.Id), t.Id); err != nil {
			return err
		}
	}
	for _, p := range gs.Parked {
		if err := k.parked.Set(ctx, p.TaskId, p); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) initSeatings(ctx context.Context, gs *types.GenesisState) error {
	for _, s := range gs.Seatings {
		addr, _, err := k.account(s.Provider)
		if err != nil {
			return err
		}
		if err := k.seatings.Set(ctx, collections.Join(addr, s.Height), types.SeatIds{TaskIds: s.TaskIds}); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis gives the whole state, each list in the order of its keys.
func (k *Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	gs := &types.GenesisState{}
	var err error
	if gs.Params, err = k.params.Get(ctx); err != nil {
		return nil, err
	}
	if gs.NextTaskId, err = k.nextTaskID.Get(ctx); err != nil {
		return nil, err
	}
	if gs.Providers, err = values(ctx, k.providers); err != nil {
		return nil, err
	}
	if gs.Models, err = values(ctx, k.models); err != nil {
		return nil, err
	}
	if gs.Offers, err = values(ctx, k.offers); err != nil {
		return nil, err
	}
	if gs.Tasks, err = values(ctx, k.tasks); err != nil {
		return nil, err
	}
	if gs.Parked, err = values(ctx, k.parked); err != nil {
		return nil, err
	}
	gs.Seatings, err = k.exportSeatings(ctx)
	return gs, err
}

func (k *Keeper) exportSeatings(ctx context.Context) ([]types.Seating, error) {
	var out []types.Seating
	err := k.seatings.Walk(ctx, nil, func(key seatingKey, s types.SeatIds) (bool, error) {
		name, err := k.addr.BytesToString(key.K1())
		out = append(out, types.Seating{Provider: name, Height: key.K2(), TaskIds: s.TaskIds})
		return false, err
	})
	return out, err
}

// values lists a collection in the order of its keys.
func values[K, V any](ctx context.Context, m collections.Map[K, V]) ([]V, error) {
	it, err := m.Iterate(ctx, nil)
	if err != nil {
		return nil, err
	}
	return it.Values()
}
