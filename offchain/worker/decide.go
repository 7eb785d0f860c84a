package worker

import (
	"bytes"

	"github.com/aichain/aichain/client"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// action is what a seat needs next.
type action uint8

const (
	actWait            action = iota // nothing now
	actExecute                       // compute the result
	actCommit                        // send the commitment, for the first time or again
	actNoteCommitted                 // the chain has it: write that down
	actReveal                        // open the commitment
	actNoteRevealed                  // the chain has it: write that down
	actCloseMissed                   // too late to commit: nothing to reveal
	actCloseForeign                  // the chain has a commitment for our seat that is not ours
	actCloseUnrevealed               // committed, and too late to reveal
	actFinish                        // the round is closed: note the outcome once it is known
)

const (
	// shortOutput is the longest output, in tokens, that every seat reveals at once. Longer ones are worth a
	// block or two of waiting, so that only one seat pays for the bytes.
	shortOutput = 32
	// patience is how many blocks the others wait for the first seat to show a long output.
	patience = 2
)

// decide tells what a seat needs after block height, from the journal's record and the chain's round. It is pure.
func decide(r Record, s client.Seat, height uint64) action {
	mine := s.Mine()
	if s.Round.Phase == attesttypes.ROUND_PHASE_CLOSED {
		return actFinish
	}
	isInTime := height < s.Round.Deadline // what we send is in the next block at the earliest
	if len(mine.Commitment) == 0 {
		if s.Round.Phase != attesttypes.ROUND_PHASE_COMMIT {
			return actCloseMissed
		}
		switch {
		case !isInTime:
			return actWait
		case r.State == StateSeen:
			return actExecute
		}
		return actCommit
	}
	if r.State == StateSeen {
		return actExecute // our journal was lost: find the result and the salt again
	}
	if !bytes.Equal(mine.Commitment, r.Commitment) {
		return actCloseForeign
	}
	switch {
	case mine.Result != 0:
		if r.State < StateRevealed {
			return actNoteRevealed
		}
		return actWait
	case s.Round.Phase == attesttypes.ROUND_PHASE_REVEAL:
		if isInTime && isTurn(r, s, height) {
			return actReveal
		}
		if height >= s.Round.Deadline {
			return actWait // the verdict is due; it tells the outcome
		}
	}
	if r.State < StateCommitted {
		return actNoteCommitted
	}
	return actWait
}

// isTurn says whether to reveal now. Never before it is drawn whether the round gets a blind seat: whoever gets it could
// copy from the mempool. Short outputs: at once. Long ones: the first committed seat in seat order
// shows the output; the others follow when it is there, or after patience.
func isTurn(r Record, s client.Seat, height uint64) bool {
	if s.Round.IsLotPending(height) {
		return false
	}
	if len(r.Output) <= shortOutput || isShown(r, s.Round) || firstCommitted(s.Round) == s.Index {
		return true
	}
	opened := s.Round.Deadline - min(s.Round.Deadline, s.Round.RevealWindow)
	return height >= opened+patience
}

// isShown says whether a result equal to ours is in the round, so that our output can be left out.
func isShown(r Record, round attesttypes.Round) bool {
	for _, res := range round.Results {
		if bytes.Equal(res.Root, r.Root) {
			return true
		}
	}
	return false
}

func firstCommitted(round attesttypes.Round) int {
	for i, s := range round.Seats {
		if len(s.Commitment) > 0 {
			return i
		}
	}
	return -1
}
