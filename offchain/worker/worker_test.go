package worker

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/offchain/worker/executor"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

func requireRight(t *testing.T, c *fakeChain, ids ...uint64) {
	t.Helper()
	for _, id := range ids {
		require.Equal(t, computetypes.REASON_SEAT_RIGHT, c.outcome(id), "task %d", id)
	}
}

func TestSeatsAreServedInBatches(t *testing.T) {
	r := newRig(t)
	var ids []uint64
	for id := uint64(1); id <= 40; id++ {
		r.chain.seat(id, 3)
		ids = append(ids, id)
	}
	require.NoError(t, r.live(nil, r.closedRight(ids...)))
	requireRight(t, r.chain, ids...)
	require.LessOrEqual(t, len(r.chain.commits), 8, "40 commits share messages: %v", r.chain.commits)
	require.LessOrEqual(t, len(r.chain.reveals), 8, "40 reveals share messages: %v", r.chain.reveals)
	require.Equal(t, 40, r.exec.runs)
}

// A process is killed before and after each of its effects in turn, once, and started again. No salt may be
// lost, no seat may have two commitments (the fake chain checks both), and every seat must end right.
func TestKilledAnywhereLosesNothing(t *testing.T) {
	for _, isAfter := range []bool{false, true} {
		for n := 1; ; n++ {
			r := newRig(t)
			r.chain.seat(1, 3)
			r.chain.seat(2, 60)
			b := &bomb{left: n, isAfter: isAfter}
			require.NoError(t, r.live(b, r.closedRight(1, 2)))
			if !b.dead {
				require.Greater(t, n, 6, "a life has at least: seen, executed, commit noted, commit, reveal noted, reveal")
				break
			}
			require.NoError(t, r.live(nil, r.closedRight(1, 2)), "killed at effect %d, after=%v", n, isAfter)
			requireRight(t, r.chain, 1, 2)
		}
	}
}

// The same with a second kill during recovery.
func TestKilledTwiceLosesNothing(t *testing.T) {
	for first := 1; first <= 8; first++ {
		for second := 1; second <= 4; second++ {
			r := newRig(t)
			r.chain.seat(1, 60)
			require.NoError(t, r.live(&bomb{left: first, isAfter: second%2 == 0}, r.closedRight(1)))
			require.NoError(t, r.live(&bomb{left: second, isAfter: first%2 == 0}, r.closedRight(1)))
			require.NoError(t, r.live(nil, r.closedRight(1)))
			requireRight(t, r.chain, 1)
		}
	}
}

// With the salt secret even a lost journal loses nothing: the worker executes again and finds the same salt.
func TestLostJournalIsFoundAgain(t *testing.T) {
	r := newRig(t)
	r.chain.silent, r.stop = true, 0
	r.chain.seat(1, 3)
	require.NoError(t, r.live(nil, func() bool { r.chain.mu.Lock(); defer r.chain.mu.Unlock(); return len(r.chain.commits) > 0 }))
	require.NoError(t, os.Remove(r.path))
	r.chain.silent, r.stop = false, 60
	require.NoError(t, r.live(nil, r.closedRight(1)))
	requireRight(t, r.chain, 1)
	require.Equal(t, 2, r.exec.runs)
}

func TestForeignCommitmentIsNotOpened(t *testing.T) {
	r := newRig(t)
	r.chain.window = shortWindow
	r.chain.seat(1, 3)
	r.chain.rounds[1].Seats[1].Commitment = []byte("somebody else's")
	require.NoError(t, r.live(nil, r.closedRight(1)))
	require.Equal(t, computetypes.REASON_SEAT_NO_REVEAL, r.chain.outcome(1))
	require.Empty(t, r.chain.reveals)
}

func TestChainAwayKeepsWork(t *testing.T) {
	r := newRig(t)
	r.chain.seat(1, 3)
	blocks := 0
	require.NoError(t, r.live(nil, func() bool {
		blocks++
		r.chain.mu.Lock()
		r.chain.isAway = blocks > 2 && blocks < 12
		r.chain.mu.Unlock()
		return r.closedRight(1)()
	}))
	requireRight(t, r.chain, 1)
	require.Equal(t, 1, r.exec.runs)
}

// fullDisk fails every write while isFull.
type fullDisk struct {
	Journal
	isFull func() bool
}

