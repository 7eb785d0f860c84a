package localnet

import (
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Purse is what a worker owns, uaic.
type Purse struct{ Balance, Bonded uint64 }

// Purses of all workers.
func (n *Network) Purses(tb testing.TB) map[string]Purse {
	tb.Helper()
	out := map[string]Purse{}
	for name := range n.Workers {
		addr := n.Addresses[name]
		bonded, _ := n.Chain.Bond(tb, addr)
		out[name] = Purse{n.Chain.Balance(tb, addr), bonded}
	}
	return out
}

// Dues is what a task must have brought a provider.
type Dues struct{ Earned, Slashed uint64 }

// DuesOf reckons by the rules, written here once more, what a closed task must have brought each of its providers:
// right seats earn their price less the take, and keep it if the task is overturned; slashes go, after the burn, to
// the honest seats, and after a challenge to who won it.
func (n *Network) DuesOf(tb testing.TB, id uint64) map[string]Dues {
	tb.Helper()
	t := n.Chain.Task(tb, id).Task
	terms := t.Snapshot
	out := map[string]Dues{}
	add := func(provider string, earned, slashed uint64) {
		d := out[provider]
		out[provider] = Dues{d.Earned + earned, d.Slashed + slashed}
	}
	var honest []string
	var slashed uint64
	for _, r := range n.Chain.Rounds(tb, id) {
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
					add(n.Chain.Dispute(tb, s.LostDispute).Challenger, s.Lien-s.Lien*uint64(terms.SlashBurnBps)/10_000, 0)
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

// AllDues sums the dues of all tasks there are.
func (n *Network) AllDues(tb testing.TB) (sum map[string]Dues, tasks int) {
	tb.Helper()
	sum = map[string]Dues{}
	for id := uint64(1); n.HasTask(tb, id); id++ {
		for p, d := range n.DuesOf(tb, id) {
			s := sum[p]
			sum[p] = Dues{s.Earned + d.Earned, s.Slashed + d.Slashed}
		}
		tasks++
	}
	return sum, tasks
}

func (n *Network) HasTask(tb testing.TB, id uint64) bool {
	tb.Helper()
	ctx, cancel := Soon()
	defer cancel()
	_, err := n.Chain.compute.Task(ctx, &computetypes.QueryTaskRequest{TaskId: id})
	if err != nil && status.Code(err) != codes.NotFound {
		tb.Fatal(err)
	}
	return err == nil
}

// Outcomes requires one outcome of a worker's seat, and of all others an honest one: another, or freed because the
// round came to no verdict. It returns the worker's lien.
func (n *Network) Outcomes(t *testing.T, id uint64, worker string, own, others computetypes.Reason) (lien uint64) {
	t.Helper()
	for _, s := range n.Chain.Task(t, id).Progress.Seats {
		switch {
		case s.Provider == n.Addresses[worker]:
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

// Lost requires that a worker's bond has shrunk by exactly so much.
func (n *Network) Lost(t *testing.T, id uint64, worker string, had, want uint64) {
	t.Helper()
	has, _ := n.Chain.Bond(t, n.Addresses[worker])
	if had-has != want {
		t.Errorf("task %d: expected %s to lose %d uaic of its bond, got %d", id, worker, want, int64(had-has))
	}
	t.Logf("%s lost %d uaic of its bond of %d", worker, had-has, had)
}
