package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/aichain/aichain/x/compute/types"
)

// TestMigrate1to2: a state without audits gets their share, and keeps the rest. What does not go with it is refused.
func TestMigrate1to2(t *testing.T) {
	f := newFixture(t)
	p := types.DefaultParams()
	p.AuditBps, p.OpenWindow = 0, 77
	require.NoError(t, f.k.params.Set(f.ctx, p))
	require.NoError(t, NewMigrator(f.k).Migrate1to2(f.ctx))
	got, err := f.k.params.Get(f.ctx)
	require.NoError(t, err)
	p.AuditBps = types.DefaultParams().AuditBps
	require.Equal(t, p, got)

	p.CommitWindow, p.ChallengeWindow = types.MaxCommitWindow+1, 50 // which governance could set
	require.NoError(t, f.k.params.Set(f.ctx, p))
	require.NoError(t, NewMigrator(f.k).Migrate1to2(f.ctx))
	got, err = f.k.params.Get(f.ctx)
	require.NoError(t, err)
	p.CommitWindow = types.MaxCommitWindow
	require.Equal(t, p, got)

	p.MinSeats = 0
	require.NoError(t, f.k.params.Set(f.ctx, p))
	require.ErrorIs(t, NewMigrator(f.k).Migrate1to2(f.ctx), types.ErrBadParams)
}

// TestMigrate1to2WritesTheAgendaInWords: a state with the agenda of version 1 becomes what version 2 would have written.
func TestMigrate1to2WritesTheAgendaInWords(t *testing.T) {
	f := busy(t)
	p := types.DefaultParams()
	require.NoError(t, f.k.params.Set(f.ctx, p))
	want := f.dump(f.ctx)
	var entries []agendaKey
	require.NoError(t, f.k.agenda.Walk(f.ctx, func(at agendaKey) bool { entries = append(entries, at); return false }))
	require.NotEmpty(t, entries)
	for _, e := range entries {
		require.NoError(t, f.k.agenda.Remove(f.ctx, e))
		require.NoError(t, agendaV1(f.k).Set(f.ctx, collections.Join3(e.Group, e.Height, e.ID)))
	}
	require.NotEqual(t, want, f.dump(f.ctx))
	require.NoError(t, NewMigrator(f.k).Migrate1to2(f.ctx))
	require.Equal(t, want, f.dump(f.ctx))
	require.NoError(t, f.k.Invariants(f.ctx))
}
