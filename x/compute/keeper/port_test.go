package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/x/compute/types"
)

func TestPortsRefuse(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.ok(post("a"))
	settled := types.Closing{Status: types.TASK_STATUS_SETTLED, Reason: types.REASON_TASK_AGREED}
	require.ErrorIs(t, f.k.Close(f.ctx, 1, settled), types.ErrWrongStatus, "OPEN is ours to close")
	require.ErrorIs(t, f.k.Close(f.ctx, 9, settled), types.ErrUnknownTask)
	require.ErrorIs(t, f.k.RequestSeats(f.ctx, 1, types.SEAT_ROLE_PANEL), types.ErrWrongStatus, "in no round")
	require.ErrorIs(t, f.k.RequestSeats(f.ctx, 9, types.SEAT_ROLE_PANEL), types.ErrUnknownTask)
	require.ErrorIs(t, f.k.ReleaseSlots(f.ctx, modelA, []string{provider(0)}), types.ErrSlots)
	require.ErrorIs(t, f.k.ReleaseSlots(f.ctx, modelB, []string{provider(0)}), types.ErrUnknownOffer)
	require.ErrorIs(t, f.k.ReleaseSlots(f.ctx, modelA, []string{"x"}), types.ErrBadAddress)
	f.endBlocks(12)
	for _, role := range []types.SeatRole{types.SEAT_ROLE_UNSPECIFIED, types.SEAT_ROLE_PRIMARY, types.SEAT_ROLE_AUDIT} {
		require.ErrorIs(t, f.k.RequestSeats(f.ctx, 1, role), types.ErrWrongStatus)
	}
	require.ErrorIs(t, f.k.Close(f.ctx, 1, types.Closing{Status: types.TASK_STATUS_OPEN}), types.ErrWrongStatus)
	f.settle(1)
	require.ErrorIs(t, f.k.Close(f.ctx, 1, settled), types.ErrWrongStatus, "a task ends once")
	require.ErrorIs(t, f.k.RequestSeats(f.ctx, 1, types.SEAT_ROLE_PANEL), types.ErrWrongStatus)
	require.NoError(t, f.k.Invariants(f.ctx))
}

func TestBondChanged(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.offer(provider(0), modelB, 1, 1, 1)
	require.NoError(t, f.m.bonded.Set(f.ctx, provider(0), 5))
	require.ErrorIs(t, f.k.Invariants(f.ctx), types.ErrInvariant, "the trees still have the old bond")
	require.NoError(t, f.k.BondChanged(f.ctx, provider(0), 5))
	require.NoError(t, f.k.Invariants(f.ctx))
	require.NoError(t, f.k.BondChanged(f.ctx, account("bob"), 5), "strangers do not matter")
	require.ErrorIs(t, f.k.BondChanged(f.ctx, "x", 5), types.ErrBadAddress)
}

func TestWiring(t *testing.T) {
	f := newFixture(t)
	require.Panics(t, func() { f.k.SetHooks(f.r) })
	require.Panics(t, func() { f.k.SetRounds(f.r) })
	require.Panics(t, func() { NewKeeper(nil, nil, nil, nil, f.m, f.b, account("gov")) })
}