func (d fullDisk) Put(records ...Record) error {
	if d.isFull() {
		return fmt.Errorf("write: %w", syscall.ENOSPC)
	}
	return d.Journal.Put(records...)
}

func TestFullDiskHoldsBackCommitsOnly(t *testing.T) {
	t.Run("nothing is committed that is not on disk", func(t *testing.T) {
		r := newRig(t)
		r.chain.seat(1, 3)
		writes := 0
		r.wrap = func(j Journal) Journal {
			return fullDisk{j, func() bool { writes++; return writes > 1 && writes < 8 }}
		}
		require.NoError(t, r.live(nil, func() bool {
			if writes < 8 {
				r.chain.mu.Lock()
				defer r.chain.mu.Unlock()
				require.Empty(t, r.chain.commits)
				return false
			}
			return r.closedRight(1)()
		}))
		requireRight(t, r.chain, 1)
		require.Equal(t, 1, r.exec.runs)
	})
	t.Run("reveals go on", func(t *testing.T) {
		r := newRig(t)
		r.chain.seat(1, 3)
		r.wrap = func(j Journal) Journal {
			return fullDisk{j, func() bool { r.chain.mu.Lock(); defer r.chain.mu.Unlock(); return len(r.chain.commits) > 0 }}
		}
		require.NoError(t, r.live(nil, r.closedRight(1)))
		requireRight(t, r.chain, 1)
	})
}

func TestOneRefusedSeatHoldsNobodyUp(t *testing.T) {
	r := newRig(t)
	for id := uint64(1); id <= 8; id++ {
		r.chain.seat(id, 3)
	}
	r.chain.refuse[5] = true
	r.stop = 0 // the refused seat never ends; do not wait for it
	require.NoError(t, r.live(nil, r.closedRight(1, 2, 3, 4, 6, 7, 8)))
	requireRight(t, r.chain, 1, 2, 3, 4, 6, 7, 8)
}

func TestImpossibleOutputIsNeverCommitted(t *testing.T) {
	for name, spoil := range map[string]func(executor.Result) executor.Result{
		"token outside the vocabulary": func(r executor.Result) executor.Result { r.Output = []uint32{1_000}; return r },
		"too long":                     func(r executor.Result) executor.Result { r.Output = make([]uint32, 1_001); return r },
		"no stop reason":               func(r executor.Result) executor.Result { r.Stop = 0; return r },
		"error":                        func(executor.Result) executor.Result { return executor.Result{Err: errors.New("out of memory")} },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.exec.spoil = spoil
			r.chain.seat(1, 3)
			require.NoError(t, r.live(nil, func() bool { r.exec.mu.Lock(); defer r.exec.mu.Unlock(); return r.exec.runs >= maxExecuteTries }))
			require.Empty(t, r.chain.commits)
		})
	}
}

func TestWrongInputDigestIsNotExecuted(t *testing.T) {
	r := newRig(t)
	r.chain.window = shortWindow
	r.chain.seat(1, 3)
	r.chain.rounds[1].InputDigest = make([]byte, 32)
	require.NoError(t, r.live(nil, r.closedRight(1)))
	require.Zero(t, r.exec.runs)
	require.Equal(t, computetypes.REASON_SEAT_NO_COMMIT, r.chain.outcome(1))
}

func TestSetUpSaysTheNextStep(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*fakeChain, *Config)
		want  string
	}{
		"no balance":        {func(c *fakeChain, _ *Config) { c.registered, c.balance = false, 5 }, "send it"},
		"bond too low":      {func(c *fakeChain, cfg *Config) { c.registered = false; cfg.Provider.Bond = 1 }, "raise it"},
		"model unpublished": {func(c *fakeChain, _ *Config) { c.published = false }, "is not published"},
	} {
		t.Run(name, func(t *testing.T) {
			chain, cfg := newFakeChain(t), testConfig()
			c.spoil(chain, &cfg)
			journal, err := OpenJournal(t.TempDir()+"/j", testChain, chain.addr)
			require.NoError(t, err)
			defer func() { require.NoError(t, journal.Close()) }()
			w, err := New(cfg, Deps{Chain: chain, Executor: &fakeExecutor{}, Journal: journal})
			require.NoError(t, err)
			require.ErrorContains(t, w.Run(t.Context()), c.want)
		})
	}
}
