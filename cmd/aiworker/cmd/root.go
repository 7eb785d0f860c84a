package cmd

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/offchain/worker"
)

const rootLong = `aiworker serves models to aichain: it bonds, offers, watches its seats, executes on the canonical
engine, commits, reveals, and is paid when the chain has found the result right.

  aiworker init              write a configuration
  aiworker model convert     make a canonical model file out of a GGUF file
  aiworker generate          try a model without a chain
  aiworker doctor            see what is missing, and the next step for each
  aiworker run               register or resume, and serve
  aiworker status            seats, bond and earnings
  aiworker dispute list      disputes, which a running worker plays by itself

Exit codes: 0 done, 1 failed, 2 bad input, 3 the doctor found something.`

// Exit codes of aiworker.
const (
	exitFailed   = 1
	exitBadInput = 2
	exitFindings = 3
)

type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }

func (e *exitError) Unwrap() error { return e.err }

func badInput(err error) error {
	if err == nil {
		return nil
	}
	return &exitError{exitBadInput, err}
}

// ExitCode is the code that the program ends with after err.
func ExitCode(err error) int {
	var e *exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e):
		return e.code
	}
	return exitFailed
}

// NewRootCmd builds the command tree.
func NewRootCmd() *cobra.Command {
	cfg := sdk.GetConfig()
	cfg.SetBech32PrefixForAccount(client.Bech32Prefix, client.Bech32Prefix+"pub")
	root := &cobra.Command{
		Use: "aiworker", Short: "Serve models to aichain", Long: rootLong,
		SilenceErrors: true, SilenceUsage: true,
		Args: cobra.ArbitraryArgs, RunE: groupOnly,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return badInput(err) })
	root.PersistentFlags().String("home", defaultHome(), "directory of configuration, journal and keys")
	root.AddCommand(initCmd(), doctorCmd(), runCmd(), generateCmd(), modelCmd(), statusCmd(), disputeCmd())
	return root
}

// groupOnly is what a command of commands does: help without arguments, bad input with a command it does not have.
func groupOnly(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	return badInput(fmt.Errorf("%s has no command %q (next: see %s --help)", cmd.CommandPath(), args[0], cmd.CommandPath()))
}

// exactly makes a wrong number of arguments bad input and says what was expected.
func exactly(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		want := "no argument"
		if len(names) > 0 {
			want = strings.Join(names, " ")
		}
		return badInput(fmt.Errorf("%s: expected %s, got %d arguments (next: quote what has blanks, or see %s --help)",
			cmd.CommandPath(), want, len(args), cmd.CommandPath()))
	}
}

func defaultHome() string {
	if dir := os.Getenv("AIWORKER_HOME"); dir != "" {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ".aiworker"
	}
	return filepath.Join(home, ".aiworker")
}

func homeOf(cmd *cobra.Command) (string, error) {
	home, err := cmd.Flags().GetString("home")
	if err != nil {
		return "", err
	}
	return filepath.Abs(home)
}

func load(cmd *cobra.Command) (worker.Config, error) {
	home, err := homeOf(cmd)
	if err != nil {
		return worker.Config{}, err
	}
	cfg, err := worker.LoadConfig(home)
	return cfg, badInput(err)
}

func openKeys(cmd *cobra.Command, cfg worker.Config) (keyring.Keyring, error) {
	return client.OpenKeyring(cfg.Key.Backend, cfg.In(cfg.Key.Dir), cmd.InOrStdin())
}

// withPassphrase adds the next step to the error of a keyring that nobody opened. The keyring's library has no typed one.
func withPassphrase(err error) error {
	if err == nil || !strings.Contains(err.Error(), "passphrase") {
		return err
	}
	return fmt.Errorf("%w (next: run it on a terminal and type the passphrase, or pass it on standard input; --keyring-backend test keeps the key without one, readable for whoever reads the disk)", err)
}

// inclusionBlocks: a commit that is not in a block soon is signed anew, well inside the commit window.
const inclusionBlocks = 4

func connect(cmd *cobra.Command, cfg worker.Config) (*client.Client, error) {
	kr, err := openKeys(cmd, cfg)
	if err != nil {
		return nil, err
	}
	c, err := client.New(client.Config{
		GRPC: cfg.Chain.GRPC, TLS: cfg.Chain.TLS, RPC: cfg.Chain.RPC, ChainID: cfg.Chain.ChainID,
		Keyring: kr, Key: cfg.Key.Name, InclusionBlocks: inclusionBlocks,
	})
	return c, withPassphrase(err)
}

func logger(cmd *cobra.Command, cfg worker.Config) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.Log.Level)); err != nil {
		level = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: level}
	if cfg.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), opts))
	}
	return slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), opts))
}
