package idset

import (
	"cmp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// newSet is an empty set in a store of its own.
func newSet(tb testing.TB) (sdk.Context, Set, storetypes.StoreKey) {
	tb.Helper()
	key := storetypes.NewKVStoreKey("ids")
	ctx := testutil.DefaultContextWithKeys(map[string]*storetypes.KVStoreKey{"ids": key}, nil, nil)
	sb := collections.NewSchemaBuilder(runtime.NewKVStoreService(key))
	s := New(sb, collections.NewPrefix(1), "ids")
	_, err := sb.Build()
	require.NoError(tb, err)
	return ctx, s, key
}

func order(a, b At) int {
	return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Height, b.Height), cmp.Compare(a.ID, b.ID))
}

// TestSetIsASet compares with a sorted list, at random, and with what lies in the store.
func TestSetIsASet(t *testing.T) {
	draw := rapid.Custom(func(t *rapid.T) At {
		return At{
			Group: rapid.Uint16Range(1, 2).Draw(t, "group"), Height: rapid.Uint64Range(0, 3).Draw(t, "height"),
			ID: rapid.SampledFrom([]uint64{0, 1, 62, 63, 64, 65, 127, 128, 200, 1 << 40}).Draw(t, "id"),
		}
	})
	rapid.Check(t, func(t2 *rapid.T) {
		ctx, s, _ := newSet(t)
		var list []At
		add := func(at At) {
			if i, has := slices.BinarySearchFunc(list, at, order); !has {
				list = slices.Insert(list, i, at)
			}
		}
		t2.Repeat(map[string]func(*rapid.T){
			"add": func(r *rapid.T) {
				at := draw.Draw(r, "at")
				require.NoError(t, s.Add(ctx, at))
				add(at)
			},
			"add a run": func(r *rapid.T) {
				at, n := draw.Draw(r, "at"), rapid.Uint64Range(0, 200).Draw(r, "n")
				require.NoError(t, s.AddRun(ctx, at, n))
				for i := range n {
					add(At{at.Group, at.Height, at.ID + i})
				}
			},
			"remove": func(r *rapid.T) {
				at := draw.Draw(r, "at")
				require.NoError(t, s.Remove(ctx, at))
				list = slices.DeleteFunc(list, func(a At) bool { return a == at })
			},
			"": func(r *rapid.T) { compare(r, ctx, s, list, draw.Draw(r, "at"), rapid.IntRange(1, 70).Draw(r, "limit")) },
		})
	})
}

// compare asks the set all that it can be asked.
func compare(t require.TestingT, ctx sdk.Context, s Set, list []At, at At, limit int) {
	has, err := s.Has(ctx, at)
	require.NoError(t, err)
	require.Equal(t, slices.Contains(list, at), has)
	var walked []At
	require.NoError(t, s.Walk(ctx, func(at At) bool { walked = append(walked, at); return false }))
	require.Equal(t, append([]At{}, list...), append([]At{}, walked...))
	group := slices.DeleteFunc(slices.Clone(list), func(a At) bool { return a.Group != at.Group })
	want := slices.DeleteFunc(slices.Clone(group), func(a At) bool { return a.Height > at.Height })
	due, err := s.Due(ctx, at.Group, at.Height, limit)
	require.NoError(t, err)
	require.ElementsMatch(t, want[:min(len(want), limit)], due)
	require.True(t, slices.IsSortedFunc(due, order))
	rest := slices.DeleteFunc(group, func(a At) bool { return order(a, at) < 0 })
	for from := &at; from != nil; {
		var page []At
		page, from, err = s.Page(ctx, *from, limit)
		require.NoError(t, err)
		require.Equal(t, append([]At{}, rest[:min(len(rest), limit)]...), append([]At{}, page...))
		rest = rest[len(page):]
		if from == nil {
			break
		}
		back, ok := FromCursor(at.Group, Cursor(*from))
		require.True(t, ok)
		require.Equal(t, *from, back)
	}
	require.Empty(t, rest)
}

// TestAnEmptySetHasNoKeys, however it came to be empty, and a hundred ids in a row have two or three.
func TestAnEmptySetHasNoKeys(t *testing.T) {
	ctx, s, key := newSet(t)
	count := func() (n int) {
		it := ctx.KVStore(key).Iterator(nil, nil)
		defer it.Close()
		for ; it.Valid(); it.Next() {
			n++
		}
		return n
	}
	require.NoError(t, s.AddRun(ctx, At{1, 7, 1}, 100))
	require.Equal(t, 2, count())
	for id := range uint64(110) {
		require.NoError(t, s.Remove(ctx, At{1, 7, id}))
	}
	require.Zero(t, count())
}

// TestGasIsThatOfAKey, the same for the first id of a word and the last, in and out; nothing where stores are free.
func TestGasIsThatOfAKey(t *testing.T) {
	ctx, s, _ := newSet(t)
	gas := func(do func(sdk.Context) error) storetypes.Gas {
		c := ctx.WithGasMeter(storetypes.NewInfiniteGasMeter()).WithKVGasConfig(storetypes.KVGasConfig())
		require.NoError(t, do(c))
		return c.GasMeter().GasConsumed()
	}
	for id := range uint64(wordIDs + 1) {
		require.Equal(t, AddGas, gas(func(c sdk.Context) error { return s.Add(c, At{1, 7, id}) }))
	}
	for id := range uint64(wordIDs + 1) {
		require.Equal(t, RemoveGas, gas(func(c sdk.Context) error { return s.Remove(c, At{1, 7, id}) }))
	}
	require.Equal(t, 100*AddGas, gas(func(c sdk.Context) error { return s.AddRun(c, At{1, 7, 5}, 100) }))
	require.Zero(t, gas(func(c sdk.Context) error {
		return s.AddRun(c.WithKVGasConfig(storetypes.GasConfig{}), At{1, 8, 5}, 100)
	}))
}

// TestLen counts what lies in the store.
func TestLen(t *testing.T) {
	ctx, s, key := newSet(t)
	require.NoError(t, s.AddRun(ctx, At{1, 7, 1}, 100))
	n := uint64(0)
	it := ctx.KVStore(key).Iterator(nil, nil)
	defer it.Close()
	for ; it.Valid(); it.Next() {
		n += Len(it.Value())
	}
	require.EqualValues(t, 100, n)
	require.Zero(t, Len([]byte{1}))
}

// FuzzFromCursor: what is accepted is what Cursor writes.
func FuzzFromCursor(f *testing.F) {
	f.Add(make([]byte, CursorBytes))
	f.Add([]byte("short"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if at, ok := FromCursor(3, b); ok && len(b) > 0 {
			require.Equal(t, b, Cursor(at))
		}
	})
}

// TestCursorRefusesOtherBytes that no page gave.
func TestCursorRefusesOtherBytes(t *testing.T) {
	for _, n := range []int{1, 8, 15, 17} {
		_, ok := FromCursor(1, make([]byte, n))
		require.False(t, ok, n)
	}
}
