package system

import (
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	computetypes "github.com/aichain/aichain/x/compute/types"
)

// purse is what a worker owns, uaic.
type purse struct{ balance, bonded uint64 }

// purses of all workers.
func (n *network) purses(tb testing.TB) map[string]purse {
	tb.Helper()
	out := map[string]purse{}
	for name := range n.workers {
		addr := n.addresses[name]
		bonded, _ := n.chain.bond(tb, addr)
		out[name] = purse{n.chain.balance(tb, addr), bonded}
	}
	return out
}

// dues is what a task must have brought a provider.
type dues struct{ earned, slashed uint64 }

// duesOf reckons by the rules, written here once more, what a closed task must have brought each of its providers:
// right seats earn their price less the take, and keep it if the task is overturned; slashes go, after the burn, to
// the honest seats, and after a challenge to who won it.
func (n *network) duesOf(tb testing.TB, id uint64) map[string]dues {
	tb.Helper()
	t := n.chain.task(tb, id).Task
	terms := t.Snapshot
	out := map[string]dues{}
	add := func(provider string, earned, slashed uint64) {
		d := out[provider]
		out[provider] = dues{d.earned + earned, d.slashed + slashed}
	}
	var honest []string
	var slashed uint64
	for _, r := range n.chain.rounds(tb, id) {
		for _, s := range r.Seats {
			gross := (uint64(len(t.Input))*s.PriceInput + uint64(t.OutputTokens)*s.PriceOutput) / 1_000
			price := gross - gross*uint64(terms.TakeBps)/10_000
			switch s.Outcome {
			case computetypes.REASON_SEAT_RIGHT:
				add(s.Provider, price, 0)
				honest = append(honest, s.Provider)
			case computetypes.REASON_SEAT_FREED:
				add(s.Provider, 0, 0)
				if t.Status == computetypes.TASK_STATUS_REFUNDED {
					honest = append(honest, s.Provider)
				}
			case computetypes.REASON_SEAT_WRONG, computetypes.REASON_SEAT_NO_REVEAL:
				if t.Status == computetypes.TASK_STATUS_OVERTURNED {
					add(s.Provider, price, s.Lien)
					add(n.chain.dispute(tb, s.LostDispute).Challenger, s.Lien-s.Lien*uint64(terms.SlashBurnBps)/10_000, 0)
					continue
				}
				add(s.Provider, 0, s.Lien)
				slashed += s.Lien
			case computetypes.REASON_SEAT_NO_COMMIT, computetypes.REASON_SEAT_NO_DEFENCE:
				soft := s.Lien * uint64(terms.SoftFaultBps) / 10_000
				add(s.Provider, 0, soft)
				slashed += soft
			default:
				tb.Errorf("task %d: expected an outcome of %s's seat in round %d, got %s", id, s.Provider, r.Round, s.Outcome)
			}
		}
	}
	for _, p := range honest {
		add(p, (slashed-slashed*uint64(terms.SlashBurnBps)/10_000)/uint64(len(honest)), 0)
	}
	return out
}

// allDues sums the dues of all tasks there are.
func (n *network) allDues(tb testing.TB) (sum map[string]dues, tasks int) {
	tb.Helper()
	sum = map[string]dues{}
	for id := uint64(1); n.hasTask(tb, id); id++ {
		for p, d := range n.duesOf(tb, id) {
			s := sum[p]
			sum[p] = dues{s.earned + d.earned, s.slashed + d.slashed}
		}
		tasks++
	}
	return sum, tasks
}

func (n *network) hasTask(tb testing.TB, id uint64) bool {
	tb.Helper()
	ctx, cancel := soon()
	defer cancel()
	_, err := n.chain.compute.Task(ctx, &computetypes.QueryTaskRequest{TaskId: id})
	if err != nil && status.Code(err) != codes.NotFound {
		tb.Fatal(err)
	}
	return err == nil
}

// outcomes requires one outcome of a worker's seat, and of all others an honest one: another, or freed because the
// round came to no verdict. It returns the worker's lien.
func (n *network) outcomes(t *testing.T, id uint64, worker string, own, others computetypes.Reason) (lien uint64) {
	t.Helper()
	for _, s := range n.chain.task(t, id).Progress.Seats {
		switch {
		case s.Provider == n.addresses[worker]:
			lien = s.Lien
			if s.Outcome != own || lien == 0 {
				t.Errorf("task %d: expected %s's seat with a lien to be %s, got %d and %s", id, worker, own, lien, s.Outcome)
			}
		case s.Outcome != others && s.Outcome != computetypes.REASON_SEAT_FREED:
			t.Errorf("task %d: expected %s's seat to be %s or freed, got %s", id, s.Provider, others, s.Outcome)
		}
	}
	return lien
}

// lost requires that a worker's bond has shrunk by exactly so much.
func (n *network) lost(t *testing.T, id uint64, worker string, had, want uint64) {
	t.Helper()
	has, _ := n.chain.bond(t, n.addresses[worker])
	if had-has != want {
		t.Errorf("task %d: expected %s to lose %d uaic of its bond, got %d", id, worker, want, int64(had-has))
	}
	t.Logf("%s lost %d uaic of its bond of %d", worker, had-has, had)
}
