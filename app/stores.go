package app

import (
	corestore "cosmossdk.io/core/store"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	authzkeeper "github.com/cosmos/cosmos-sdk/x/authz/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// storeNames lists the stores of all modules. Adding one to a running chain needs an upgrade (app/upgrades).
var storeNames = []string{
	authtypes.StoreKey, banktypes.StoreKey, stakingtypes.StoreKey, minttypes.StoreKey, distrtypes.StoreKey,
	slashingtypes.StoreKey, govtypes.StoreKey, consensustypes.StoreKey, upgradetypes.StoreKey, feegrant.StoreKey,
	evidencetypes.StoreKey, authzkeeper.StoreKey,
	beacontypes.StoreKey, computetypes.StoreKey, attesttypes.StoreKey, rewardtypes.StoreKey,
}

// stores are the keys under which the modules keep their state.
type stores struct {
	keys map[string]*storetypes.KVStoreKey
	// objects live for one block: x/bank collects the fees there.
	objects map[string]*storetypes.ObjectStoreKey
}

func newStores() stores {
	return stores{
		keys:    storetypes.NewKVStoreKeys(storeNames...),
		objects: storetypes.NewObjectStoreKeys(banktypes.ObjectStoreKey),
	}
}

// service returns the store of one module; nil for an unknown name.
func (s stores) service(name string) corestore.KVStoreService {
	return newStoreService(s.keys[name])
}

// all returns every key in a fixed order.
func (s stores) all() []storetypes.StoreKey {
	out := make([]storetypes.StoreKey, 0, len(storeNames)+1)
	for _, name := range storeNames {
		out = append(out, s.keys[name])
	}
	return append(out, s.objects[banktypes.ObjectStoreKey])
}

// StoreKey returns the key of a module's store, for tests; nil for an unknown name.
func (app *App) StoreKey(name string) *storetypes.KVStoreKey { return app.stores.keys[name] }

// StoreNames lists the stores, for tests that compare whole states.
func StoreNames() []string { return append([]string(nil), storeNames...) }

// GetStoreKeys returns all keys in a fixed order, for the SDK's simulator.
func (app *App) GetStoreKeys() []storetypes.StoreKey { return app.stores.all() }
