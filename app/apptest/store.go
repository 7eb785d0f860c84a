package apptest

import (
	"encoding/json"
	"testing"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
)

// Restart opens the database again, as after a kill: what was not committed is gone. A block that was proposed or run
// but not committed must be run again.
func (c *Chain) Restart(tb testing.TB) {
	tb.Helper()
	c.open(tb)
	c.Height = c.App.LastBlockHeight()
}

// Export is the state after the last block as a genesis for the next.
func (c *Chain) Export(tb testing.TB) servertypes.ExportedApp {
	tb.Helper()
	out, err := c.App.ExportAppStateAndValidators(false, nil, nil)
	require.NoError(tb, err)
	return out
}

// Import starts a chain from an export of c, with the same people and options on a database in memory. Its first
// block is not run yet, so that Imported can be compared with the export.
func (c *Chain) Import(tb testing.TB, exported servertypes.ExportedApp) *Chain {
	tb.Helper()
	o := c.options
	o.DB = dbm.NewMemDB()
	n := prepare(tb, o)
	n.Time, n.Proposer = c.Time, c.Proposer
	for i, acc := range c.Accounts {
		*n.Accounts[i] = *acc
	}
	for i, v := range c.Validators {
		*n.Validators[i] = *v
	}
	n.initChain(tb, exported.AppState, &exported.ConsensusParams, exported.Height)
	return n
}

// Imported is the state of a chain that was just imported and has run no block yet, as Export would write it.
func (c *Chain) Imported(tb testing.TB) []byte {
	tb.Helper()
	ctx := c.App.NewContextLegacy(false, cmtproto.Header{Height: c.Height, ChainID: c.options.ChainID})
	gs, err := c.App.ModuleManager.ExportGenesisForModules(ctx, c.App.AppCodec(), nil)
	require.NoError(tb, err)
	bz, err := json.MarshalIndent(gs, "", "  ")
	require.NoError(tb, err)
	return bz
}
