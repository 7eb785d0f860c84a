package worker

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/tests/forge"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// inspecting is a rig that inspects a share of the settled tasks and counts what it runs.
func inspecting(t testing.TB, bps uint32) (*disputeRig, *countingExecutor) {
	r := newDisputeRig(t)
	counting := &countingExecutor{Executor: r.canon}
	r.executor = counting
	r.cfg = func(c *Config) { c.Dispute.InspectBps = bps }
	r.chain.referee.free = 1_000
	return r, counting
}

// settledWrong settles a task with a wrong result of two seats, whom a rival defends.
func (r *disputeRig) settledWrong(task uint64) {
	claim, trace := r.forged(forge.Lies()[1], r.right(task))
	r.chain.revealed(task, claim, map[string]step.Claim{otherProvider: claim, thirdProvider: claim})
	r.chain.settle(task)
	r.chain.settledRival = &player{trace: trace}
}

func (r *disputeRig) settledRight(tasks ...uint64) {
	for _, task := range tasks {
		claim := r.right(task)
		r.chain.revealed(task, claim, map[string]step.Claim{otherProvider: claim, thirdProvider: claim})
		r.chain.settle(task)
	}
}

// challengedBoth says whether disputes against both seats have ended.
func (r *disputeRig) challengedBoth(task uint64) func() bool {
	return func() bool {
		r.chain.mu.Lock()
		n := 0
		for _, d := range r.chain.referee.disputes {
			if d.TaskId == task && d.Phase == attesttypes.DISPUTE_PHASE_RESOLVED {
				n++
			}
		}
		r.chain.mu.Unlock()
		return n == 2 && r.noted([]uint64{1, 2}) && len(r.waiting()) == 0
	}
}

// waiting lists the inspections that the living worker's journal has.
func (r *disputeRig) waiting() []Inspection {
	_, items, err := r.worker.Journal.Inspections()
	require.NoError(r.t, err)
	return items
}

// looked says whether the worker has looked through all tasks and inspected what it chose.
func (r *disputeRig) looked(last uint64) func() bool {
	return func() bool {
		cursor, items, err := r.worker.Journal.Inspections()
		require.NoError(r.t, err)
		return cursor.Task == last && len(items) == 0
	}
}

func TestAWrongSettledResultIsChallengedSeatBySeat(t *testing.T) {
	r, counting := inspecting(t, 10_000)
	r.settledRight(1, 2)
	r.settledWrong(3)
	r.settledRight(4, 5)
	require.NoError(t, r.live(nil, r.challengedBoth(3)))
	r.requireWon(1, endRefuted)
	r.requireWon(2, endRefuted)
	require.EqualValues(t, 800, r.chain.referee.free)
	rec := r.records()[1]
	require.Equal(t, "challenge", rec.Origin)
	require.EqualValues(t, 100, rec.Stake)
	require.Equal(t, 5, counting.ran)
	require.Equal(t, 1, counting.witnessed, "the witness that a challenge was made with is the one that it is played with")

	ran := counting.ran
	require.NoError(t, r.live(nil, r.looked(5)))
	require.Equal(t, ran, counting.ran, "a restart runs nothing again")
}

