// Command liar is a worker that misbehaves on order, for tests/system. It is the shipped worker's library with another
// executor and another view of the chain; the shipped binary has none of this.
//
//	liar --home DIR lie     serves wrong results
//	liar --home DIR gated   is honest, but commits only while DIR/commit exists and reveals only while DIR/reveal does
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/offchain/worker"
	"github.com/aichain/aichain/offchain/worker/executor"
	"github.com/aichain/aichain/offchain/worker/executor/canon"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

func main() {
	home := flag.String("home", "", "directory of configuration, journal and keys")
	flag.Parse()
	sdk.GetConfig().SetBech32PrefixForAccount(client.Bech32Prefix, client.Bech32Prefix+"pub")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *home, flag.Arg(0)); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run is what `aiworker run` does, with the parts that misbehave.
func run(ctx context.Context, home, how string) (err error) {
	cfg, err := worker.LoadConfig(home)
	if err != nil {
		return err
	}
	honest, err := canon.Open([]canon.File{{Path: cfg.In(cfg.Models[0].Path)}}, cfg.Engine.Threads)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, honest.Close()) }()
	keys, err := client.OpenKeyring(cfg.Key.Backend, cfg.In(cfg.Key.Dir), os.Stdin)
	if err != nil {
		return err
	}
	c, err := client.New(client.Config{
		GRPC: cfg.Chain.GRPC, RPC: cfg.Chain.RPC, ChainID: cfg.Chain.ChainID, Keyring: keys, Key: cfg.Key.Name, InclusionBlocks: 4,
	})
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

	deps := worker.Deps{Chain: c, Executor: honest, Journal: journal, Salts: salts, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	switch how {
	case "lie":
		deps.Executor = lying{honest}
	case "gated":
		deps.Chain = gated{c, home}
	default:
		return fmt.Errorf("expected lie or gated, got %q", how)
	}
	w, err := worker.New(cfg, deps)
	if err != nil {
		return err
	}
	return w.Run(ctx)
}

// lying changes the first token of every answer.
type lying struct{ *canon.Executor }

// Execute implements executor.Executor.
func (l lying) Execute(ctx context.Context, model [32]byte, jobs []executor.Job) []executor.Result {
	results := l.Executor.Execute(ctx, model, jobs)
	for i := range results {
		if results[i].Err != nil || len(results[i].Output) == 0 {
			continue
		}
		results[i].Output = append([]uint32(nil), results[i].Output...)
		results[i].Output[0] ^= 1
	}
	return results
}

// gated waits before it sends.
type gated struct {
	worker.Chain
	home string
}

// Commit implements worker.Chain.
func (g gated) Commit(ctx context.Context, commits []attesttypes.Commit) (client.Tx, error) {
	if err := g.wait(ctx, "commit"); err != nil {
		return client.Tx{}, err
	}
	return g.Chain.Commit(ctx, commits)
}

// Reveal implements worker.Chain.
func (g gated) Reveal(ctx context.Context, reveals []attesttypes.Reveal) (client.Tx, error) {
	if err := g.wait(ctx, "reveal"); err != nil {
		return client.Tx{}, err
	}
	return g.Chain.Reveal(ctx, reveals)
}

// wait returns when the gate is open.
func (g gated) wait(ctx context.Context, gate string) error {
	for {
		if _, err := os.Stat(filepath.Join(g.home, gate)); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
