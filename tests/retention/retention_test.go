package retention

import (
	"context"
	"os"
	"strconv"
	"testing"
	"time"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/client/receipt"
	"github.com/aichain/aichain/internal/census"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

const (
	// usualTasks are those of `make test`.
	usualTasks = 2_000
	// warmTasks have been settled and removed before the first count, so that everybody has been paid, audited and counted once.
	warmTasks = 300
	// sample is how many receipts are taken.
	sample = 20
	// settling is how many blocks pass after the last removal: more than the gap in which the SDK moves fees on.
	settling = 10
	// tolerance in parts of ten thousand: a hundredth.
	tolerance = 100
)

func tasks(t *testing.T) int {
	t.Helper()
	s := os.Getenv("TASKS")
	if s == "" {
		return usualTasks
	}
	n, err := strconv.Atoi(s)
	require.NoError(t, err, "TASKS")
	return n
}

// TestStateAfterRetention settles many tasks and waits for their removal.
func TestStateAfterRetention(t *testing.T) {
	dir, n := t.TempDir(), tasks(t)
	db, err := dbm.NewDB("retention", dbm.PebbleDBBackend, dir)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })

	m := newMarket(t, db)
	m.run(warmTasks)
	m.idle(settling)
	p := beacontypes.DefaultParams()
	for m.w.Height() < max(p.HistoryBlocks, 2*p.EpochBlocks)+settling {
		m.block(0)
	}
	before, start := m.count(dir), time.Now()

	s := m.sample(n)
	m.run(n)
	peak := m.count(dir)
	t.Logf("%d tasks settled in %s, height %d, %d audits so far", n, time.Since(start).Round(time.Second), m.w.Height(), m.audits)
	m.idle(settling)
	after := m.count(dir)
	t.Logf("%d tasks, all removed after %s, height %d:\n%s", n, time.Since(start).Round(time.Second), m.w.Height(), printed(before, peak, after))

	require.NoError(t, m.w.Chain.Invariants())
	within(t, "our modules", before.ours, after.ours)
	within(t, "the SDK's modules", before.others, after.others)
	for _, c := range after.ours {
		require.NotEqual(t, census.Strays, c.Collection, "%s holds keys of no collection", c.Module)
	}
	s.verify(t, m)
}

// within requires that a state has grown by less than the tolerance, in keys and in bytes.
func within(t *testing.T, what string, before, after []census.Count) {
	t.Helper()
	b, a := census.Sum(before), census.Sum(after)
	require.LessOrEqual(t, growth(b.Keys, a.Keys), int64(tolerance), "keys of %s: %d before, %d after", what, b.Keys, a.Keys)
	require.LessOrEqual(t, growth(b.Bytes(), a.Bytes()), int64(tolerance), "bytes of %s: %d before, %d after", what, b.Bytes(), a.Bytes())
}

// receipts are a sample of what was exported while the tasks were there.
type receipts struct {
	due   map[uint64]uint64 // block → task whose receipt is then final
	taken []receipt.Receipt
}

// sample takes receipts of the next n tasks, evenly, each as soon as it is final. The first of them are long removed when
// the last are posted.
func (m *market) sample(n int) *receipts {
	s := &receipts{due: map[uint64]uint64{}}
	window := computetypes.DefaultParams().ChallengeWindow
	first := uint64(m.posted)
	step := uint64(max(1, n/sample))
	m.closed = func(task, height uint64) {
		if (task-first)%step == 1%step {
			s.due[height+window+2] = task
		}
	}
	m.each = func() {
		task, isDue := s.due[m.w.Height()]
		if !isDue {
			return
		}
		r, err := receipt.Export(context.Background(), m, task, receipt.ExportOptions{})
		require.NoError(m.w.TB, err)
		s.taken = append(s.taken, r)
	}
	return s
}

// verify checks that no task can be exported any more and that every receipt still proves its answer as final.
func (s *receipts) verify(t *testing.T, m *market) {
	t.Helper()
	require.GreaterOrEqual(t, len(s.taken), sample/2, "receipts taken")
	for _, r := range s.taken {
		_, err := receipt.Export(context.Background(), m, r.TaskID, receipt.ExportOptions{})
		require.ErrorIs(t, err, receipt.ErrNotFound)
		trust, err := receipt.TrustHash(r.Height+1, m.Hash(r.Height+1))
		require.NoError(t, err)
		st, err := r.Verify(trust, receipt.Options{TaskID: r.TaskID, ChainID: m.w.ChainID(), Final: true, Now: m.Time.Add(time.Minute)})
		require.NoError(t, err)
		require.Equal(t, answer.Output, st.Output)
	}
	t.Logf("%d receipts of removed tasks verify", len(s.taken))
}
