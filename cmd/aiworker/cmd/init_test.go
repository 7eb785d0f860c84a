package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/offchain/worker"
)

// call runs the program with arguments and returns what it printed.
func call(t *testing.T, stdin string, args ...string) (string, error) {
	t.Helper()
	root := NewRootCmd()
	var out bytes.Buffer
	root.SetIn(strings.NewReader(stdin))
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(args)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func TestInitTellsTheNextStepForItsHome(t *testing.T) {
	home := t.TempDir()
	out, err := call(t, "", "init", "--yes", "--home", home, "--chain-id", "c", "--create-key", "--keyring-backend", "test", "--bond", "500")
	require.NoError(t, err)
	require.Contains(t, out, "next: send it 100500 uaic or more, for bond and fees, then aiworker doctor --home "+home)
	_, err = call(t, "", "init", "--yes", "--home", home, "--chain-id", "c")
	require.ErrorContains(t, err, "--overwrite")
	require.Equal(t, exitBadInput, ExitCode(err))
}

// Without a terminal an encrypted keyring cannot be opened: the next step is told, and nothing is left that would stop it
// from running again.
func TestInitThatFailsOnThePassphraseLeavesNothing(t *testing.T) {
	home := t.TempDir()
	args := []string{"init", "--yes", "--home", home, "--chain-id", "c", "--create-key", "--keyring-backend", "file"}
	_, err := call(t, "", args...)
	require.ErrorContains(t, err, "next: run it on a terminal")
	require.NoFileExists(t, filepath.Join(home, "config.toml"))
	_, err = call(t, "long-secret\nlong-secret\n", append(args, "--tls")...)
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(home, "config.toml"))
	require.NoError(t, err)
	require.Contains(t, string(text), "tls = true")
}

func TestInitAsksOnlyForWhatNoFlagSaid(t *testing.T) {
	cmd := initCmd()
	require.NoError(t, cmd.ParseFlags([]string{"--chain-id", "c", "--grpc-addr", "g:1", "--node", "", "--key", "k", "--keyring-backend", "test"}))
	cfg, m := worker.DefaultConfig(), worker.ModelConfig{}
	var asked []string
	require.NoError(t, askAll(cmd.Flags(), func(text string) (string, error) {
		asked = append(asked, text)
		return map[string]string{"Bond in uaic [1000000000]": " 7 ", "Canonical model file []": "m.canon"}[text], nil
	}, &cfg, &m))
	require.Equal(t, []string{"Display name [worker]", "Bond in uaic [1000000000]", "Canonical model file []"}, asked)
	require.EqualValues(t, 7, cfg.Provider.Bond)
	require.Equal(t, "worker", cfg.Provider.Moniker)
	require.Equal(t, "m.canon", m.Path)
}

func TestWrongArgumentsAreBadInput(t *testing.T) {
	for _, args := range []string{"generate", "generate a b", "model root", "model convert a", "doctor now", "run --nonsense", "nonsense"} {
		_, err := call(t, "", strings.Fields(args)...)
		require.Equal(t, exitBadInput, ExitCode(err), "%s: %v", args, err)
	}
}
