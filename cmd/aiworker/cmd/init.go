package cmd

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/client/input"

	"github.com/mattn/go-isatty"

	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/offchain/worker"
)

const initLong = `Write a commented configuration to <home>/config.toml.

On a terminal it asks for what the flags leave open; elsewhere the defaults stand. With --create-key it makes
the key and prints the words that restore it: write them down, they are shown once. With --recover-key it reads
the words from standard input.`

// initCmd writes the configuration.
func initCmd() *cobra.Command {
	cfg := worker.DefaultConfig()
	var m worker.ModelConfig
	var createKey, recoverKey, overwrite, yes bool
	cmd := &cobra.Command{
		Use: "init", Short: "Write a configuration, asking or from flags", Long: initLong, Args: exactly(),
		Example: `  aiworker init
  aiworker init --yes --chain-id aichain-local-1 --create-key --keyring-backend test --model nano.canon`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			home, err := homeOf(cmd)
			if err != nil {
				return err
			}
			in := bufio.NewReader(cmd.InOrStdin())
			if !yes && !recoverKey && isTerminal(cmd) {
				ask := func(text string) (string, error) { return input.GetString(text, in) }
				if err := askAll(cmd.Flags(), ask, &cfg, &m); err != nil {
					return badInput(err)
				}
			}
			if m.Path != "" {
				if m.Path, err = filepath.Abs(m.Path); err != nil { // the configuration's own paths start at the home
					return err
				}
				cfg.Models = []worker.ModelConfig{m}
			}
			if err := cfg.Validate(); err != nil {
				return badInput(err)
			}
			write := func() error {
				path, err := worker.WriteConfig(home, cfg, overwrite)
				if err == nil {
					fmt.Fprintf(cmd.OutOrStdout(), "wrote %s\n", path)
				}
				return badInput(err)
			}
			if !createKey && !recoverKey {
				if err := write(); err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), "next:", doctorOf(home))
				return nil
			}
			if err := worker.MayWriteConfig(home, overwrite); err != nil {
				return badInput(err)
			}
			// The key first: it may fail on a passphrase, and what failed must be able to run again unchanged.
			return makeKey(cmd, in, keyPlan{cfg: cfg.At(home), isRecovered: recoverKey, doctor: doctorOf(home), write: write})
		},
	}
	configFlags(cmd.Flags(), &cfg, &m)
	fs := cmd.Flags()
	fs.BoolVar(&createKey, "create-key", false, "make the key and print its words")
	fs.BoolVar(&recoverKey, "recover-key", false, "make the key from words on standard input")
	fs.BoolVar(&overwrite, "overwrite", false, "replace an existing configuration")
	fs.BoolVarP(&yes, "yes", "y", false, "ask nothing")
	return cmd
}

// configFlags are the fields that can be set without asking.
func configFlags(fs *pflag.FlagSet, cfg *worker.Config, m *worker.ModelConfig) {
	fs.StringVar(&cfg.Chain.ChainID, "chain-id", "", "id of the chain")
	fs.StringVar(&cfg.Chain.GRPC, "grpc-addr", cfg.Chain.GRPC, "gRPC of a node")
	fs.BoolVar(&cfg.Chain.TLS, "tls", false, "the gRPC is encrypted, with a certificate that this machine knows")
	fs.StringVar(&cfg.Chain.RPC, "node", cfg.Chain.RPC, "CometBFT RPC of the same node")
	fs.StringVar(&cfg.Key.Name, "key", cfg.Key.Name, "name of the key")
	fs.StringVar(&cfg.Key.Backend, "keyring-backend", cfg.Key.Backend, "os, file, test, memory")
	fs.StringVar(&cfg.Key.Dir, "keyring-dir", cfg.Key.Dir, "directory of the keys")
	fs.StringVar(&cfg.Provider.Moniker, "moniker", cfg.Provider.Moniker, "display name")
	fs.StringVar(&cfg.Provider.Details, "details", "", "free text about the hardware")
	fs.Uint64Var(&cfg.Provider.Bond, "bond", cfg.Provider.Bond, "stake at registration, uaic")
	fs.StringVar(&m.Path, "model", "", "canonical model file to serve")
	fs.Uint64Var(&m.PriceInput, "price-input", 20_000, "uaic per 1 000 input tokens")
	fs.Uint64Var(&m.PriceOutput, "price-output", 80_000, "uaic per 1 000 output tokens")
	fs.Uint32Var(&m.Slots, "slots", 16, "seats that may be open at once")
	fs.BoolVar(&m.Publish, "publish", false, "record the model on chain if nobody has")
	fs.StringVar(&m.Name, "name", "", "name to publish it under")
	fs.StringVar(&m.License, "license", "", "SPDX licence to publish it under")
	fs.StringVar(&m.URI, "uri", "", "where its file can be fetched")
	fs.StringVar(&cfg.Health.Listen, "listen", cfg.Health.Listen, "address of health and metrics; empty for none")
	fs.IntVar(&cfg.Engine.Threads, "threads", 0, "cores for one batch; 0 for all")
}

