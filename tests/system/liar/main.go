// Command liar is a worker that misbehaves: offchain/worker with an executor that lies or a chain that it sees
// late. It reads the same home as aiworker, so that one may be killed and the other started in its place. It is
// apart from aiworker so that the shipped program has no code that can lie.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/offchain/worker"
	"github.com/aichain/aichain/offchain/worker/executor/canon"
)

// faults are what this worker does wrong.
type faults struct {
	isWrong     bool   // answers with other tokens than the model
	keepCommits bool   // a commit never leaves
	gates       string // folder of files that open seats, see gatedChain; empty for none
}

func main() {
	var home string
	var f faults
	flag.StringVar(&home, "home", "", "directory written by aiworker init")
	flag.BoolVar(&f.isWrong, "wrong", false, "change the first token of every answer")
	flag.BoolVar(&f.keepCommits, "keep-commits", false, "execute and write the journal, but never send a commit")
	flag.StringVar(&f.gates, "gates", "", "commit task N only when commit-N is in this folder, reveal only when reveal-N is")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, home, f)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "liar:", err)
		os.Exit(1)
	}
}

// run is aiworker run with the faults put between the worker and its neighbours.
func run(ctx context.Context, home string, f faults) (err error) {
	sdk.GetConfig().SetBech32PrefixForAccount(client.Bech32Prefix, client.Bech32Prefix+"pub")
	cfg, err := worker.LoadConfig(home)
	if err != nil {
		return err
	}
	files := make([]canon.File, len(cfg.Models))
	for i, m := range cfg.Models {
		files[i] = canon.File{Path: cfg.In(m.Path)}
	}
	exec, err := canon.Open(files, cfg.Engine.Threads)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, exec.Close()) }()
	keys, err := client.OpenKeyring(cfg.Key.Backend, cfg.In(cfg.Key.Dir), os.Stdin)
	if err != nil {
		return err
	}
	c, err := client.New(client.Config{GRPC: cfg.Chain.GRPC, RPC: cfg.Chain.RPC, ChainID: cfg.Chain.ChainID, Keyring: keys, Key: cfg.Key.Name})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	salts, err := worker.LoadSalts(cfg.In(cfg.Journal.Salt))
	if err != nil {
		return err
	}
	journal, err := worker.OpenJournal(cfg.In(cfg.Journal.Path), cfg.Chain.ChainID, c.Address())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, journal.Close()) }()
	deps := worker.Deps{
		Chain: gatedChain{c, f}, Executor: lyingExecutor{exec, f.isWrong}, Journal: journal, Salts: salts,
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	}
	w, err := worker.New(cfg, deps)
	if err != nil {
		return err
	}
	return w.Run(ctx)
}
