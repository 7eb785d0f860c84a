package worker

import (
	"encoding/json"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/offchain/worker/executor"
	"github.com/aichain/aichain/tests/forge"
)

func TestDisputesAreToldFromChainAndJournal(t *testing.T) {
	r := newDisputeRig(t)
	right := r.right(1)
	claim, trace := r.forged(forge.Lies()[1], right)
	r.chain.revealed(1, right, map[string]step.Claim{otherProvider: claim, r.chain.addr: right})
	won := r.chain.openDispute(1, otherProvider, r.chain.addr, &player{trace: trace})
	require.NoError(t, r.live(nil, r.over(won)))
	open := r.chain.openDispute(1, r.chain.addr, otherProvider, &player{trace: r.honest(right), rows: r.model, random: rand.New(rand.NewPCG(1, 1))})
	queued := r.chain.openDispute(1, r.chain.addr, thirdProvider, nil)

	cfg := testConfig()
	cfg.Journal.Path = r.path
	chain := doctorChain{r.chain, time.Now()}
	list := ListDisputes(t.Context(), cfg, chain)
	require.Len(t, list.Disputes, 3)
	require.Equal(t, []string{disputeWon, "", ""}, []string{list.Disputes[0].Outcome, list.Disputes[1].Outcome, list.Disputes[2].Outcome})
	require.Equal(t, "ours", list.Disputes[1].Turn)
	require.Equal(t, "nobody's", list.Disputes[2].Turn)
	table := list.Table()
	for _, want := range []string{"challenger  won", "solver      trace due      ours", "queued", "unit"} {
		require.Contains(t, table, want)
	}
	require.Equal(t, 1, strings.Count(table, "won"))
	status := Inspect(t.Context(), cfg, chain)
	require.Equal(t, []int{2, 1}, []int{status.Disputes, status.MovesDue})

	s, err := ShowDispute(t.Context(), cfg, chain, won)
	require.NoError(t, err)
	for _, want := range []string{"is the challenger", "sent move 2, choice", "in a block", "it is about: ", "won: refuted"} {
		require.Contains(t, s.Text(), want)
	}
	text, err := json.Marshal(s)
	require.NoError(t, err)
	require.Contains(t, string(text), `"phase":"DISPUTE_PHASE_RESOLVED"`)
	require.Contains(t, string(text), `"role":"challenger"`)
	s, err = ShowDispute(t.Context(), cfg, chain, open)
	require.NoError(t, err)
	require.Contains(t, s.Text(), "no part in it")
	_, err = ShowDispute(t.Context(), cfg, chain, queued+1)
	require.ErrorIs(t, err, client.ErrNotFound)

	r.chain.isAway = true
	list = ListDisputes(t.Context(), cfg, chain)
	require.NotEmpty(t, list.ChainErr)
	require.Len(t, list.Disputes, 1, "the journal still knows")
}

// A running worker holds its journal, so it is asked instead.
func TestARunningWorkerTellsItsDisputes(t *testing.T) {
	chain := newFakeChain(t)
	cfg := testConfig().At(t.TempDir())
	journal, err := OpenJournal(cfg.In(cfg.Journal.Path), testChain, chain.addr)
	require.NoError(t, err)
	defer func() { require.NoError(t, journal.Close()) }()
	require.NoError(t, journal.PutDisputes(DisputeRecord{ID: 4, Role: "solver", IsClosed: true, Outcome: disputeWon}))
	w, err := New(cfg, Deps{Chain: chain, Executor: &fakeExecutor{}, Journal: journal})
	require.NoError(t, err)
	server := httptest.NewServer(w.health.routes())
	defer server.Close()

	list := ListDisputes(t.Context(), cfg, doctorChain{chain, time.Now()})
	require.Contains(t, list.JournalErr, ErrJournalBusy.Error())
	cfg.Health.Listen = strings.TrimPrefix(server.URL, "http://")
	list = ListDisputes(t.Context(), cfg, doctorChain{chain, time.Now()})
	require.Empty(t, list.JournalErr)
	require.Len(t, list.Disputes, 1)
}

func TestWitnessesGoBeforeExecutions(t *testing.T) {
	r := newRig(t)
	journal, err := OpenJournal(r.path, testChain, r.chain.addr)
	require.NoError(t, err)
	defer func() { require.NoError(t, journal.Close()) }()
	w, err := New(testConfig(), Deps{Chain: r.chain, Executor: r.exec, Journal: journal})
	require.NoError(t, err)
	go w.runExecutor(t.Context())
	w.court.gate.mu.Lock() // as while a witness is computed
	w.queue <- work{key: Key{Task: 1}, model: testModel, job: executor.Job{Input: []uint32{1, 2}}}
	select {
	case <-w.doneCh:
		t.Fatal("executed while a witness was computed")
	case <-time.After(20 * time.Millisecond):
	}
	w.court.gate.mu.Unlock()
	require.Len(t, <-w.doneCh, 1)
}

func TestAnExecutorThatCannotWitnessSaysSo(t *testing.T) {
	r := newDisputeRig(t)
	r.patience = time.Millisecond
	right := r.right(1)
	r.chain.revealed(1, right, map[string]step.Claim{otherProvider: right, r.chain.addr: right})
	id := r.chain.openDispute(1, r.chain.addr, otherProvider, nil)
	r.executor = nil
	r.exec = &fakeExecutor{}
	require.NoError(t, r.live(nil, r.over(id)))
	require.Contains(t, r.records()[id].Note, errNoDisputant.Error())
}
