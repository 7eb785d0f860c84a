package watch_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aichain/aichain/internal/watch"
	"github.com/aichain/aichain/tests/kit"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// seen are samples by name and labels, as in tasks_closed_total{reason="agreed",status="settled"}; of a histogram its
// sum. Names are without the namespace.
type seen map[string]float64

func look(t testing.TB, registry prometheus.Gatherer) seen {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	out := seen{}
	for _, f := range families {
		for _, m := range f.Metric {
			var labels []string
			for _, l := range m.Label {
				labels = append(labels, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
			}
			name := strings.TrimPrefix(f.GetName(), watch.Namespace+"_")
			if len(labels) > 0 {
				name += "{" + strings.Join(labels, ",") + "}"
			}
			out[name] = m.GetCounter().GetValue() + m.GetGauge().GetValue() + m.GetHistogram().GetSampleSum()
		}
	}
	return out
}

// requireMoved compares two looks: exactly these samples, of the families that they belong to, have moved by so much.
func requireMoved(t *testing.T, before, after, want seen) {
	t.Helper()
	families := map[string]bool{}
	for name := range want {
		families[strings.Split(name, "{")[0]] = true
	}
	moved := seen{}
	for name, value := range after {
		if families[strings.Split(name, "{")[0]] && value != before[name] {
			moved[name] = value - before[name]
		}
	}
	require.Equal(t, want, moved)
}

// watched is a world with a registry.
type watched struct {
	*kit.World
	t        *testing.T
	registry *prometheus.Registry
}

func newWatched(t *testing.T, s kit.Setup) *watched {
	t.Helper()
	w := &watched{World: kit.New(t, s), t: t, registry: prometheus.NewRegistry()}
	require.NoError(t, watch.Attach(w.Chain.App, w.registry))
	w.Wait(1)
	return w
}

// look reads everything anew, however short ago it was read.
func (w *watched) look() seen {
	fresh := prometheus.NewRegistry()
	require.NoError(w.t, watch.AttachState(w.Chain.App, fresh))
	out := look(w.t, w.registry)
	for name, value := range look(w.t, fresh) {
		out[name] = value
	}
	return out
}

func (w *watched) post(model string, n int) {
	w.Must(tx(w.Post("alice", "alice", w.Terms(model, 1_000_000), inputs(n)...)))
	w.Wait(2)
}

func tx(msgs ...sdk.Msg) kit.Tx { return kit.Tx{Msgs: msgs} }

func inputs(n int) []computetypes.TaskInput {
	out := make([]computetypes.TaskInput, n)
	for i := range out {
		out[i] = computetypes.TaskInput{Tokens: []uint32{5, 6, uint32(7 + i)}}
	}
	return out
}

// TestALifeMovesTheCounters posts two tasks and plays them to their settlement.
func TestALifeMovesTheCounters(t *testing.T) {
	w := newWatched(t, kit.DefaultSetup(3))
	start := w.look()
	require.Equal(t, float64(w.Height()), start["height"])
	require.Equal(t, float64(w.Height()), start["state_height"])
	require.EqualValues(t, 3, start["providers"])
	require.EqualValues(t, 3_000_000_000, start[`pocket_uaic{pocket="bonds"}`])

	w.Must(tx(w.Post("alice", "alice", w.Terms(kit.TheModel, 1_000_000), inputs(2)...)))
	posted := w.look()
	requireMoved(t, start, posted, seen{
		"blocks_total": 1, "tasks_posted_total": 2, `tasks{state="waiting"}`: 2,
		`transactions_total{code="0",codespace=""}`: 1, `events_total{event="TasksPosted",module="compute"}`: 1,
		`pocket_uaic{pocket="escrow"}`: 2_000_000,
	})
	w.Wait(2)
	matched := w.look()
	requireMoved(t, posted, matched, seen{
		`tasks{state="waiting"}`: -2, `tasks{state="in_round"}`: 2, `rounds_total{role="primary"}`: 2, `seats_drawn_total{role="primary"}`: 6,
		`step_items{module="compute",step="match"}`: 2,
	})
	require.Positive(t, matched[`pocket_uaic{pocket="liened"}`])

	answer := w.Right(1)
	for _, p := range []string{"p1", "p2", "p3"} {
		w.Must(tx(w.Commit(p, answer, 1, 2)))
	}
	for _, p := range []string{"p1", "p2", "p3"} {
		w.Must(tx(w.Reveal(p, answer, true, 1, 2)))
	}
	w.Wait(1)
	settled := w.look()
	requireMoved(t, matched, settled, seen{
		"seats_committed_total": 6, "seats_revealed_total": 6, `verdicts_total{verdict="agreed"}`: 2,
		`tasks_closed_total{reason="agreed",status="settled"}`: 2, `tasks{state="in_round"}`: -2,
		`step_items{module="attest",step="verdict"}`: 2, `step_items{module="reward",step="pay"}`: 4,
		`pocket_uaic{pocket="escrow"}`: -2_000_000,
	})
	money := 0.0
	for name, value := range settled {
		if strings.HasPrefix(name, "settled_uaic_total{") {
			money += value
		}
	}
	require.EqualValues(t, 2_000_000, money)
	for name, value := range settled {
		if strings.HasPrefix(name, "step_due_items{") || strings.HasPrefix(name, "step_failures_total{") || strings.HasPrefix(name, "seat_faults_total{") {
			require.Zero(t, value, name)
		}
	}
	require.Zero(t, settled["watch_failures_total"])
	require.Zero(t, settled["state_read_failures_total"])
}

// TestASlashMovesTheCounters lets one seat keep silent, and after it a liar be refuted by the referee.
func TestASlashMovesTheCounters(t *testing.T) {
	w := newWatched(t, kit.DefaultSetup(6))
	w.post(kit.TheModel, 1)
	seats := w.Seats(1)
	start := w.look()
	for _, p := range seats[:2] {
		w.Must(tx(w.Commit(p, w.Right(1), 1)))
	}
	for w.Task(1).Round == 0 {
		w.Wait(1)
	}
	for len(w.Rounds(1)) < 2 {
		w.Wait(1)
	}
	answer := w.Right(1)
	for _, p := range w.Seats(1) {
		w.Must(tx(w.Commit(p, answer, 1)))
	}
	for _, p := range w.Seats(1) {
		w.Must(tx(w.Reveal(p, answer, true, 1)))
	}
	w.Wait(1)
	silent := w.look()
	requireMoved(t, start, silent, seen{
		`seat_faults_total{outcome="no_commit"}`: 1, `slashes_total{reason="seat_no_commit"}`: 1, `verdicts_total{verdict="agreed"}`: 1,
		`verdicts_total{verdict="stalled"}`: 1, `rounds_total{role="redraw"}`: 1, `tasks_closed_total{reason="agreed",status="settled"}`: 1,
	})
	require.Equal(t, silent[`slashed_uaic_total{reason="seat_no_commit"}`], silent[`ledger_uaic_total{flow="slashed"}`])

	w.post(kit.TheModel, 1)
	split(w, 2)
	disputed := w.look()
	requireMoved(t, silent, disputed, seen{
		`verdicts_total{verdict="split"}`: 1, `cases_total{change="opened",origin="split"}`: 1, `disputes_opened_total{origin="split"}`: 4,
		`disputes{origin="split",phase="trace_due"}`: 3, `disputes{origin="split",phase="queued"}`: 1,
		`cases{origin="split"}`: 1, `tasks{state="disputed"}`: 1,
	})
	play(w, 2)
	ended := w.look()
	require.Equal(t, disputed[`slashes_total{reason="seat_wrong"}`]+1, ended[`slashes_total{reason="seat_wrong"}`])
	requireMoved(t, disputed, ended, seen{
		`seat_faults_total{outcome="wrong"}`: 1, `cases_total{change="closed",origin="split"}`: 1, `cases{origin="split"}`: -1,
		`tasks{state="disputed"}`: -1, `tasks_closed_total{reason="refereed",status="settled"}`: 1,
	})
	require.EqualValues(t, 4, sum(ended, "disputes_ended_total{"))
	require.Zero(t, sum(ended, "disputes{"))
	require.Positive(t, ended[`dispute_moves_total{kind="trace"}`])
}

func sum(s seen, prefix string) (total float64) {
	for name, value := range s {
		if strings.HasPrefix(name, prefix) {
			total += value
		}
	}
	return total
}

// split lets the last seat of a task answer something else.
func split(w *watched, task uint64) {
	seats, right, wrong := w.Seats(task), w.Right(task), w.Wrong(task, 0)
	answers := []kit.Answer{right, right, wrong}
	for i, p := range seats {
		w.Must(tx(w.Commit(p, answers[i], task)))
	}
	for i, p := range seats {
		w.Must(tx(w.Reveal(p, answers[i], true, task)))
	}
}

// play lets the seats of a task make the moves of its disputes, the liar keeping silent where it has none.
func play(w *watched, task uint64) {
	seats := w.Seats(task)
	players := []*kit.Player{{Name: seats[0]}, {Name: seats[1]}}
	for w.Task(task).Status == computetypes.TASK_STATUS_MATCHED {
		var txs []kit.Tx
		for _, p := range players {
			txs = append(txs, p.Due(w.World)...)
		}
		w.Do(txs...)
	}
}

// TestAParkedItemMovesTheCounters pays a model's fee to an account that may not receive.
func TestAParkedItemMovesTheCounters(t *testing.T) {
	w := newWatched(t, kit.DefaultSetup(3))
	trap := authtypes.NewModuleAddress(stakingtypes.BondedPoolName).String()
	w.Must(tx(w.Publish("mallory", "trap", kit.TinyModel(t, "trap"), 1_000, computetypes.FeeSplit{Recipient: trap, ShareBps: 10_000})))
	for _, p := range []string{"p1", "p2", "p3"} {
		w.Must(tx(w.Offer(p, "trap", 100_000, 1_000_000, 1)))
	}
	w.post("trap", 1)
	start := w.look()
	answer := kit.Answer{Output: []uint32{5, 6}, Stop: 1}
	for _, p := range w.Seats(1) {
		w.Must(tx(w.Commit(p, answer, 1)))
	}
	for _, p := range w.Seats(1) {
		w.Must(tx(w.Reveal(p, answer, true, 1)))
	}
	w.Wait(1)
	requireMoved(t, start, w.look(), seen{
		`parked_total{item="payout",module="reward"}`: 1, `parked_items{item="payout",module="reward"}`: 1,
		`step_failures_total{module="reward",step="pay"}`: 1,
	})
}

// TestABudgetThatIsUsedUpShows draws one task a block.
func TestABudgetThatIsUsedUpShows(t *testing.T) {
	s := kit.DefaultSetup(3)
	s.Compute = func(p *computetypes.Params) { p.MatchBudget = 1 }
	w := newWatched(t, s)
	w.post(kit.TheModel, 4)
	got := w.look()
	require.EqualValues(t, 1, got[`step_budget_items{module="compute",step="match"}`])
	require.EqualValues(t, 3, got[`step_due_items{module="compute",step="match"}`])
	w.Wait(3)
	require.Zero(t, w.look()[`step_due_items{module="compute",step="match"}`])
}

// TestRefusedTransactionsShowTheirCode, and the proof in a block is no transaction.
func TestRefusedTransactionsShowTheirCode(t *testing.T) {
	w := newWatched(t, kit.DefaultSetup(3))
	start := w.look()
	w.Do(tx(w.Commit("p1", kit.Answer{Output: []uint32{1}, Stop: 1}, 77)))
	after := w.look()
	require.EqualValues(t, 1, sum(after, "transactions_total{")-sum(start, "transactions_total{"))
	require.Equal(t, start[`transactions_total{code="0",codespace=""}`], after[`transactions_total{code="0",codespace=""}`])
	require.EqualValues(t, 1, sum(after, "transactions_total{code=")-after[`transactions_total{code="0",codespace=""}`])
}

// TestWatchingChangesNothing compares the app hashes and the results of a watched chain with one that is not.
func TestWatchingChangesNothing(t *testing.T) {
	live := func(isWatched bool) []string {
		w := &watched{World: kit.New(t, kit.DefaultSetup(4)), t: t}
		if isWatched {
			require.NoError(t, watch.Attach(w.Chain.App, prometheus.NewRegistry()))
		}
		w.post(kit.TheModel, 3)
		split(w, 1)
		w.Wait(5)
		return []string{fmt.Sprintf("%X", w.Chain.AppHash()), w.StoreHashes()}
	}
	require.Equal(t, live(false), live(true))
}

// TestReadingWhileBlocksRun asks for the metrics without pause while blocks are made. Run it with -race.
func TestReadingWhileBlocksRun(t *testing.T) {
	w := newWatched(t, kit.DefaultSetup(3))
	var wg sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					fresh := prometheus.NewRegistry()
					if watch.AttachState(w.Chain.App, fresh) != nil {
						panic("a fresh registry is full")
					}
					_, _ = fresh.Gather()
					_, _ = w.registry.Gather()
				}
			}
		})
	}
	for range 5 {
		w.post(kit.TheModel, 3)
	}
	close(done)
	wg.Wait()
	require.Zero(t, w.look()["state_read_failures_total"])
}

