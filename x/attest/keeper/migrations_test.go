package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

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
