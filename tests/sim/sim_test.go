package sim

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Length of a run: `make sim` sets SIM_SEEDS and SIM_LONG.
const (
	defaultSeeds = 3
	blocks       = 500
	longBlocks   = 3_000
	// quietBlocks without new work bring everything to its end: a task's longest way is three times the open window
	// and the two windows of a round, the disputes against one seat one after the other, then challenges, retention and the
	// backlog of small budgets.
	quietBlocks = 600
)

func seeds(tb testing.TB) (out []uint64) {
	tb.Helper()
	n := uint64(defaultSeeds)
	if s := os.Getenv("SIM_SEEDS"); s != "" {
		var err error
		n, err = strconv.ParseUint(s, 10, 32)
		require.NoError(tb, err, "SIM_SEEDS")
	}
	for i := range n {
		out = append(out, i+1)
	}
	return out
}

func length() int {
	if os.Getenv("SIM_LONG") != "" {
		return longBlocks
	}
	return blocks
}

// TestRandom runs each seed twice: once with all invariants after every block, once for the same app hashes. Then
// nobody asks any more, and everything must come to its end: no task, no escrow, no lien.
func TestRandom(t *testing.T) {
	all, lock := map[string]*tally{}, sync.Mutex{}
	t.Cleanup(func() { report(t, all) }) // after the seeds, which run beside each other
	for _, seed := range seeds(t) {
		t.Run(fmt.Sprintf("seed-%d", seed), func(t *testing.T) {
			t.Parallel()
			w, again := newWorld(t, seed), newWorld(t, seed)
			for range length() {
				w.block()
				w.checkAll()
				again.block()
				require.Equal(t, w.chain.AppHash(), again.chain.AppHash(), "two runs differ after block %d", w.chain.Height)
			}
			w.runDry()
			lock.Lock()
			defer lock.Unlock()
			w.merge(all)
		})
	}
}

// checkAll checks the invariants of every module and those between them.
func (w *world) checkAll() {
	w.tb.Helper()
	require.NoError(w.tb, w.chain.Invariants(), "after block %d", w.chain.Height)
	require.NoError(w.tb, states(w.tb, w.chain).check(), "after block %d", w.chain.Height)
}

// runDry goes on without new work until nothing is left.
func (w *world) runDry() {
	w.tb.Helper()
	w.quiet = true
	for range quietBlocks {
		w.block()
	}
	w.checkAll()
	s := states(w.tb, w.chain)
	require.Empty(w.tb, s.compute.Tasks, "tasks that never ended")
	require.Empty(w.tb, s.compute.Seatings)
	require.Empty(w.tb, s.compute.Parked)
	require.Empty(w.tb, s.attest.Rounds)
	require.Empty(w.tb, s.attest.Parked)
	require.Empty(w.tb, s.attest.Disputes)
	require.Empty(w.tb, s.attest.Cases)
	require.Empty(w.tb, s.attest.Traces)
	require.Empty(w.tb, s.attest.Shown)
	require.Empty(w.tb, s.attest.Sealed)
	require.Empty(w.tb, s.attest.ParkedDisputes)
	require.Empty(w.tb, s.reward.Escrows)
	require.Empty(w.tb, s.reward.LienReleases)
	require.Empty(w.tb, s.reward.Unbondings)
	require.Empty(w.tb, s.reward.Payouts)
	for _, b := range s.reward.Bonds {
		require.Zero(w.tb, b.Liened, b.Provider)
	}
	for _, p := range s.reward.Parked {
		require.Equal(w.tb, w.blocked(), p.Payout.Recipient, "only the blocked account cannot be paid")
	}
}

func (w *world) merge(all map[string]*tally) {
	for name, t := range w.counts {
		if all[name] == nil {
			all[name] = &tally{}
		}
		all[name].ok += t.ok
		all[name].failed += t.failed
		all[name].lastLog = t.lastLog
	}
	for reason, n := range w.reasons {
		if all[reason] == nil {
			all[reason] = &tally{}
		}
		all[reason].ok += n
	}
}

// report logs what was tried, and wants every message to have succeeded and every way of a task to have been gone.
func report(t *testing.T, all map[string]*tally) {
	t.Helper()
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t.Logf("%-40s ok %6d, refused %5d  %.120s", name, all[name].ok, all[name].failed, all[name].lastLog)
	}
	if t.Failed() {
		return
	}
	for _, name := range []string{
		"RegisterProvider", "UpdateProvider", "DrainProvider", "RetireProvider", "PublishModel", "DeprecateModel", "SetOffer", "RemoveOffer",
		"OpenDispute", "PostTrace", "ChooseChild", "PostChildren", "PostChunk", "PostStep", "audit seat", "task overturned",
		"dispute REFUTED", "dispute UPHELD", "dispute SOLVER_SILENT", "dispute CHALLENGER_SILENT", "dispute DROPPED",
		"task " + computetypes.REASON_TASK_REFEREED.String(), "task " + computetypes.REASON_TASK_NONE_STOOD.String(),
		"PostTask", "PostTask again", "CancelTask", "CommitResult", "RevealResult", "AddBond", "WithdrawBond", "RetryPayout", "ClaimEmission", "RegisterVrfKey",
		"UpdateParams of compute", "UpdateParams of attest.", "UpdateParams of reward.", "UpdateParams of beacon.",
		"task " + computetypes.REASON_TASK_AGREED.String(), "task " + computetypes.REASON_TASK_AGREED_BY_PANEL.String(),
		"task " + computetypes.REASON_TASK_CANCELLED.String(), "task " + computetypes.REASON_TASK_UNMATCHED.String(),
		"task " + computetypes.REASON_TASK_STALLED_TWICE.String(), "task " + computetypes.REASON_TASK_NO_FRESH_SEATS.String(),
		"task " + computetypes.REASON_TASK_UNDECIDED.String(),
	} {
		if all[name] == nil || all[name].ok == 0 {
			t.Errorf("%s never succeeded", name)
		}
	}
}
