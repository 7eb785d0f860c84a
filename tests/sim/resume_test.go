package sim

import (
	"testing"

	"github.com/stretchr/testify/require"

	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aichain/aichain/app/apptest"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// lockstepBlocks are run on the original and on the import of its export. They are more than any window, so that
// everything that was under way at the export ends on both.
const lockstepBlocks = 160

// TestExportImport exports a busy chain at random heights. An import must export the same bytes, and then, given the
// same blocks, have the same results and after them the same state as the original.
func TestExportImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 77)
	for range 2 {
		for range w.between(80, 120) {
			w.block()
		}
		for w.isBehind() {
			w.block()
		}
		exported := w.chain.Export(t)
		c := w.chain.Import(t, exported)
		require.Equal(t, string(exported.AppState), string(c.Imported(t)), "export, import, export at height %d", w.chain.Height)
		t.Logf("height %d: %d bytes", w.chain.Height, len(exported.AppState))
		for range lockstepBlocks {
			m := w.block()
			res := follow(t, c, m)
			require.Equal(t, len(m.TxResults), len(res.TxResults))
			for i, r := range m.TxResults {
				require.Equal(t, r.Code, res.TxResults[i].Code, "height %d, transaction %d: %s; %s", m.request.Height, i, r.Log, res.TxResults[i].Log)
				require.Equal(t, r.Data, res.TxResults[i].Data)
				require.Equal(t, r.Events, res.TxResults[i].Events)
			}
			require.NoError(t, c.Invariants(), "the import, height %d", m.request.Height)
		}
		require.Equal(t, moduleStates(t, w.chain), moduleStates(t, c), "after %d blocks in lock-step", lockstepBlocks)
	}
}

// isBehind says whether payouts of the last block were left over. Where they stopped is not exported, so an import begins
// with the first address, and until all are paid some get theirs in another block than on the original.
func (w *world) isBehind() bool {
	return w.ctx().KVStore(w.chain.App.StoreKey(rewardtypes.StoreKey)).Has(rewardtypes.LastPaidPrefix.Bytes())
}

// moduleStates is what our modules and the bank would export.
func moduleStates(tb testing.TB, c *apptest.Chain) string {
	tb.Helper()
	exported, err := c.App.ExportAppStateAndValidators(false, nil, []string{
		banktypes.ModuleName, beacontypes.ModuleName, computetypes.ModuleName, attesttypes.ModuleName, rewardtypes.ModuleName,
	})
	require.NoError(tb, err)
	return string(exported.AppState)
}
