package worker

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/client"
)

// doctorChain is a fakeChain with a clock.
type doctorChain struct {
	*fakeChain
	at time.Time
}

func (c doctorChain) BlockTime(context.Context) (uint64, time.Time, error) { return 5, c.at, nil }

func TestDoctorSaysTheNextStep(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	write := func(path, text string) { require.NoError(t, os.WriteFile(path, []byte(text), 0o600)) }
	for name, c := range map[string]struct {
		spoil func(*Patient, *fakeChain)
		check string // the one that fails; "" for none
		next  string
	}{
		"healthy":           {spoil: func(*Patient, *fakeChain) {}},
		"about to register": {spoil: func(_ *Patient, c *fakeChain) { c.registered = false }},
		"no chain id":       {spoil: func(p *Patient, _ *fakeChain) { p.Config.Chain.ChainID = "" }, check: "config", next: "config.toml"},
		"no models":         {spoil: func(p *Patient, _ *fakeChain) { p.Config.Models = nil }, check: "config", next: "[[models]]"},
		"no balance":        {spoil: func(_ *Patient, c *fakeChain) { c.registered, c.balance = false, 1 }, check: "provider", next: "send 1000099999 uaic"},
		"bond too low":      {spoil: func(p *Patient, c *fakeChain) { c.registered = false; p.Config.Provider.Bond = 1 }, check: "provider", next: "raise"},
		"clock wrong":       {spoil: func(p *Patient, _ *fakeChain) { p.Now = func() time.Time { return now.Add(-time.Hour) } }, check: "clock", next: "NTP"},
		"model file missing": {spoil: func(p *Patient, _ *fakeChain) {
			p.Root = func(string) ([32]byte, error) { return [32]byte{}, errors.New("no such file") }
		}, check: "model 1", next: "convert"},
		"wrong model root": {spoil: func(p *Patient, _ *fakeChain) {
			p.Config.Models[0].ID = "3bd7366d8ebd658e14af27fe0d070f7bd9fedd98a3f26bc604a7cc113374ec84"
		}, check: "model 1", next: "fetch the file again"},
		"model not published":  {spoil: func(_ *Patient, c *fakeChain) { c.published = false }, check: "model 1", next: "publish = true"},
		"journal not writable": {spoil: func(p *Patient, _ *fakeChain) { p.Config.Journal.Path = "/proc/nowhere/j" }, check: "disk", next: "journal.path"},
		"journal damaged": {spoil: func(p *Patient, _ *fakeChain) {
			write(p.Config.In(p.Config.Journal.Salt), strings.Repeat("ab", 32))
			write(p.Config.In(p.Config.Journal.Path), "no journal")
		}, check: "journal", next: "move it away"},
		"salt secret gone": {spoil: func(p *Patient, _ *fakeChain) {
			write(p.Config.In(p.Config.Journal.Path), "a journal")
		}, check: "journal", next: "backup"},
		"rpc away": {spoil: func(p *Patient, _ *fakeChain) {
			p.RPC = func(context.Context, string) (string, error) { return "", errors.New("connection refused") }
		}, check: "rpc", next: "rpc in [chain]"},
		"rpc of another chain": {spoil: func(p *Patient, _ *fakeChain) {
			p.RPC = func(context.Context, string) (string, error) { return "another", nil }
		}, check: "rpc", next: "same node"},
		"no rpc":   {spoil: func(p *Patient, _ *fakeChain) { p.Config.Chain.RPC, p.RPC = "", nil }},
		"inspects": {spoil: func(p *Patient, c *fakeChain) { p.Config.Dispute.InspectBps, c.referee.free = 500, 50 }},
		"inspects without a free stake": {spoil: func(p *Patient, c *fakeChain) {
			p.Config.Dispute.InspectBps, c.referee.free = 500, 20
		}, check: "inspect", next: "add-bond 30uaic"},
		"salt secret damaged": {spoil: func(p *Patient, _ *fakeChain) {
			write(p.Config.In(p.Config.Journal.Salt), "zz")
		}, check: "journal", next: "backup"},
	} {
		t.Run(name, func(t *testing.T) {
			chain := newFakeChain(t)
			p := Patient{
				Config: testConfig().At(t.TempDir()), Address: chain.addr, Now: func() time.Time { return now },
				Chain: doctorChain{chain, now.Add(-time.Second)}, Root: func(string) ([32]byte, error) { return testModel, nil },
				RPC: func(context.Context, string) (string, error) { return testConfig().Chain.ChainID, nil },
			}
			c.spoil(&p, chain)
			failed := 0
			for _, f := range p.Examine(t.Context()) {
				if f.OK {
					continue
				}
				failed++
				require.Equal(t, c.check, f.Check, f.Detail)
				require.Contains(t, f.Next, c.next)
			}
			require.Equal(t, c.check != "", failed == 1, "%d failed", failed)
		})
	}
	t.Run("no key, chain not asked", func(t *testing.T) {
		p := Patient{Config: testConfig().At(t.TempDir()), KeyErr: client.ErrNoKey, Now: time.Now, Root: func(string) ([32]byte, error) { return testModel, nil }}
		found := p.Examine(t.Context())
		require.False(t, found[1].OK)
		require.Contains(t, found[1].Next, "--create-key")
	})
}

