package census

import (
	"fmt"
	"slices"

	"cosmossdk.io/collections"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/aichain/aichain/app"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// Modules are our modules in the order of the flow, as of the last committed block of an application.
func Modules(a *app.App) []Module { return own(a, a.CommitMultiStore()) }

// ModulesAt is Modules as of a past block. The error tells that its state is no longer there.
func ModulesAt(a *app.App, height int64) ([]Module, error) {
	state, err := a.CommitMultiStore().CacheMultiStoreWithVersion(height)
	if err != nil {
		return nil, fmt.Errorf("the state of block %d: %w", height, err)
	}
	return own(a, state), nil
}

// Others are the stores of the SDK's modules, each counted as a whole, as of a block.
func Others(a *app.App, height int64) ([]Module, error) {
	state, err := a.CommitMultiStore().CacheMultiStoreWithVersion(height)
	if err != nil {
		return nil, fmt.Errorf("the state of block %d: %w", height, err)
	}
	var out []Module
	ours := Modules(a)
	for _, name := range app.StoreNames() {
		if !slices.ContainsFunc(ours, func(m Module) bool { return m.Name == name }) {
			out = append(out, Module{Name: name, Store: state.GetKVStore(a.StoreKey(name))})
		}
	}
	return out, nil
}

func own(a *app.App, state storetypes.MultiStore) []Module {
	return []Module{
		module(a, state, beacontypes.StoreKey, a.Beacon.Schema()),
		module(a, state, computetypes.StoreKey, a.Compute.Schema()),
		module(a, state, attesttypes.StoreKey, a.Attest.Schema()),
		module(a, state, rewardtypes.StoreKey, a.Reward.Schema()),
	}
}

func module(a *app.App, state storetypes.MultiStore, name string, schema collections.Schema) Module {
	return Module{Name: name, Store: state.GetKVStore(a.StoreKey(name)), Collections: schema.ListCollections()}
}