func isTerminal(cmd *cobra.Command) bool {
	f, ok := cmd.InOrStdin().(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// askAll asks for the fields that most people set and no flag has set.
func askAll(fs *pflag.FlagSet, ask func(text string) (string, error), cfg *worker.Config, m *worker.ModelConfig) error {
	bond := strconv.FormatUint(cfg.Provider.Bond, 10)
	for _, q := range []struct {
		flag, text string
		field      *string
	}{
		{"chain-id", "Chain id", &cfg.Chain.ChainID},
		{"grpc-addr", "gRPC of a node", &cfg.Chain.GRPC},
		{"node", "CometBFT RPC of the node", &cfg.Chain.RPC},
		{"key", "Name of the key", &cfg.Key.Name},
		{"keyring-backend", "Keyring (os, file, test)", &cfg.Key.Backend},
		{"moniker", "Display name", &cfg.Provider.Moniker},
		{"bond", "Bond in uaic", &bond},
		{"model", "Canonical model file", &m.Path},
	} {
		if fs.Changed(q.flag) {
			continue
		}
		answer, err := ask(fmt.Sprintf("%s [%s]", q.text, *q.field))
		if err != nil {
			return err
		}
		if answer = strings.TrimSpace(answer); answer != "" {
			*q.field = answer
		}
	}
	v, err := strconv.ParseUint(bond, 10, 64)
	if err != nil {
		return fmt.Errorf("bond: expected a number of uaic, got %q", bond)
	}
	cfg.Provider.Bond = v
	return nil
}

// doctorOf is the command that examines a home.
func doctorOf(home string) string {
	if home == defaultHome() {
		return "aiworker doctor"
	}
	return "aiworker doctor --home " + home
}

// keyPlan says which key is made and what is done once it is there.
type keyPlan struct {
	cfg         worker.Config
	isRecovered bool
	doctor      string       // the command that examines the home
	write       func() error // the configuration
}

func makeKey(cmd *cobra.Command, in *bufio.Reader, p keyPlan) error {
	kr, err := openKeys(cmd, p.cfg)
	if err != nil {
		return err
	}
	out, name := cmd.OutOrStdout(), p.cfg.Key.Name
	if addr, err := client.KeyAddress(kr, name); err == nil {
		if err := p.write(); err != nil {
			return err
		}
		fmt.Fprintf(out, "key %s exists: %s\nnext: %s\n", name, addr, p.doctor)
		return nil
	} else if !errors.Is(err, client.ErrNoKey) {
		return withPassphrase(err)
	}
	if p.isRecovered {
		words, err := in.ReadString('\n')
		if err != nil && words == "" {
			return badInput(fmt.Errorf("read the words: %w", err))
		}
		addr, err := client.RestoreKey(kr, name, strings.TrimSpace(words))
		if err != nil {
			return badInput(withPassphrase(err))
		}
		if err := p.write(); err != nil {
			return err
		}
		fmt.Fprintf(out, "restored key %s: %s\nnext: %s\n", name, addr, p.doctor)
		return nil
	}
	addr, words, err := client.NewKey(kr, name)
	if err != nil {
		return withPassphrase(err)
	}
	cmd.PrintErrf("\nwrite these words down; they restore the key and are shown once:\n  %s\n\n", words)
	if err := p.write(); err != nil {
		return err
	}
	fmt.Fprintf(out, "made key %s: %s\n", name, addr)
	fmt.Fprintf(out, "next: send it %d uaic or more, for bond and fees, then %s\n", worker.NeedToRegister(p.cfg), p.doctor)
	return nil
}