func TestHealthTellsWhyNot(t *testing.T) {
	chain := newFakeChain(t)
	journal, err := OpenJournal(t.TempDir()+"/j", testChain, chain.addr)
	require.NoError(t, err)
	defer func() { require.NoError(t, journal.Close()) }()
	w, err := New(testConfig(), Deps{Chain: chain, Executor: &fakeExecutor{}, Journal: journal})
	require.NoError(t, err)
	get := func(path string) (int, string) {
		rec := httptest.NewRecorder()
		w.health.routes().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		body, err := io.ReadAll(rec.Body)
		require.NoError(t, err)
		return rec.Code, string(body)
	}
	code, _ := get("/healthz")
	require.Equal(t, 200, code)
	code, text := get("/readyz")
	require.Equal(t, 503, code)
	require.Contains(t, text, "not registered")
	w.health.setUp()
	_, text = get("/readyz")
	require.Contains(t, text, "no block")
	w.health.sawBlock(7, time.Now())
	code, _ = get("/readyz")
	require.Equal(t, 200, code)
	w.health.disk(errors.New("full"))
	_, text = get("/readyz")
	require.Contains(t, text, "journal: full")
	w.metrics.observe(w)
	_, text = get("/metrics")
	for _, name := range []string{
		`aiworker_seats{state="committed"} 0`, "aiworker_execution_seconds", "aiworker_commits_total", "aiworker_reveals_total",
		`aiworker_seat_outcomes_total{outcome="no_reveal"} 0`, "aiworker_journal_bytes",
		`aiworker_disputes_total{outcome="lost",role="solver"} 0`, `aiworker_disputes_open{role="challenger"} 0`, "aiworker_disputes_urgent 0",
		`aiworker_dispute_moves_total{kind="step"} 0`, "aiworker_witness_seconds", `aiworker_inspections_total{outcome="equal"} 0`, "aiworker_last_block_age_seconds",
	} {
		require.Contains(t, text, name)
	}
	_, text = get("/status")
	require.Contains(t, text, `"height":7`)
}

func TestStatusOfAStrangerIsOneWord(t *testing.T) {
	chain := newFakeChain(t)
	chain.registered = false
	cfg := testConfig().At(t.TempDir())
	cfg.Health.Listen = ""
	r := Inspect(t.Context(), cfg, doctorChain{chain, time.Now()})
	require.Equal(t, "not registered", r.Standing)
	require.Empty(t, r.ChainErr)
	require.Equal(t, "not running", r.Worker)
}