// TestOneRegistryOneNode: the second attachment fails and leaves the application alone.
func TestOneRegistryOneNode(t *testing.T) {
	a, b := kit.New(t, kit.DefaultSetup(3)), kit.New(t, kit.DefaultSetup(3))
	registry := prometheus.NewRegistry()
	require.NoError(t, watch.Attach(a.Chain.App, registry))
	require.ErrorAs(t, watch.Attach(b.Chain.App, registry), &prometheus.AlreadyRegisteredError{})
	require.Empty(t, b.Chain.App.StreamingManager().ABCIListeners)
}

// TestIsWanted reads the places where a node's configuration asks for Prometheus.
func TestIsWanted(t *testing.T) {
	for _, c := range []struct {
		name string
		opts simtestutil.AppOptionsMap
		want bool
	}{
		{"nothing", simtestutil.AppOptionsMap{}, false},
		{"as a new node is", simtestutil.AppOptionsMap{"instrumentation.prometheus": false, "telemetry.enabled": true, "telemetry.prometheus-retention-time": 0}, false},
		{"CometBFT", simtestutil.AppOptionsMap{"instrumentation.prometheus": true}, true},
		{"the API", simtestutil.AppOptionsMap{"telemetry.enabled": true, "telemetry.prometheus-retention-time": 60}, true},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, watch.IsWanted(c.opts)) })
	}
}

