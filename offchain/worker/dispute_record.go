package worker

import (
	"encoding/binary"
	"strings"

	"github.com/aichain/aichain/rules/dispute"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// Outcomes of a dispute for us.
const (
	disputeWon     = "won"
	disputeLost    = "lost"
	disputeDropped = "dropped" // nobody won
	disputeUnknown = "unknown" // the chain forgot it before we asked
)

// DisputeRecord is what the worker remembers of one dispute, for people and for the next start. Nothing in it is needed
// to play: the chain holds everything else.
type DisputeRecord struct {
	ID       uint64     `json:"id"`
	Task     uint64     `json:"task"`
	Round    uint32     `json:"round"`
	Role     string     `json:"role"`            // solver or challenger
	Against  string     `json:"against"`         // address of the other side
	Origin   string     `json:"origin"`          // split or challenge
	Stake    uint64     `json:"stake,omitempty"` // uaic that a third party staked
	Seen     uint64     `json:"seen"`            // height
	Moves    []SentMove `json:"moves,omitempty"` // ours, in order
	Where    string     `json:"where,omitempty"` // how far down, in words
	Note     string     `json:"note,omitempty"`  // why we make no more moves
	IsClosed bool       `json:"closed"`
	Outcome  string     `json:"outcome,omitempty"` // won, lost, dropped or unknown, when closed
	End      string     `json:"end,omitempty"`     // how, in the chain's word
	Height   uint64     `json:"height"`            // of the last change
}

// SentMove is a move that we sent, or were about to send.
type SentMove struct {
	Number uint32 `json:"number"` // moves made before it, by both sides
	Kind   string `json:"kind"`   // trace, choice, children, chunk or step
	Height uint64 `json:"height"` // of the last block when it was first sent
	Tries  int    `json:"tries"`
	Landed bool   `json:"landed"` // it is in a block, as far as we heard
}

// Key orders disputes by id.
func (r DisputeRecord) Key() []byte { return binary.BigEndian.AppendUint64(nil, r.ID) }

// newDisputeRecord is the record of a dispute that the chain tells us of.
func newDisputeRecord(d attesttypes.Dispute, self string, height uint64) DisputeRecord {
	r := DisputeRecord{
		ID: d.Id, Task: d.TaskId, Round: d.Round, Role: roleText(dispute.Solver), Against: d.Challenger,
		Origin: lastWord(d.Origin.String(), "DISPUTE_ORIGIN_"), Stake: d.Stake, Seen: height, Height: height,
	}
	if sideOf(d, self) == dispute.Challenger {
		r.Role, r.Against = roleText(dispute.Challenger), d.Solver
	}
	return r
}

func roleText(s dispute.Side) string {
	if s == dispute.Challenger {
		return "challenger"
	}
	return "solver"
}

// lastWord is the name of an enum's value without its prefix, in lower case.
func lastWord(name, prefix string) string { return strings.ToLower(strings.TrimPrefix(name, prefix)) }

func kindText(k attesttypes.DisputeMoveKind) string {
	return lastWord(k.String(), "DISPUTE_MOVE_KIND_")
}

// sending notes that a move is about to be sent. The same move again counts a try.
func (r *DisputeRecord) sending(p play, height uint64) {
	for i := range r.Moves {
		if r.Moves[i].Number == p.turn.Move {
			r.Moves[i].Tries++
			return
		}
	}
	r.Moves = append(r.Moves, SentMove{Number: p.turn.Move, Kind: kindText(p.kind), Height: height, Tries: 1})
	r.Height = height
}

// landed notes that a move is in a block.
func (r *DisputeRecord) landed(number uint32) {
	for i := range r.Moves {
		if r.Moves[i].Number == number {
			r.Moves[i].Landed = true
		}
	}
}

// closed notes how the dispute ended.
func (r *DisputeRecord) closed(d attesttypes.Dispute, height uint64) {
	r.IsClosed, r.Height, r.End = true, height, lastWord(d.End.String(), "DISPUTE_END_")
	if d.CloseHeight > 0 {
		r.Height = d.CloseHeight
	}
	switch dispute.Side(d.Winner) {
	case dispute.Nobody:
		r.Outcome = disputeDropped
	default:
		r.Outcome = disputeLost
		if roleText(dispute.Side(d.Winner)) == r.Role {
			r.Outcome = disputeWon
		}
	}
}
