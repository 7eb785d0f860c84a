package worker

import (
	"context"
	"time"

	"github.com/aichain/aichain/client"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Chain is what a worker asks of the chain; *client.Client is one.
type Chain interface {
	// Address of the provider.
	Address() string
	// ChainID is part of every commitment.
	ChainID(ctx context.Context) (string, error)
	// CheckChain fails when the node belongs to another chain.
	CheckChain(ctx context.Context) error
	// Blocks tells new heights until ctx ends.
	Blocks(ctx context.Context) <-chan uint64
	// OpenSeats lists the provider's seats in rounds under way.
	OpenSeats(ctx context.Context) ([]client.Seat, error)
	// Round tells how a seat ended.
	Round(ctx context.Context, task uint64, round uint32) (attesttypes.Round, error)
	// AttestParams bounds the batches.
	AttestParams(ctx context.Context) (attesttypes.Params, error)
	// Commit sends commitments and waits for their block.
	Commit(ctx context.Context, commits []attesttypes.Commit) (client.Tx, error)
	// Reveal opens commitments and waits for their block.
	Reveal(ctx context.Context, reveals []attesttypes.Reveal) (client.Tx, error)

	// Balance, Provider, Model and ComputeParams tell what registering still needs.
	Balance(ctx context.Context, addr string) (uint64, error)
	Provider(ctx context.Context, addr string) (*computetypes.QueryProviderResponse, error)
	Model(ctx context.Context, id []byte) (computetypes.Model, error)
	ComputeParams(ctx context.Context) (computetypes.Params, error)
	// RegisterProvider, PublishModel and SetOffer do it.
	RegisterProvider(ctx context.Context, moniker, details string, bond uint64) (client.Tx, error)
	PublishModel(ctx context.Context, m computetypes.MsgPublishModel) (client.Tx, error)
	SetOffer(ctx context.Context, model []byte, priceInput, priceOutput uint64, slots uint32) (client.Tx, error)
}

var _ Chain = (*client.Client)(nil)

// Clock is the time of day; a test plays it.
type Clock interface {
	Now() time.Time
	After(d time.Duration) <-chan time.Time
}

// SystemClock is the machine's.
type SystemClock struct{}

// Now is time.Now.
func (SystemClock) Now() time.Time { return time.Now() }

// After is time.After.
func (SystemClock) After(d time.Duration) <-chan time.Time { return time.After(d) }
