package types

import (
	"context"

	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Tasks is what x/attest asks of x/compute.
type Tasks interface {
	// Task returns a task as stored; a registered not-found error otherwise.
	Task(ctx context.Context, id uint64) (computetypes.Task, error)
	// Model returns a model as stored, header included; a registered not-found error otherwise.
	Model(ctx context.Context, id []byte) (computetypes.Model, error)
	// RequestSeats makes a task in a round wait for the seats of its next round: status SPLIT for panels,
	// STALLED for the redraw. They are drawn with the beacon of a later height, never from earlier seats.
	RequestSeats(ctx context.Context, id uint64, role computetypes.SeatRole) error
	// SeatAudit draws one more seat for a task in a round, never from its earlier seats, with a seed that was not
	// known when the others committed, and reserves its slot and lien. found is false, and nothing has changed, when
	// no provider can take it.
	SeatAudit(ctx context.Context, id uint64, seed [32]byte) (seat computetypes.MatchedSeat, found bool, err error)
	// NoteSeats lists the seats that SeatAudit gave in this block for their providers: once a block, after the last of
	// them, and only those that were kept.
	NoteSeats(ctx context.Context, seats []computetypes.TakenSeat) error
	// ReleaseSlots frees one slot of each provider's offer for the model, when their round closes.
	ReleaseSlots(ctx context.Context, modelID []byte, providers []string) error
	// Close ends a task. It fails if the task is already closed.
	Close(ctx context.Context, id uint64, c computetypes.Closing) error
	// Overturn takes back the result of a SETTLED task: status OVERTURNED. It fails for any other status.
	Overturn(ctx context.Context, id uint64) error
}

// Stakes is what x/attest asks of x/reward while a settled result is challenged. Implemented by x/reward.
type Stakes interface {
	// PlaceLien reserves amount uaic of a challenger's free bond; it fails for who has no bond, or less free.
	PlaceLien(ctx context.Context, provider string, amount uint64) error
	// HoldLien keeps amount uaic of a right seat's lien, which was to free itself at height, until FreeSeat or
	// SlashLien. It fails if less is waiting for that height.
	HoldLien(ctx context.Context, taskID uint64, provider string, height, amount uint64) error
	// FreeSeat frees the held lien of a seat that stands.
	FreeSeat(ctx context.Context, taskID uint64, provider string, amount uint64) error
	// FreeLien frees amount uaic of a challenger's stake.
	FreeLien(ctx context.Context, provider string, amount uint64) error
	// SlashLien takes from a lien and frees the rest of it.
	SlashLien(ctx context.Context, s Slash) error
}

// Slash is a lien that was lost in a challenge.
type Slash struct {
	TaskID   uint64
	Provider string
	Reason   computetypes.Reason // REASON_SEAT_WRONG, REASON_SEAT_NO_DEFENCE or REASON_CHALLENGE_LOST
	Lien     uint64              // uaic; ends with this
	Taken    uint64              // uaic of the lien, at most all of it; the rest is freed
	// Winner is paid Taken less the burned part.
	Winner string
	// BurnBps of Taken are burned.
	BurnBps uint32
	// Restore says that the task is overturned: of the burned part, what the task had cost goes to its payer first,
	// as far as it was not restored by an earlier slash.
	Restore bool
}

// Beacon is the randomness that nobody chooses. Implemented by x/beacon.
type Beacon interface {
	// At returns R_h, 32 bytes, for a block whose proposer has spoken; it fails for a future or forgotten height.
	At(ctx context.Context, height uint64) ([]byte, error)
}
