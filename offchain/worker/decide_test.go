package worker

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/client"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

func TestDecide(t *testing.T) {
	const (
		commit   = attesttypes.ROUND_PHASE_COMMIT
		reveal   = attesttypes.ROUND_PHASE_REVEAL
		deadline = 100
		window   = 10
	)
	ours, theirs := []byte("ours"), []byte("theirs")
	long := make([]uint32, shortOutput+1)
	for _, c := range []struct {
		name    string
		state   State
		output  []uint32
		phase   attesttypes.RoundPhase
		onChain []byte // our seat's commitment
		result  uint32 // our seat's
		first   bool   // our seat is the first that committed
		shown   bool   // an equal result is in the round
		height  uint64
		want    action
	}{
		{name: "new seat", state: StateSeen, phase: commit, height: 50, want: actExecute},
		{name: "new seat, last block that can still take a commit", state: StateSeen, phase: commit, height: deadline - 1, want: actExecute},
		{name: "new seat, too late", state: StateSeen, phase: commit, height: deadline, want: actWait},
		{name: "computed", state: StateExecuted, phase: commit, height: 50, want: actCommit},
		{name: "computed, too late", state: StateExecuted, phase: commit, height: deadline, want: actWait},
		{name: "sent, not there: the same again", state: StateCommitSent, phase: commit, height: 50, want: actCommit},
		{name: "sent and there", state: StateCommitSent, phase: commit, onChain: ours, height: 50, want: actNoteCommitted},
		{name: "noted, others still commit", state: StateCommitted, phase: commit, onChain: ours, height: 50, want: actWait},
		{name: "journal lost after the commit", state: StateSeen, phase: commit, onChain: ours, height: 50, want: actExecute},
		{name: "journal lost, reveals open", state: StateSeen, phase: reveal, onChain: ours, height: 95, want: actExecute},
		{name: "somebody else's commitment", state: StateExecuted, phase: commit, onChain: theirs, height: 50, want: actCloseForeign},
		{name: "missed the commit", state: StateExecuted, phase: reveal, height: 95, want: actCloseMissed},
		{name: "short output", state: StateCommitted, phase: reveal, onChain: ours, height: 90, want: actReveal},
		{name: "short output, not noted as committed", state: StateCommitSent, phase: reveal, onChain: ours, height: 90, want: actReveal},
		{name: "sent, not there", state: StateRevealSent, phase: reveal, onChain: ours, height: 90, want: actReveal},
		{name: "last block for a reveal", state: StateCommitted, phase: reveal, onChain: ours, height: deadline - 1, want: actReveal},
		{name: "too late to reveal", state: StateCommitted, phase: reveal, onChain: ours, height: deadline, want: actWait},
		{name: "revealed", state: StateRevealSent, phase: reveal, onChain: ours, result: 1, height: 91, want: actNoteRevealed},
		{name: "revealed and noted", state: StateRevealed, phase: reveal, onChain: ours, result: 1, height: 91, want: actWait},
		{name: "long output, first seat", state: StateCommitted, output: long, phase: reveal, onChain: ours, first: true, height: 90, want: actReveal},
		{name: "long output, other seat waits", state: StateCommitted, output: long, phase: reveal, onChain: ours, height: deadline - window + 1, want: actWait},
		{name: "long output, waits but notes the commit", state: StateCommitSent, output: long, phase: reveal, onChain: ours, height: deadline - window, want: actNoteCommitted},
		{name: "long output, shown by another", state: StateCommitted, output: long, phase: reveal, onChain: ours, shown: true, height: deadline - window, want: actReveal},
		{name: "long output, patience at an end", state: StateCommitted, output: long, phase: reveal, onChain: ours, height: deadline - window + patience, want: actReveal},
		{name: "closed", state: StateRevealed, phase: attesttypes.ROUND_PHASE_CLOSED, onChain: ours, result: 1, height: 95, want: actFinish},
	} {
		t.Run(c.name, func(t *testing.T) {
			other := attesttypes.Seat{Provider: "other", Commitment: theirs}
			if c.first {
				other.Commitment = nil
			}
			s := client.Seat{Index: 1, Round: attesttypes.Round{
				Phase: c.phase, Deadline: deadline, RevealWindow: window,
				Seats: []attesttypes.Seat{other, {Provider: "me", Commitment: c.onChain, Result: c.result}},
			}}
			r := Record{State: c.state, Output: c.output}
			if c.state >= StateExecuted {
				r.Commitment, r.Root = ours, []byte("root")
			}
			if c.shown {
				s.Round.Results = []attesttypes.Result{{Root: []byte("root")}}
			}
			require.Equal(t, c.want, decide(r, s, c.height))
		})
	}
}

// TestRevealWaitsForTheLot: of a round that may be audited nothing is shown before the next block has drawn whether it is.
func TestRevealWaitsForTheLot(t *testing.T) {
	const opened, window = 80, 10
	commitment := make([]byte, 32)
	s := client.Seat{Index: 0, Round: attesttypes.Round{
		Role: computetypes.SEAT_ROLE_PRIMARY, Phase: attesttypes.ROUND_PHASE_REVEAL, Deadline: opened + window, RevealWindow: window,
		Refereed: true, AuditBps: 500, Seats: []attesttypes.Seat{{Provider: "me", Commitment: commitment}},
	}}
	r := Record{State: StateCommitted, Commitment: commitment}
	require.Equal(t, actWait, decide(r, s, opened))
	require.Equal(t, actReveal, decide(r, s, opened+1))
	s.Round.AuditBps = 0
	require.Equal(t, actReveal, decide(r, s, opened), "without a chance of an audit there is nothing to wait for")
}