func TestWhatIsNotInspected(t *testing.T) {
	for name, c := range map[string]struct {
		bps   uint32
		spoil func(r *disputeRig, t *computetypes.Task)
	}{
		"nothing is asked for":      {0, func(*disputeRig, *computetypes.Task) {}},
		"no referee for this model": {10_000, func(_ *disputeRig, t *computetypes.Task) { t.Snapshot.Refereed = false }},
		"another model":             {10_000, func(_ *disputeRig, t *computetypes.Task) { t.Terms.ModelId = make([]byte, 32) }},
		"a seat of our own":         {10_000, func(r *disputeRig, _ *computetypes.Task) { r.chain.rounds[3].Seats[0].Provider = r.chain.addr }},
		"its window is over":        {10_000, func(_ *disputeRig, t *computetypes.Task) { t.Snapshot.ChallengeWindow = 0 }},
		"refunded":                  {10_000, func(_ *disputeRig, t *computetypes.Task) { t.Status = computetypes.TASK_STATUS_REFUNDED }},
	} {
		t.Run(name, func(t *testing.T) {
			r, counting := inspecting(t, c.bps)
			r.settledWrong(3)
			task := r.chain.tasks[3]
			c.spoil(r, &task)
			r.chain.tasks[3] = task
			blocks := 0
			require.NoError(t, r.live(nil, func() bool { blocks++; return blocks > 3*inspectEvery }))
			require.Empty(t, r.chain.referee.disputes)
			require.Zero(t, counting.ran)
		})
	}
}

// The stake is compared with the free bond first; what it is enough for is challenged, the rest when there is more.
func TestAChallengeWaitsForBond(t *testing.T) {
	r, _ := inspecting(t, 10_000)
	r.chain.referee.free = 150
	r.settledWrong(3)
	opened := func() int { r.chain.mu.Lock(); defer r.chain.mu.Unlock(); return len(r.chain.referee.disputes) }
	blocks := 0
	require.NoError(t, r.live(nil, func() bool {
		if opened() == 1 {
			blocks++
		}
		return blocks > 2*inspectEvery
	}))
	require.Equal(t, 1, opened())
	r.chain.referee.free = 100
	require.NoError(t, r.live(nil, r.challengedBoth(3)))
	require.Zero(t, r.chain.referee.free)
}

func TestAnImpossibleSettledResultIsChallenged(t *testing.T) {
	r, _ := inspecting(t, 10_000)
	claim := r.right(3)
	claim.Output = append([]uint32{r.chain.header.EOS[0]}, claim.Output...)[:claim.MaxOutput]
	claim.Stop = step.StopLength
	r.chain.revealed(3, claim, map[string]step.Claim{otherProvider: claim})
	r.chain.settle(3)
	require.NoError(t, r.live(nil, func() bool { return r.noted([]uint64{1}) }))
	require.Equal(t, attesttypes.DISPUTE_END_IMPOSSIBLE, r.chain.ended(1))
	rec := r.records()[1]
	require.Equal(t, []string{"challenger", disputeWon, "impossible"}, []string{rec.Role, rec.Outcome, rec.End})
}

// Killed at any effect, the inspection goes on: nothing is challenged twice, and nothing is forgotten.
func TestKilledAnywhereFinishesItsInspection(t *testing.T) {
	for _, isAfter := range []bool{false, true} {
		for n := 1; ; n++ {
			r, _ := inspecting(t, 10_000)
			r.settledRight(1)
			r.settledWrong(3)
			b := &bomb{left: n, isAfter: isAfter}
			require.NoError(t, r.live(b, r.challengedBoth(3)))
			if !b.dead {
				require.Greater(t, n, 8)
				break
			}
			require.NoError(t, r.live(nil, r.challengedBoth(3)), "killed at effect %d, after=%v", n, isAfter)
			require.Len(t, r.chain.referee.disputes, 2)
			for _, d := range r.chain.referee.disputes {
				require.Equal(t, endRefuted, d.End)
			}
		}
	}
}

func TestTheShareIsDrawnInSecretAndStays(t *testing.T) {
	mine, theirs := NewSalts([32]byte{1}), NewSalts([32]byte{2})
	chosen, both := 0, 0
	for task := range uint64(10_000) {
		if mine.lot("c", "p", task) >= 1_000 {
			continue
		}
		chosen++
		require.Less(t, NewSalts([32]byte{1}).lot("c", "p", task), uint64(1_000))
		if theirs.lot("c", "p", task) < 1_000 {
			both++
		}
	}
	require.InDelta(t, 1_000, chosen, 120)
	require.InDelta(t, 100, both, 50)
}
