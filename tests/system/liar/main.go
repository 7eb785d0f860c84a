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
	lie         lie    // what it answers and how it stands for it
	accuses     bool   // challenges honest results with a forged trace, as far as the chain lets it
	silentFrom  int    // number of the first move of a dispute that it does not make, 0 its trace; negative for none
	keepCommits bool   // a commit never leaves
	gates       string // folder of files that open seats, see gatedChain; empty for none
}

func main() {
	var home string
	var f faults
	flag.StringVar(&home, "home", "", "directory written by aiworker init")
	flag.StringVar((*string)(&f.lie), "lie", "", "answer wrongly and defend it: output (only the answer is forged), tensor (one product is,\n"+
		"and all that follows from it), junk (the answer and scattered tensors), impossible (no run can have it)")
	flag.BoolVar(&f.accuses, "accuse", false, "see differences in honest traces too")
	flag.IntVar(&f.silentFrom, "silent-from", -1, "make no move of a dispute from this number on, counted over both sides; 0 withholds the trace")
	flag.BoolVar(&f.keepCommits, "keep-commits", false, "execute and write the journal, but never send a commit")
	flag.StringVar(&f.gates, "gates", "", "commit task N only when commit-N is in this folder, reveal only when reveal-N is")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := work(ctx, home, f)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "liar:", err)
		os.Exit(1)
	}
}

// work is aiworker run with the faults put between the worker and its neighbours.
func work(ctx context.Context, home string, f faults) (err error) {
	sdk.GetConfig().SetBech32PrefixForAccount(client.Bech32Prefix, client.Bech32Prefix+"pub")
	cfg, err := worker.LoadConfig(home)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	files := make([]canon.File, len(cfg.Models))
	for i, m := range cfg.Models {
		files[i] = canon.File{Path: cfg.In(m.Path)}
	}
	exec, err := canon.Open(files, cfg.Engine.Threads)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, exec.Close()) }()
	lying, err := newLyingExecutor(exec, f, log)
	if err != nil {
		return err
	}
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
		Chain: gatedChain{c, f}, Executor: lying, Journal: journal, Salts: salts,
		Log: log,
	}
	w, err := worker.New(cfg, deps)
	if err != nil {
		return err
	}
	return w.Run(ctx)
}
