package attack

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// TestSplitAmongFriendsIsNotFree: friends who hold all seats of their own task reveal as many results as there are seats,
// post a trace each and accuse nobody. The chain opens 42 disputes for one fee and plays them for nothing; no panel can
// be seated, so the payer gets all back. Each seat must pay for it.
func TestSplitAmongFriendsIsNotFree(t *testing.T) {
	const seats = 7
	tb := newTable(&report{T: t}, kit.DefaultSetup(seats))
	terms := tb.Terms(kit.TheModel, seats*20_000)
	terms.MaxOutputTokens, terms.Seats = 4, seats
	tb.Must(msg(tb.Post("alice", "alice", terms, kit.Input(5, 6, 7))))
	tb.Wait(2)
	friends := tb.Seats(1)
	for _, name := range friends {
		p := tb.player(name)
		p.Forge = forgesLogits
		p.Refuses = func(d attesttypes.Dispute) bool { return d.Phase == attesttypes.DISPUTE_PHASE_CHOICE_DUE }
	}
	before := map[string]uint64{}
	for _, name := range friends {
		before[name] = worth(tb.World, name)
	}
	tb.answers([]uint64{1}, func(_ uint64, seat int) kit.Answer { return tb.Wrong(1, seat) })
	require.Len(t, tb.Disputes(1), seats*(seats-1))
	for range 600 { // a trace's window, then a move's for each of the six in a queue but the first
		if tb.Task(1).Status == computetypes.TASK_STATUS_REFUNDED {
			break
		}
		var txs []kit.Tx
		for _, name := range friends {
			txs = append(txs, tb.player(name).Due(tb.World)...)
		}
		tb.Do(txs...)
	}
	require.Equal(t, "TASK_STATUS_REFUNDED, REASON_TASK_NO_FRESH_SEATS", ending(tb.World, 1))
	for i, name := range friends {
		seat := tb.Round(1, 0).Seats[i]
		require.Equal(t, computetypes.REASON_SEAT_NO_DEFENCE, seat.Outcome)
		require.Equal(t, seat.Lien/10, before[name]-worth(tb.World, name))
	}
}
