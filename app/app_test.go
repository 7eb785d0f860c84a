package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/app/apptest"
)

// TestChainRuns: four validators take turns, each block carries its proposer's proof, nothing contradicts itself.
func TestChainRuns(t *testing.T) {
	c := apptest.New(t, apptest.Options{Validators: 4, Accounts: 5, Invariants: true})
	c.Blocks(t, 20)
	g, err := c.App.Beacon.ExportGenesis(c.Ctx())
	require.NoError(t, err)
	require.Zero(t, g.Skips)
	require.Len(t, g.Outputs, 22)
}

// TestExportImportExport: the state of an imported chain is the exported one to the byte, and it goes on alike.
func TestExportImportExport(t *testing.T) {
	c := apptest.New(t, apptest.Options{Validators: 2, Accounts: 3, Invariants: true})
	c.Blocks(t, 10)
	exported := c.Export(t)
	n := c.Import(t, exported)
	require.Equal(t, string(exported.AppState), string(n.Imported(t)))
	c.Blocks(t, 3)
	n.Blocks(t, 3)
	a, err := c.App.Beacon.At(c.Ctx(), uint64(c.Height))
	require.NoError(t, err)
	b, err := n.App.Beacon.At(n.Ctx(), uint64(c.Height))
	require.NoError(t, err)
	require.Equal(t, a, b)
}
