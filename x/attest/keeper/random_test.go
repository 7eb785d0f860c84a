package keeper

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aichain/aichain/rules/quorum"
	"github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// world plays random blocks: tasks are posted, seats commit, reveal, lie or sleep, fresh seats are found or not, rounds
// are audited or not. The referee cannot read the models, so that splits of tasks that may be audited go to panels too.
type world struct {
	*fixture
	t       *rapid.T
	height  uint64
	nextID  uint64
	fresh   int                        // next account without a seat
	seats   map[string]int             // seats given to each provider
	answers map[uint64]map[int]uint32  // task → account → the token it committed to
	rounds  map[uint64]map[uint32]bool // task → rounds opened
}

// TestRandomBlocks runs 60 blocks of random work per case and checks the invariants after each; at the end every task
// has exactly one final verdict, which is what the seats did, and every seat has freed its slot once.
func TestRandomBlocks(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := &world{
			fixture: newFixture(t), t: rt, height: matchHeight,
			seats: map[string]int{}, answers: map[uint64]map[int]uint32{}, rounds: map[uint64]map[uint32]bool{},
		}
		budget := rapid.Uint32Range(1, 5).Draw(rt, "budget")
		require.NoError(rt, w.k.params.Set(w.ctx, testParams(10, budget)))
		for range 60 {
			w.block(rapid.IntRange(0, 6).Draw(rt, "operations"), true)
		}
		for uint64(len(w.money.finals)) < w.nextID && w.height < matchHeight+1_000 { // let everything end
			w.block(0, false)
		}
		w.check()
	})
}

// block runs operations, then the block step, then finds seats for the tasks that wait.
func (w *world) block(operations int, isLively bool) {
	w.height++
	w.begin(w.height)
	for id := uint64(1); id <= w.nextID; id++ {
		if r := w.round(id); r.Audits > 0 && r.AuditHeight == w.height {
			w.seats[r.Seats[len(r.Seats)-1].Provider]++
		}
	}
	for range operations {
		switch rapid.IntRange(0, 3).Draw(w.t, "operation") {
		case 0:
			w.nextID++
			w.post(w.nextID, rapid.Uint32Range(1, 4).Draw(w.t, "seats"))
			task := w.tasks.tasks[w.nextID]
			task.Snapshot.AuditBps = rapid.SampledFrom([]uint32{0, 5_000, 10_000}).Draw(w.t, "audit_bps")
			task.Snapshot.Refereed = task.Snapshot.AuditBps > 0
			w.tasks.tasks[w.nextID] = task
			if rapid.Bool().Draw(w.t, "an auditor is found") {
				w.tasks.audits[w.nextID] = 100 + int(w.nextID)
			}
			w.answers[w.nextID] = map[int]uint32{}
			w.rounds[w.nextID] = map[uint32]bool{}
			w.seat(w.nextID)
		default:
			w.act()
		}
	}
	w.end(w.height)
	for id := uint64(1); id <= w.nextID; id++ {
		task := w.tasks.tasks[id]
		isWaiting := task.Status == computetypes.TASK_STATUS_SPLIT || task.Status == computetypes.TASK_STATUS_STALLED
		if !isWaiting {
			continue
		}
		if isLively && rapid.IntRange(0, 4).Draw(w.t, "found") > 0 {
			w.seat(id)
		} else {
			require.NoError(w.t, w.k.AfterSeatsNotFound(w.ctx, task))
		}
	}
}

// seat matches the present round of a task with providers that never sat on it.
func (w *world) seat(id uint64) {
	task := w.tasks.tasks[id]
	n, _ := quorum.Need(quorum.Role(task.Role), task.Terms.Seats)
	var seats []int
	for range n {
		seats = append(seats, w.fresh%60) // a provider sits on many tasks, never twice on one
		w.seats[account(w.fresh%60)]++
		w.fresh++
	}
	w.match(id, seats...)
	w.rounds[id][task.Round] = true
}

// act lets a random seat do the next thing it may do, right or wrong.
func (w *world) act() {
	if w.nextID == 0 {
		return
	}
	id := rapid.Uint64Range(1, w.nextID).Draw(w.t, "task")
	r := w.round(id)
	n := accountNumber(r.Seats[rapid.IntRange(0, len(r.Seats)-1).Draw(w.t, "seat")].Provider)
	if r.Phase == types.ROUND_PHASE_COMMIT {
		answer := rapid.SampledFrom([]uint32{7, 7, 7, 7, 8, 9}).Draw(w.t, "answer")
		if w.commit(n, w.commitOf(id, n, answer)) == nil {
			w.answers[id][n] = answer
		}
		return
	}
	if r.Phase == types.ROUND_PHASE_REVEAL {
		_, err := w.msgs.RevealResult(w.ctx, revealsOf(n, w.revealOf(id, n, w.answers[id][n])))
		if err != nil && w.height <= r.Deadline {
			require.NotErrorIs(w.t, err, types.ErrCommitmentMismatch)
		}
	}
}

// accountNumber is the inverse of account.
func accountNumber(name string) int {
	b, err := addrs.StringToBytes(name)
	if err != nil {
		panic(err)
	}
	return int(binary.BigEndian.Uint64(b[12:])) - 1
}

// check looks back on all lives.
func (w *world) check() {
	for id := uint64(1); id <= w.nextID; id++ {
		final, isOver := w.money.finals[id]
		require.True(w.t, isOver, "task %d never ended", id)
		rounds, err := w.k.roundsOf(w.ctx, id)
		require.NoError(w.t, err)
		require.Len(w.t, rounds, len(w.rounds[id]))
		require.LessOrEqual(w.t, len(rounds), 4)
		right, all := uint32(0), 0
		for i := range rounds {
			for _, s := range rounds[i].Seats {
				require.Equal(w.t, s.Provider, final.Seats[all].Provider)
				require.Equal(w.t, s.Outcome, final.Seats[all].Outcome)
				if s.Outcome == computetypes.REASON_SEAT_RIGHT {
					right++
				}
				all++
			}
		}
		require.Len(w.t, final.Seats, all)
		last := &rounds[len(rounds)-1]
		_, k := quorum.Need(quorum.Role(last.Role), last.DrawnSeats())
		isSettled := final.Closing.Status == computetypes.TASK_STATUS_SETTLED
		require.Equal(w.t, last.Verdict == types.VERDICT_AGREED, isSettled)
		if isSettled {
			require.GreaterOrEqual(w.t, right, k)
		} else {
			require.Zero(w.t, right)
		}
	}
	require.Equal(w.t, w.seats, w.tasks.released, "every seat frees its slot once")
}
