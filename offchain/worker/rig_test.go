package worker

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/offchain/worker/executor"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// fakeExecutor answers as everybody does; spoil changes a result.
type fakeExecutor struct {
	spoil func(executor.Result) executor.Result
	mu    sync.Mutex
	runs  int
}

func (e *fakeExecutor) Models() [][32]byte { return [][32]byte{testModel} }
func (e *fakeExecutor) Close() error       { return nil }
func (e *fakeExecutor) Execute(_ context.Context, _ [32]byte, jobs []executor.Job) []executor.Result {
	e.mu.Lock()
	e.runs += len(jobs)
	e.mu.Unlock()
	out := make([]executor.Result, len(jobs))
	for i, j := range jobs {
		out[i] = executor.Result{Output: answer(j.Input), Stop: 1}
		if e.spoil != nil {
			out[i] = e.spoil(out[i])
		}
	}
	return out
}

// rig is a worker with its surroundings; the journal's file outlives incarnations.
type rig struct {
	t     testing.TB
	chain *fakeChain
	exec  *fakeExecutor
	path  string
	wrap  func(Journal) Journal
	stop  uint32 // seconds to finish open seats

	executor executor.Executor // instead of exec
	cfg      func(*Config)     // changes the configuration
	patience time.Duration     // how long a block waits for a move that is due from the worker
	worker   *Worker           // of the last life
}

func newRig(t testing.TB) *rig {
	return &rig{t: t, chain: newFakeChain(t), exec: &fakeExecutor{}, path: t.TempDir() + "/journal.db", stop: 60}
}

func testConfig() Config {
	cfg := DefaultConfig()
	cfg.Chain.ChainID = testChain
	cfg.Health.Listen = ""
	cfg.Models = []ModelConfig{{Path: "x", Slots: 1}}
	return cfg
}

// live runs one incarnation until the condition holds, making blocks all the while, and stops it.
func (r *rig) live(b *bomb, until func() bool) error {
	journal, err := OpenJournal(r.path, testChain, r.chain.addr)
	require.NoError(r.t, err)
	defer func() { require.NoError(r.t, journal.Close()) }()
	cfg := testConfig()
	cfg.Log.StopSeconds = r.stop
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var chain Chain = r.chain
	used := journal
	if r.wrap != nil {
		used = r.wrap(used)
	}
	if b != nil {
		b.kill = cancel
		chain, used = bombedChain{r.chain, b}, bombedJournal{used, b}
		cfg.Log.StopSeconds = 0 // the dead finish nothing
	}
	var exec executor.Executor = r.exec
	if r.executor != nil {
		exec = r.executor
	}
	if r.cfg != nil {
		r.cfg(&cfg)
	}
	w, err := New(cfg, Deps{Chain: chain, Executor: exec, Journal: used, Salts: NewSalts([32]byte{9})})
	require.NoError(r.t, err)
	r.worker = w
	var waiting time.Time
	end := make(chan error, 1)
	go func() { end <- w.Run(ctx) }()
	for tick := time.NewTicker(2 * time.Millisecond); ; {
		select {
		case err := <-end:
			tick.Stop()
			return err
		case <-tick.C:
			if r.chain.isOurMove() {
				if waiting.IsZero() {
					waiting = time.Now()
				}
				if time.Since(waiting) < r.patience {
					continue
				}
			}
			waiting = time.Time{}
			r.chain.block()
			if until() {
				cancel()
			}
		}
	}
}

// closedRight says whether the journal has noted that all of the tasks are closed and right.
func (r *rig) closedRight(ids ...uint64) func() bool {
	return func() bool {
		for _, id := range ids {
			if r.chain.outcome(id) == computetypes.REASON_UNSPECIFIED {
				return false
			}
		}
		return true
	}
}
