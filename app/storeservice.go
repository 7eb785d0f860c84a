package app

import (
	"context"

	corestore "cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// storeService opens the store of a module. Where store access costs no gas, as in block steps and seat messages, it
// leaves out the layer that would count it: a task opens its stores a hundred times, and that layer was a twentieth of
// what it allocated.
type storeService struct {
	key     *storetypes.KVStoreKey
	metered corestore.KVStoreService
}

func newStoreService(key *storetypes.KVStoreKey) corestore.KVStoreService {
	return storeService{key, runtime.NewKVStoreService(key)}
}

// OpenKVStore implements corestore.KVStoreService.
func (s storeService) OpenKVStore(ctx context.Context) corestore.KVStore {
	c := sdk.UnwrapSDKContext(ctx)
	if c.KVGasConfig() != (storetypes.GasConfig{}) {
		return s.metered.OpenKVStore(ctx)
	}
	return freeStore{c.MultiStore().GetKVStore(s.key)}
}

// freeStore is a store without gas. It returns no errors: a store that cannot be read or written panics.
type freeStore struct{ inner storetypes.KVStore }

func (s freeStore) Get(key []byte) ([]byte, error) { return s.inner.Get(key), nil }

func (s freeStore) Has(key []byte) (bool, error) { return s.inner.Has(key), nil }

func (s freeStore) Set(key, value []byte) error {
	s.inner.Set(key, value)
	return nil
}

func (s freeStore) Delete(key []byte) error {
	s.inner.Delete(key)
	return nil
}

func (s freeStore) Iterator(start, end []byte) (corestore.Iterator, error) {
	return s.inner.Iterator(start, end), nil
}

func (s freeStore) ReverseIterator(start, end []byte) (corestore.Iterator, error) {
	return s.inner.ReverseIterator(start, end), nil
}
