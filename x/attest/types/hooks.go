package types

import (
	"context"

	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Hooks is what x/attest tells downstream. Implemented by x/reward. An error undoes the block item.
type Hooks interface {
	// AfterVerdict runs once per task, when its last round has closed and nothing more will be attested.
	AfterVerdict(ctx context.Context, v FinalVerdict) error
}

// FinalVerdict is the end of a task as the money sees it.
type FinalVerdict struct {
	// Task as it was when its last round closed, snapshot included.
	Task computetypes.Task
	// Closing says SETTLED or REFUNDED, why, and how long the output is.
	Closing computetypes.Closing
	// Seats of all rounds, by round and seat, each with its outcome.
	Seats []FinalSeat
}

// FinalSeat is one seat's outcome.
type FinalSeat struct {
	Round                   uint32
	Role                    computetypes.SeatRole
	Provider                string
	Outcome                 computetypes.Reason // REASON_SEAT_*
	Lien                    uint64              // uaic reserved at the match
	PriceInput, PriceOutput uint64              // uaic per 1 000 tokens
}
