package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	svrcmd "github.com/cosmos/cosmos-sdk/server/cmd"
)

// Whatever was run with a home before, init makes it one of its chain: transactions need no --chain-id.
func TestInitNamesTheChainToTheClient(t *testing.T) {
	home := t.TempDir()
	run := func(args ...string) error {
		root := NewRootCmd()
		root.SetArgs(append(args, "--home", home))
		root.SetOut(&strings.Builder{})
		return svrcmd.Execute(root, EnvPrefix, home)
	}
	require.NoError(t, run("keys", "list", "--keyring-backend", "test"))
	text := func() string {
		bz, err := os.ReadFile(filepath.Join(home, "config", "client.toml"))
		require.NoError(t, err)
		return string(bz)
	}
	require.Contains(t, text(), `chain-id = ""`)
	before := text()
	require.NoError(t, run("init", "me", "--chain-id", "aichain-7"))
	require.Equal(t, strings.Replace(before, `chain-id = ""`, `chain-id = "aichain-7"`, 1), text())
}
