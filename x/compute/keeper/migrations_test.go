package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

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

	p.MinSeats = 0
	require.NoError(t, f.k.params.Set(f.ctx, p))
	require.ErrorIs(t, NewMigrator(f.k).Migrate1to2(f.ctx), types.ErrBadParams)
}