// BenchmarkBlock makes blocks in which 100 tasks are posted, drawn, committed, revealed and settled at once.
func BenchmarkBlock(b *testing.B) {
	for _, c := range []struct {
		name      string
		isWatched bool
	}{{"unwatched", false}, {"watched", true}} {
		b.Run(c.name, func(b *testing.B) {
			s := kit.DefaultSetup(3)
			s.Bond = 500_000_000_000 // the liens of all rounds
			w := kit.New(b, s)
			if c.isWatched {
				require.NoError(b, watch.Attach(w.Chain.App, prometheus.NewRegistry()))
			}
			next := uint64(1)
			for b.Loop() {
				w.Must(tx(w.Post("alice", "alice", w.Terms(kit.TheModel, 1_000_000), inputs(100)...)))
				w.Wait(2)
				ids := make([]uint64, 100)
				for i := range ids {
					ids[i] = next
					next++
				}
				answer := kit.Answer{Output: []uint32{5, 6}, Stop: 1}
				var commits, reveals []kit.Tx
				for _, p := range []string{"p1", "p2", "p3"} {
					commits = append(commits, tx(w.Commit(p, answer, ids...)))
				}
				w.Must(commits...)
				for _, p := range []string{"p1", "p2", "p3"} {
					reveals = append(reveals, tx(w.Reveal(p, answer, true, ids...)))
				}
				w.Must(reveals...)
			}
		})
	}
}

// BenchmarkRead reads the state while 5 000 tasks wait and are due.
func BenchmarkRead(b *testing.B) {
	s := kit.DefaultSetup(3)
	s.Compute = func(p *computetypes.Params) { p.MatchBudget = 1 }
	w := kit.New(b, s)
	for range 50 {
		w.Must(tx(w.Post("alice", "alice", w.Terms(kit.TheModel, 1_000_000), inputs(100)...)))
	}
	w.Wait(2)
	for b.Loop() {
		fresh := prometheus.NewRegistry()
		require.NoError(b, watch.AttachState(w.Chain.App, fresh))
		_, err := fresh.Gather()
		require.NoError(b, err)
	}
}
