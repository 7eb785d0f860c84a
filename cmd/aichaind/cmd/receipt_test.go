package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

const root = "../../.."

// runReceipt runs a command as the shell would, and returns its output and exit code.
func runReceipt(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	var buf bytes.Buffer
	top := &cobra.Command{Use: "aichaind", SilenceErrors: true, SilenceUsage: true}
	top.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	top.AddCommand(receiptCmd())
	top.SetOut(&buf)
	top.SetArgs(args)
	err := top.Execute()
	if err != nil {
		buf.WriteString("aichaind: " + err.Error() + "\n")
	}
	return buf.String(), ExitCode(err)
}

// TestReceiptsPage runs each command of docs/receipts.md that needs no node, and compares what it prints with the page.
func TestReceiptsPage(t *testing.T) {
	t.Chdir(root)
	page, err := os.ReadFile("docs/receipts.md")
	require.NoError(t, err)
	ran := 0
	for _, block := range strings.Split(string(page), "```")[1:] {
		_, block, _ = strings.Cut(block, "\n") // the language
		for _, session := range strings.Split("\n"+block, "\n$ ")[1:] {
			line, want, _ := strings.Cut(session, "\n")
			args := strings.Fields(line)
			if len(args) < 3 || args[0] != "aichaind" || args[2] != "verify" {
				continue
			}
			line, status, hasStatus := strings.Cut(line, " # exit ")
			args = strings.Fields(line)[1:]
			got, code := runReceipt(t, args...)
			require.Equal(t, strings.TrimSpace(want), strings.TrimSpace(got), line)
			if !hasStatus {
				status = "0"
			}
			require.Equal(t, status, string(rune('0'+code)), line)
			ran++
		}
	}
	require.GreaterOrEqual(t, ran, 3)
}

func TestReceiptExitCodes(t *testing.T) {
	const trust = "85:0BF48ACE49D6EE807E2CCF04E1D741207107AACF45A1EAEA7D029D61C6835879"
	good := filepath.Join(root, "client/receipt/testdata/nano.json")
	file, err := os.ReadFile(good)
	require.NoError(t, err)
	write := func(text []byte) string {
		path := filepath.Join(t.TempDir(), "r.json")
		require.NoError(t, os.WriteFile(path, text, 0o600))
		return path
	}
	torn := write(file[:len(file)/2])
	forged := write(bytes.Replace(file, []byte(`"task_id": 1`), []byte(`"task_id": 2`), 1))
	for _, tc := range []struct {
		name string
		args []string
		code int
	}{
		{"proved", []string{good, "--trusted-header", trust}, 0},
		{"no such file", []string{"missing.json", "--trusted-header", trust}, 1},
		{"no trusted header", []string{good}, 2},
		{"no file", []string{"--trusted-header", trust}, 2},
		{"no trusting period", []string{good, "--trusted-header", trust, "--trusting-period", "0"}, 2},
		{"no flag of ours", []string{good, "--trust", trust}, 2},
		{"a trusted header that is none", []string{good, "--trusted-header", "x"}, 2},
		{"torn", []string{torn, "--trusted-header", trust}, 3},
		{"forged", []string{forged, "--trusted-header", trust}, 4},
		{"another hash", []string{good, "--trusted-header", trust[:len(trust)-1] + "0"}, 5},
		{"another chain", []string{good, "--trusted-header", trust, "--chain-id", "aichain-1"}, 6},
		{"another task", []string{good, "--trusted-header", trust, "--task", "2"}, 6},
		{"an earlier hash that is not in it", []string{good, "--trusted-header", "5" + trust[2:]}, 6},
		{"final", []string{good, "--trusted-header", trust, "--final"}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out, code := runReceipt(t, append([]string{"receipt", "verify"}, tc.args...)...)
			require.Equal(t, tc.code, code, out)
		})
	}
	out, code := runReceipt(t, "receipt", "verify", good, "--trusted-header", trust, "-o", "json")
	require.Zero(t, code)
	require.Contains(t, out, `"output":[60,54]`)
}
