// Command load posts tasks at a set rate for a set time on a network that runs, and answers them with simulated
// providers: the client library with an answer that was computed before, no engine. It tells what the chain made of it.
// scripts/load.sh starts a network for it; its accounts are in the test keyring of node0 there: requesters r0 …,
// providers p0 ….
//
// # Mental model
//
// Posters post batches, each account one message at a time (poster.go). One watcher reads the events of every block
// (watch.go): seats go to their providers, which commit and reveal in batches (provider.go), closings into the
// figures (report.go). So nothing asks the nodes for what a block has told already.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/rules/payout"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// config is what the flags say.
type config struct {
	home, chainID    string
	grpc, rpc        []string // of the nodes, in one order
	model            string
	rate             float64 // tasks a second
	lasts            time.Duration
	batch            int // tasks a message
	posters, workers int
	output           string
}

func main() {
	sdk.GetConfig().SetBech32PrefixForAccount(client.Bech32Prefix, client.Bech32Prefix+"pub")
	var c config
	var grpc, rpc string
	flag.StringVar(&c.home, "home", ".localnet/node0", "home with the test keyring")
	flag.StringVar(&c.chainID, "chain-id", "aichain-local-1", "chain id")
	flag.StringVar(&grpc, "grpc", "127.0.0.1:26602", "gRPC of the nodes, separated by commas")
	flag.StringVar(&rpc, "rpc", "http://127.0.0.1:26601", "CometBFT RPC of the nodes, in the same order")
	flag.StringVar(&c.model, "model", "models/nano/nano.canon", "model file, for its id and its header")
	flag.Float64Var(&c.rate, "rate", 10, "tasks a second")
	flag.DurationVar(&c.lasts, "for", time.Minute, "how long to post")
	flag.IntVar(&c.batch, "batch", 20, "most tasks in a message")
	flag.IntVar(&c.posters, "posters", 8, "accounts that post, r0 …")
	flag.IntVar(&c.workers, "providers", 6, "accounts that answer, p0 …")
	flag.StringVar(&c.output, "o", "text", "text or json")
	flag.Parse()
	c.grpc, c.rpc = strings.Split(grpc, ","), strings.Split(rpc, ",")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := load(ctx, c)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// drain is how long tasks that were posted may take to close at the end.
const drain = 90 * time.Second

// load sets up, posts for the time, waits for what is open, and prints.
func load(ctx context.Context, c config) error {
	if len(c.grpc) != len(c.rpc) || c.batch < 1 || c.posters < 1 || c.workers < 3 || c.rate <= 0 {
		return errors.New("expected as many --rpc as --grpc, a batch, posters and a rate above 0, and at least 3 providers")
	}
	terms, question, err := setUp(ctx, c)
	if err != nil {
		return err
	}
	book := newBook()
	w, err := newWatcher(c, book, question)
	if err != nil {
		return err
	}
	// What watches and answers goes on a little longer than what posts.
	inner, stop := context.WithCancel(ctx)
	defer stop()
	failed := make(chan error, 1)
	go func() { failed <- w.run(inner) }()
	p, err := newPosters(c, book, terms, question.input)
	if err != nil {
		return err
	}
	p.run(ctx)
	end := time.Now().Add(drain)
	for book.open() > 0 && time.Now().Before(end) && ctx.Err() == nil {
		select {
		case err := <-failed:
			return err
		case <-time.After(200 * time.Millisecond):
		}
	}
	r := book.report(c)
	if c.output == "json" {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	_, err = fmt.Print(r.text())
	return err
}

// newClient is a client of an account; the nodes are dealt out in turn.
func newClient(c config, i int, account string) (*client.Client, error) {
	keys, err := client.OpenKeyring("test", c.home, os.Stdin)
	if err != nil {
		return nil, err
	}
	n := i % len(c.grpc)
	return client.New(client.Config{
		GRPC: c.grpc[n], RPC: c.rpc[n], ChainID: c.chainID, Keyring: keys, Key: account,
		CallTimeout: 20 * time.Second, InclusionBlocks: 60,
	})
}

// termsOf are those of every task.
func termsOf(model []byte, seats uint32, price uint64) computetypes.TaskTerms {
	return computetypes.TaskTerms{
		Kind: computetypes.TASK_KIND_INFERENCE, ModelId: model, Assurance: computetypes.ASSURANCE_CLASS_REDUNDANT,
		Seats: seats, MaxOutputTokens: maxOutput, MaxPrice: sdk.NewInt64Coin(payout.Denom, int64(price)),
	}
}
