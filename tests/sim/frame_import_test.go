package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/aichain/aichain/app/apptest"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// busy is a frame in the middle of things: tasks that wait, rounds in which seats have committed or revealed, and disputes
// with moves made and moves due.
func busy(t *testing.T, seed int64) *frame {
	t.Helper()
	f := newFrame(t, seed)
	for range 10 * busyBlocks {
		f.block()
		if f.chain.Height < busyBlocks || f.isBehind() {
			continue
		}
		s := states(t, f.chain)
		committed, revealed, played, waiting := 0, 0, 0, 0
		for _, r := range s.attest.Rounds {
			if r.IsOpen() && r.Phase == attesttypes.ROUND_PHASE_COMMIT && someSeat(r, attesttypes.Seat.HasCommitted) {
				committed++
			}
			if r.IsOpen() && someSeat(r, attesttypes.Seat.HasRevealed) {
				revealed++
			}
		}
		for _, d := range s.attest.Disputes {
			if d.IsOpen() && len(d.Moves) > 0 {
				played++
			}
		}
		for _, task := range s.compute.Tasks {
			if task.Status == computetypes.TASK_STATUS_OPEN {
				waiting++
			}
		}
		if committed > 0 && revealed > 0 && played > 0 && waiting > 0 {
			t.Logf("height %d: %d tasks wait, of the open rounds %d have commitments and %d have reveals, %d disputes are played",
				f.chain.Height, waiting, committed, revealed, played)
			return f
		}
	}
	t.Fatal("never busy")
	return nil
}

func someSeat(r attesttypes.Round, is func(attesttypes.Seat) bool) bool {
	for i := range r.Seats {
		if is(r.Seats[i]) {
			return true
		}
	}
	return false
}

// TestAppImportExport exports a busy chain. Its import has the same stores and exports the same bytes; given the same blocks
// it has the same results, and in the end the same state.
func TestAppImportExport(t *testing.T) {
	t.Parallel()
	f := busy(t, 22)
	exported := f.chain.Export(t)
	c := f.chain.Import(t, exported)
	require.Equal(t, string(exported.AppState), string(c.Imported(t)), "export, import, export")
	for _, name := range []string{computetypes.StoreKey, attesttypes.StoreKey, rewardtypes.StoreKey, beacontypes.StoreKey} {
		a := f.ctx().KVStore(f.chain.App.StoreKey(name))
		b := c.App.NewContextLegacy(false, cmtproto.Header{Height: c.Height}).KVStore(c.App.StoreKey(name))
		keys, diff := compareStores(a, b)
		require.Empty(t, diff, "x/%s", name)
		require.Positive(t, keys)
		t.Logf("x/%s: %d keys are the same", name, keys)
	}
	for range lockstepBlocks {
		m := f.block()
		res := follow(t, c, m)
		require.Equal(t, len(m.TxResults), len(res.TxResults))
		for i, r := range m.TxResults {
			require.Equal(t, r.Code, res.TxResults[i].Code, "height %d, transaction %d: %s; %s", m.request.Height, i, r.Log, res.TxResults[i].Log)
			require.Equal(t, r.Data, res.TxResults[i].Data)
		}
		require.NoError(t, c.Invariants(), "the import, height %d", m.request.Height)
	}
	require.Equal(t, moduleStates(t, f.chain), moduleStates(t, c), "after %d blocks in lock-step", lockstepBlocks)
}

// compareStores counts the keys of a, and says where b first differs.
func compareStores(a, b storetypes.KVStore) (keys int, diff string) {
	x, y := a.Iterator(nil, nil), b.Iterator(nil, nil)
	defer func() { _, _ = x.Close(), y.Close() }()
	for ; x.Valid() && y.Valid(); keys++ {
		if !bytes.Equal(x.Key(), y.Key()) || !bytes.Equal(x.Value(), y.Value()) {
			return keys, fmt.Sprintf("%x = %x, the import has %x = %x", x.Key(), x.Value(), y.Key(), y.Value())
		}
		x.Next()
		y.Next()
	}
	if x.Valid() || y.Valid() {
		return keys, fmt.Sprintf("after %d keys only one has more", keys)
	}
	return keys, ""
}

// TestAppSimulationAfterImport goes on with random operations on the import of a busy chain, on which something of each
// kind is parked, as if its step had failed before the export.
func TestAppSimulationAfterImport(t *testing.T) {
	t.Parallel()
	f := busy(t, 31)
	exported := f.chain.Export(t)
	setAside(t, f, &exported)
	g := f.on(f.chain.Import(t, exported))
	g.deliver(nil) // an import has no state to read before its first block
	for range frameLength(afterwardsBlocks, 4*afterwardsBlocks) {
		g.checkAll()
		g.block()
	}
	g.describe(t)
	verdict(t, g.tally)
	s := states(t, g.chain)
	require.Empty(t, s.compute.Parked)
	require.Empty(t, s.attest.Parked)
	require.Empty(t, s.attest.ParkedDisputes)
	for _, url := range []string{retryTaskURL, retryRoundURL} {
		require.Positive(t, g.tally[url].delivered, url)
	}
}

// setAside parks a task that waits, a round and a dispute in an export.
func setAside(t *testing.T, f *frame, exported *servertypes.ExportedApp) {
	t.Helper()
	gs := map[string]json.RawMessage{}
	require.NoError(t, json.Unmarshal(exported.AppState, &gs))
	last := uint64(f.chain.Height)
	done := 0
	apptest.Edit(f.chain.App, gs, computetypes.ModuleName, func(g *computetypes.GenesisState) {
		for i := range g.Tasks {
			if task := &g.Tasks[i]; task.Status == computetypes.TASK_STATUS_OPEN {
				task.NextHeight = 0
				g.Parked = append(g.Parked, computetypes.Parked{Step: "match", TaskId: task.Id, Height: last, Error: "so be it"})
				done++
				return
			}
		}
	})
	apptest.Edit(f.chain.App, gs, attesttypes.ModuleName, func(g *attesttypes.GenesisState) {
		for i := range g.Rounds {
			if r := &g.Rounds[i]; r.IsOpen() && max(r.OpenHeight, r.AuditHeight) < last-1 {
				r.Deadline = last - 1
				g.Parked = append(g.Parked, computetypes.Parked{Step: attesttypes.ParkedStep, TaskId: r.TaskId, Height: last, Error: "so be it"})
				done++
				break
			}
		}
		for i := range g.Disputes {
			if d := &g.Disputes[i]; d.IsOpen() && d.Phase != attesttypes.DISPUTE_PHASE_QUEUED && len(d.Moves) > 0 {
				d.Deadline = last - 1
				g.ParkedDisputes = append(g.ParkedDisputes, attesttypes.ParkedDispute{DisputeId: d.Id, Height: last, Error: "so be it"})
				done++
				break
			}
		}
	})
	require.Equal(t, 3, done, "a task, a round and a dispute")
	bz, err := json.Marshal(gs)
	require.NoError(t, err)
	exported.AppState = bz
}
