package app

import (
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// TestAFreeStoreIsTheSameStore: what is written without gas is read with gas, and the other way round; only the gas
// differs.
func TestAFreeStoreIsTheSameStore(t *testing.T) {
	key := storetypes.NewKVStoreKey("some")
	service := newStoreService(key)
	metered := testutil.DefaultContextWithKeys(map[string]*storetypes.KVStoreKey{"some": key}, nil, nil).
		WithGasMeter(storetypes.NewInfiniteGasMeter()).WithKVGasConfig(storetypes.KVGasConfig())
	free := metered.WithKVGasConfig(storetypes.GasConfig{})
	for _, c := range [][2]sdk.Context{{free, metered}, {metered, free}} {
		writer, reader := service.OpenKVStore(c[0]), service.OpenKVStore(c[1])
		require.NoError(t, writer.Set([]byte("a"), []byte("1")))
		require.NoError(t, writer.Set([]byte("b"), []byte("2")))
		require.NoError(t, writer.Set([]byte("c"), []byte("3")))
		require.NoError(t, writer.Delete([]byte("b")))
		got, err := reader.Get([]byte("a"))
		require.NoError(t, err)
		require.Equal(t, []byte("1"), got)
		has, err := reader.Has([]byte("b"))
		require.NoError(t, err)
		require.False(t, has)
		up, err := reader.Iterator([]byte("a"), []byte("c"))
		require.NoError(t, err)
		require.Equal(t, []byte("a"), up.Key())
		require.NoError(t, up.Close())
		down, err := reader.ReverseIterator(nil, nil)
		require.NoError(t, err)
		require.Equal(t, []byte("c"), down.Key())
		require.NoError(t, down.Close())
	}
	before := metered.GasMeter().GasConsumed()
	require.NotZero(t, before)
	require.NoError(t, service.OpenKVStore(free).Set([]byte("d"), []byte("4")))
	require.Equal(t, before, metered.GasMeter().GasConsumed())
	require.Panics(t, func() { _ = service.OpenKVStore(free).Set([]byte("e"), nil) }, "as every store")
}
