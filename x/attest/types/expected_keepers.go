package types

import (
	"context"

	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Tasks is what x/attest asks of x/compute.
type Tasks interface {
	// Task returns a task as stored; a registered not-found error otherwise.
	Task(ctx context.Context, id uint64) (computetypes.Task, error)
	// RequestSeats makes a task in a round wait for the seats of its next round: status SPLIT for panels,
	// STALLED for the redraw. They are drawn with the beacon of a later height, never from earlier seats.
	RequestSeats(ctx context.Context, id uint64, role computetypes.SeatRole) error
	// ReleaseSlots frees one slot of each provider's offer for the model, when their round closes.
	ReleaseSlots(ctx context.Context, modelID []byte, providers []string) error
	// Close ends a task. It fails if the task is already closed.
	Close(ctx context.Context, id uint64, c computetypes.Closing) error
}
