package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/aichain/aichain/x/attest/types"
)

// TestMigrate1to2: a state without a referee gets its parameters and the id of the first dispute, and keeps the rest.
// What does not go with them is refused and left as it was.
func TestMigrate1to2(t *testing.T) {
	f := newFixture(t)
	old := types.Params{MaxBatch: 7, VerdictBudget: 8}
	require.NoError(t, f.k.params.Set(f.ctx, old))
	require.NoError(t, f.k.nextDispute.Set(f.ctx, 0))
	require.NoError(t, NewMigrator(f.k).Migrate1to2(f.ctx))
	want := types.DefaultParams()
	want.MaxBatch, want.VerdictBudget = old.MaxBatch, old.VerdictBudget
	got, err := f.k.params.Get(f.ctx)
	require.NoError(t, err)
	require.Equal(t, want, got)
	next, err := f.k.nextDispute.Peek(f.ctx)
	require.NoError(t, err)
	require.EqualValues(t, 1, next)
	gs, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, gs.Validate())

	old.MaxBatch = 0
	require.NoError(t, f.k.params.Set(f.ctx, old))
	require.ErrorIs(t, NewMigrator(f.k).Migrate1to2(f.ctx), types.ErrInvalidParams)
	got, err = f.k.params.Get(f.ctx)
	require.NoError(t, err)
	require.Equal(t, old, got)
}

// TestMigrate1to2TwiceChangesNothing: neither what was voted since, nor the ids of disputes, nor deadlines.
func TestMigrate1to2TwiceChangesNothing(t *testing.T) {
	f := newFixture(t)
	require.NoError(t, f.k.params.Set(f.ctx, types.Params{MaxBatch: 7, VerdictBudget: 8}))
	require.NoError(t, f.k.nextDispute.Set(f.ctx, 0))
	require.NoError(t, NewMigrator(f.k).Migrate1to2(f.ctx))
	for id := uint64(1); id <= 70; id++ {
		f.newTask(id, 0, 1, 2)
	}
	for range 5 {
		_, err := f.k.nextDispute.Next(f.ctx)
		require.NoError(t, err)
	}
	voted := types.Params{MaxBatch: 1, VerdictBudget: 2, DisputeWindow: 3, TraceWindow: 4, DisputeBudget: 5, AuditBudget: 6}
	require.NoError(t, f.k.params.Set(f.ctx, voted))
	before := f.dump()
	require.NoError(t, NewMigrator(f.k).Migrate1to2(f.ctx))
	require.Equal(t, before, f.dump())
	next, err := f.k.nextDispute.Peek(f.ctx)
	require.NoError(t, err)
	require.EqualValues(t, 6, next)
}

// TestMigrate1to2WritesDeadlinesInWords: the deadlines of version 1 become what version 2 would have written.
func TestMigrate1to2WritesDeadlinesInWords(t *testing.T) {
	f := newFixture(t)
	for id := uint64(1); id <= 70; id++ {
		f.newTask(id, 0, 1, 2)
	}
	var want []dueKey
	require.NoError(t, f.k.deadlines.Walk(f.ctx, func(at dueKey) bool { want = append(want, at); return false }))
	require.Len(t, want, 70)
	for _, at := range want {
		require.NoError(t, f.k.deadlines.Remove(f.ctx, at))
		require.NoError(t, deadlinesV1(f.k).Set(f.ctx, collections.Join3(at.Height, at.ID, uint32(0))))
	}
	require.ErrorIs(t, f.k.Invariants(f.ctx), types.ErrBrokenInvariant)
	require.NoError(t, NewMigrator(f.k).Migrate1to2(f.ctx))
	require.NoError(t, f.k.Invariants(f.ctx))
	it, err := deadlinesV1(f.k).Iterate(f.ctx, nil)
	require.NoError(t, err)
	require.False(t, it.Valid())
	require.NoError(t, it.Close())
}
