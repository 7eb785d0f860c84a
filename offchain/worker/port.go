package worker

import (
	"context"
	"time"

	"github.com/aichain/aichain/canon/step"
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

	// DisputesOf lists the unresolved disputes of a party.
	DisputesOf(ctx context.Context, party string) ([]attesttypes.Dispute, error)
	// Dispute tells what was shown in a dispute, and how it ended.
	Dispute(ctx context.Context, id uint64) (*attesttypes.QueryDisputeResponse, error)
	// Task and Rounds tell what a dispute is about.
	Task(ctx context.Context, id uint64) (*computetypes.QueryTaskResponse, error)
	Rounds(ctx context.Context, task uint64) ([]attesttypes.Round, error)
	// PostTrace and the others make a move and wait for its block. A move that was made before is a success.
	PostTrace(ctx context.Context, at client.Turn, o client.Opening) (client.Tx, error)
	ChooseChild(ctx context.Context, at client.Turn, index uint32) (client.Tx, error)
	PostChildren(ctx context.Context, at client.Turn, children []step.Hash) (client.Tx, error)
	PostChunk(ctx context.Context, at client.Turn, data []byte) (client.Tx, error)
	PostStep(ctx context.Context, at client.Turn, encoded []byte) (client.Tx, error)

	// TasksByStatus lists settled tasks, as they leave the state, for the inspection.
	TasksByStatus(ctx context.Context, status computetypes.TaskStatus, key []byte) (tasks []computetypes.Task, next []byte, err error)
	// Disputes lists all disputes about a task.
	Disputes(ctx context.Context, task uint64) ([]attesttypes.Dispute, error)
	// OpenDispute challenges a seat of a settled task.
	OpenDispute(ctx context.Context, task uint64, solver string) (*attesttypes.MsgOpenDisputeResponse, client.Tx, error)

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
