package census_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/internal/census"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// of returns the count of one collection, zero if it is missing.
func of(counts []census.Count, module, collection string) census.Count {
	for _, c := range counts {
		if c.Module == module && c.Collection == collection {
			return c
		}
	}
	return census.Count{}
}

// slow counts a store key by key, without the order of prefixes.
func slow(a *app.App, name string) (c census.Count) {
	it := a.CommitMultiStore().GetKVStore(a.StoreKey(name)).Iterator(nil, nil)
	defer it.Close()
	for ; it.Valid(); it.Next() {
		c.Keys++
		c.KeyBytes += uint64(len(it.Key()))
		c.ValueBytes += uint64(len(it.Value()))
	}
	return c
}

// TestTakeCountsEveryKeyOnce posts tasks and compares with what lies in the stores.
func TestTakeCountsEveryKeyOnce(t *testing.T) {
	w := kit.New(t, kit.DefaultSetup(4))
	before := census.Take(census.Modules(w.Chain.App), nil)
	terms := w.Terms(kit.TheModel, 1_000_000)
	w.Must(kit.Tx{Msgs: []sdk.Msg{w.Post("alice", "alice", terms, inputs(5)...)}})

	after := census.Take(census.Modules(w.Chain.App), nil)
	require.EqualValues(t, 5, of(after, "compute", "tasks").Keys-of(before, "compute", "tasks").Keys)
	require.EqualValues(t, 5, of(after, "compute", "refs").Keys)
	require.EqualValues(t, 1, of(after, "compute", "agenda").Keys, "one word of ids")
	require.EqualValues(t, 5, of(after, "reward", "escrows").Keys)
	require.EqualValues(t, 4, of(after, "reward", "bonds").Keys)
	require.Contains(t, after, census.Count{Module: "attest", Collection: "cases"}, "empty collections show")
	for _, name := range []string{"beacon", "compute", "attest", "reward"} {
		mine := slices.DeleteFunc(slices.Clone(after), func(c census.Count) bool { return c.Module != name })
		require.Equal(t, slow(w.Chain.App, name), census.Sum(mine))
		require.Zero(t, of(after, name, census.Strays))
	}
}

// TestTakeAtAPastBlock counts a state that is no longer the last, and others as a whole.
func TestTakeAtAPastBlock(t *testing.T) {
	w := kit.New(t, kit.DefaultSetup(3))
	height := w.Chain.App.LastBlockHeight()
	want := census.Take(census.Modules(w.Chain.App), nil)
	w.Must(kit.Tx{Msgs: []sdk.Msg{w.Post("alice", "alice", w.Terms(kit.TheModel, 1_000_000), inputs(2)...)}})

	modules, err := census.ModulesAt(w.Chain.App, height)
	require.NoError(t, err)
	got := census.Take(modules, nil)
	require.Equal(t, want, got)
	_, err = census.ModulesAt(w.Chain.App, height+100)
	require.Error(t, err)

	others, err := census.Others(w.Chain.App, w.Chain.App.LastBlockHeight())
	require.NoError(t, err)
	counts := census.Take(others, nil)
	require.Len(t, counts, len(app.StoreNames())-4)
	bank := slow(w.Chain.App, "bank")
	bank.Module, bank.Collection = "bank", census.Whole
	require.Contains(t, counts, bank)
}

// TestStraysShow plants a key that no collection owns.
func TestStraysShow(t *testing.T) {
	w := kit.New(t, kit.DefaultSetup(3))
	store := w.Ctx().MultiStore().(storetypes.CacheMultiStore).GetKVStore(w.Chain.App.StoreKey("reward"))
	store.Set([]byte{0, 1}, []byte("lost"))
	store.Set([]byte{250}, []byte("lost too"))
	counts := census.Take([]census.Module{{Name: "reward", Store: store, Collections: w.Chain.App.Reward.Schema().ListCollections()}}, nil)
	require.Equal(t, census.Count{Module: "reward", Collection: census.Strays, Keys: 2, KeyBytes: 3, ValueBytes: 12}, counts[len(counts)-1])
}

// TestUptoStopsWhereItIsTold at the end of the range, at the limit and at the end of the collection.
func TestUptoStopsWhereItIsTold(t *testing.T) {
	w := kit.New(t, kit.DefaultSetup(3))
	w.Must(kit.Tx{Msgs: []sdk.Msg{w.Post("alice", "alice", w.Terms(kit.TheModel, 1_000_000), inputs(7)...)}})
	store := w.Ctx().MultiStore().GetKVStore(w.Chain.App.StoreKey("compute"))
	height := sdk.Uint64ToBigEndian
	waiting := append(bytes.Clone(computetypes.AgendaPrefix), 0, 1)
	due := w.Height() + 2 // the draw of what was posted in the last block
	for _, c := range []struct {
		name         string
		from, before []byte
		limit, want  uint64
	}{
		{"all", nil, nil, 100, 7},
		{"the limit", nil, nil, 4, 4},
		{"before the draw", nil, height(due), 100, 0},
		{"with the draw", nil, height(due + 1), 100, 7},
		{"after it", height(due + 1), nil, 100, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := census.UptoIDs(store, waiting, c.from, c.before, c.limit)
			require.Equal(t, c.want, got)
		})
	}
	require.EqualValues(t, 7, census.Upto(store, computetypes.TasksPrefix, nil, nil, 100))
	require.EqualValues(t, 4, census.Upto(store, computetypes.TasksPrefix, nil, nil, 4))
	empty := census.Upto(w.Ctx().MultiStore().GetKVStore(w.Chain.App.StoreKey("attest")), attesttypes.CasesKey, nil, nil, 100)
	require.Zero(t, empty)
}

// inputs for n tasks.
func inputs(n int) []computetypes.TaskInput {
	out := make([]computetypes.TaskInput, n)
	for i := range out {
		out[i] = computetypes.TaskInput{Tokens: []uint32{1, uint32(i + 1)}}
	}
	return out
}
