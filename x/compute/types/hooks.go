package types

import "context"

// Hooks is what x/compute tells downstream. Implemented by x/attest. An error undoes the block item.
type Hooks interface {
	// AfterMatched runs when a round of a task has its seats, liens placed.
	AfterMatched(ctx context.Context, m Matched) error
	// AfterSeatsNotFound runs when the seats of a redraw or panel could not be found in time. The listener
	// closes the task.
	AfterSeatsNotFound(ctx context.Context, task Task) error
}

// Matched is a round that begins.
type Matched struct {
	// Task with status MATCHED, its round, role and snapshot set.
	Task Task
	// Seats in draw order.
	Seats []MatchedSeat
	// Vocab is the number of token ids of the model.
	Vocab uint32
}

// MatchedSeat is a drawn seat with its price and lien, uaic.
type MatchedSeat struct {
	Provider                string
	PriceInput, PriceOutput uint64 // per 1 000 tokens
	Lien                    uint64
}

// TakenSeat is a seat that an audit has given a provider.
type TakenSeat struct {
	Provider string
	TaskID   uint64
}

// Closing is how a task ends.
type Closing struct {
	Status       TaskStatus // SETTLED or REFUNDED
	Reason       Reason
	ResultRoot   []byte // 32 bytes when SETTLED, else nil
	OutputTokens uint32
}
