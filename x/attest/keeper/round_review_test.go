package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
)

// TestARoundThatKeepsItsDeadlineIsOneWrite: most commits and reveals leave the deadline where it is.
func TestARoundThatKeepsItsDeadlineIsOneWrite(t *testing.T) {
	f := newFixture(t)
	f.newTask(1, 0, 1, 2)
	r, err := f.k.round(f.ctx, 1, 0)
	require.NoError(t, err)
	gas := func(do func(*fixture) error) uint64 {
		ctx, _ := f.ctx.CacheContext()
		g := *f
		g.ctx = ctx.WithGasMeter(storetypes.NewInfiniteGasMeter())
		require.NoError(t, do(&g))
		return g.ctx.GasMeter().GasConsumed()
	}
	stored := gas(func(f *fixture) error { return f.k.storeRound(f.ctx, r) })
	require.Equal(t, stored, gas(func(f *fixture) error { return f.k.moveRound(f.ctx, r, dueAt(r)) }))
	later := r
	later.Deadline++
	require.Greater(t, gas(func(f *fixture) error { return f.k.moveRound(f.ctx, later, dueAt(r)) }), stored)
}
