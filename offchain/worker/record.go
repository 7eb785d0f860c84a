package worker

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// State is how far the worker knows a seat to be. It only grows.
type State uint8

// The states of a seat. Numbers are stored: never renumber.
const (
	// StateSeen: we have the seat; nothing is computed.
	StateSeen State = 1
	// StateExecuted: result and salt are on disk. From here on they never change.
	StateExecuted State = 2
	// StateCommitSent: the commit may be on its way; it is sent again, the same, until the chain has it.
	StateCommitSent State = 3
	// StateCommitted: the chain has the commitment.
	StateCommitted State = 4
	// StateRevealSent: the reveal may be on its way.
	StateRevealSent State = 5
	// StateRevealed: the chain has the reveal.
	StateRevealed State = 6
	// StateClosed: nothing more to do; Outcome says how it ended.
	StateClosed State = 7
)

// String is the state as metrics and people read it.
func (s State) String() string {
	names := [...]string{"", "seen", "executed", "commit_sent", "committed", "reveal_sent", "revealed", "closed"}
	if int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprint("state ", uint8(s))
}

// Key names a seat of this worker.
type Key struct {
	Task  uint64
	Round uint32
}

// Bytes orders keys by task, then round.
func (k Key) Bytes() []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(nil, k.Task), k.Round)
}

// Record is all that the worker must not forget about a seat.
//
// Invariant: from StateExecuted on, Salt, Output, Stop, Root and Commitment are set and never change.
type Record struct {
	Task       uint64   `json:"task"`
	Round      uint32   `json:"round"`
	State      State    `json:"state"`
	Model      []byte   `json:"model"`                // 32 bytes
	Salt       []byte   `json:"salt,omitempty"`       // 32 bytes
	Output     []uint32 `json:"output,omitempty"`     // token ids
	Stop       uint32   `json:"stop,omitempty"`       // 1 end, 2 length, 3 context
	Root       []byte   `json:"root,omitempty"`       // 32 bytes
	Commitment []byte   `json:"commitment,omitempty"` // 32 bytes
	Net        uint64   `json:"net,omitempty"`        // uaic that the seat earns if it is right
	Height     uint64   `json:"height"`               // of the last change
	Outcome    string   `json:"outcome,omitempty"`    // when closed
}

// Key of the record.
func (r Record) Key() Key { return Key{r.Task, r.Round} }

// ErrSealed is returned for a change that would make the worker contradict itself: another result for a seat,
// or a step back.
var ErrSealed = errors.New("journal record is sealed")

// mayBecome returns ErrSealed unless next may replace r.
func (r Record) mayBecome(next Record) error {
	if r.Key() != next.Key() {
		return fmt.Errorf("%w: task %d round %d is not task %d round %d", ErrSealed, next.Task, next.Round, r.Task, r.Round)
	}
	if next.State < r.State {
		return fmt.Errorf("%w: task %d is %s, not to become %s", ErrSealed, r.Task, r.State, next.State)
	}
	if r.State < StateExecuted || len(r.Commitment) == 0 {
		return nil
	}
	if !bytes.Equal(r.Salt, next.Salt) || !bytes.Equal(r.Commitment, next.Commitment) || !bytes.Equal(r.Root, next.Root) ||
		!slices.Equal(r.Output, next.Output) || r.Stop != next.Stop {
		return fmt.Errorf("%w: task %d round %d has another result already", ErrSealed, r.Task, r.Round)
	}
	return nil
}
