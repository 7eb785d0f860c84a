package cmd

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"testing"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	svrcmd "github.com/cosmos/cosmos-sdk/server/cmd"

	"github.com/aichain/aichain/app/apptest"
	"github.com/aichain/aichain/internal/census"
)

// stateStatsOf runs the command on a home.
func stateStatsOf(t *testing.T, home string, args ...string) (stdout string, err error) {
	t.Helper()
	root := NewRootCmd()
	var out, errs bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetArgs(append([]string{"state-stats", "--home", home}, args...))
	err = svrcmd.Execute(root, EnvPrefix, home)
	return out.String(), err
}

// TestStateStats counts the data of a node that has stopped, and refuses that of one that runs or never ran.
func TestStateStats(t *testing.T) {
	home := t.TempDir()
	_, err := stateStatsOf(t, home)
	require.ErrorContains(t, err, "expected the data of a node")

	db, err := dbm.NewDB(appDB, dbBackend, filepath.Join(home, "data"))
	require.NoError(t, err)
	c := apptest.New(t, apptest.Options{DB: db})
	c.Blocks(t, 3)
	want := census.Take(census.Modules(c.App), nil)
	_, err = stateStatsOf(t, home)
	require.ErrorContains(t, err, "which a running node keeps to itself")
	require.NoError(t, db.Close())

	out, err := stateStatsOf(t, home, "-o", "json")
	require.NoError(t, err)
	var got stateStats
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	require.Equal(t, want, got.Collections)
	require.Equal(t, c.Height, got.Height)
	require.NotEmpty(t, got.AppHash)
	require.NotZero(t, got.DiskBytes)
	require.Equal(t, census.Sum(want).Keys, got.Total.Keys)

	out, err = stateStatsOf(t, home, "--all", "--height", "2")
	require.NoError(t, err)
	require.Regexp(t, `(?m)^beacon +outputs +`, out)
	require.Regexp(t, `(?m)^bank +\(all\) +`, out)
	require.Contains(t, out, "after block 2")

	_, err = stateStatsOf(t, home, "--height", "99")
	require.ErrorContains(t, err, "the state of block 99")
	_, err = stateStatsOf(t, home, "--height", "-1")
	require.Equal(t, ExitUsage, ExitCode(err))
}
