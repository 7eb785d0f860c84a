package keeper

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/aichain/aichain/x/attest/types"
)

// batch is the batch size that costs are stated for.
const batch = 100

// inBlock runs do in a branch of the state, writes the branch, and commits the trees.
func (f *fixture) inBlock(do func()) {
	outer := f.ctx
	branch, write := outer.CacheContext()
	f.ctx = branch.WithBlockHeight(outer.BlockHeight())
	do()
	write()
	f.cms.Commit()
	f.ctx = outer
}

// newBatch opens a batch of tasks from id on, of three seats each.
func (f *fixture) newBatch(from uint64) (ids []uint64) {
	for id := from; id < from+batch; id++ {
		f.newTask(id, 0, 1, 2)
		ids = append(ids, id)
	}
	return ids
}

func (f *fixture) commitsTo(ids []uint64, n int, output ...uint32) *types.MsgCommitResult {
	msg := commitsOf(n)
	for _, id := range ids {
		msg.Commits = append(msg.Commits, f.commitOf(id, n, output...))
	}
	return msg
}

func (f *fixture) revealsTo(ids []uint64, n int, output ...uint32) *types.MsgRevealResult {
	msg := revealsOf(n)
	for _, id := range ids {
		msg.Reveals = append(msg.Reveals, f.revealOf(id, n, output...))
	}
	return msg
}

func (f *fixture) send(commits *types.MsgCommitResult, reveals *types.MsgRevealResult) {
	f.t.Helper()
	if commits != nil {
		_, err := f.msgs.CommitResult(f.ctx, commits)
		require.NoError(f.t, err)
	}
	if reveals != nil {
		f.notTooSoon(reveals.Reveals)
		_, err := f.msgs.RevealResult(f.ctx, reveals)
		require.NoError(f.t, err)
	}
}

// TestGasDoesNotGrow: the gas of the 10 000th commit and reveal is that of the first, to the unit.
func TestGasDoesNotGrow(t *testing.T) {
	f := newFixture(t)
	gas := func(do func() error) storetypes.Gas {
		before := f.ctx.GasMeter().GasConsumed()
		require.NoError(t, do())
		return f.ctx.GasMeter().GasConsumed() - before
	}
	var firstCommit, firstReveal storetypes.Gas
	var firstBytes int
	for id := uint64(1); id <= 10_000; id++ {
		f.newTask(id, 0)
		c, rev := f.commitOf(id, 0, 8), f.revealOf(id, 0, 8)
		commit := gas(func() error { return f.commit(0, c) })
		reveal := gas(func() error { return f.reveal(0, rev) })
		if id == 1 {
			firstCommit, firstReveal = commit, reveal
			r := f.round(id)
			firstBytes = r.Size()
			t.Logf("gas of the first commit %d, of the first reveal %d", commit, reveal)
		}
		if id == 10_000 {
			require.Equal(t, firstCommit, commit)
			require.Equal(t, firstReveal, reveal)
			r := f.round(id)
			require.Equal(t, firstBytes, r.Size(), "nor does the record grow")
		}
	}
}

// benchFixture is a chain with 10 000 rounds in the tree, so that its depth is a real one.
func benchFixture(b *testing.B) *fixture {
	b.Helper()
	f := newFixture(b)
	f.inBlock(func() {
		for id := uint64(1); id <= 10_000; id++ {
			f.newTask(id, 0, 1, 2)
		}
	})
	return f
}

// perItem reports processor nanoseconds per item of a batch.
func perItem(b *testing.B, spent time.Duration) {
	b.Helper()
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(spent.Nanoseconds())/float64(b.N*batch), "cpu-ns/item")
}

// cpuTime is the processor time of this process so far. Benchmarks state it rather than the time on the clock, which
// depends on what else the machine does.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// timed runs do in a block and returns its processor time, with that of writing the trees if isStored.
func (f *fixture) timed(isStored bool, do func()) (spent time.Duration) {
	start := cpuTime()
	f.inBlock(func() {
		start = cpuTime()
		do()
		spent = cpuTime() - start
	})
	if isStored {
		spent = cpuTime() - start
	}
	return spent
}

// benchMessages measures a message of 100 items, the last of its round, with or without writing the trees.
func benchMessages(b *testing.B, isReveal, isStored bool, output []uint32) {
	b.Helper()
	f := benchFixture(b)
	next := uint64(20_000)
	var spent time.Duration
	for range b.N {
		var commits *types.MsgCommitResult
		var reveals *types.MsgRevealResult
		f.inBlock(func() {
			ids := f.newBatch(next)
			next += batch
			for n := range 2 {
				f.send(f.commitsTo(ids, n, output...), nil)
			}
			if commits = f.commitsTo(ids, 2, output...); !isReveal {
				return
			}
			f.send(commits, nil)
			for n := range 2 {
				f.send(nil, f.revealsTo(ids, n, output...))
			}
			commits, reveals = nil, f.revealsTo(ids, 2, output...)
		})
		spent += f.timed(isStored, func() { f.send(commits, reveals) })
	}
	perItem(b, spent)
}

func BenchmarkCommitBatch(b *testing.B) {
	b.Run("message", func(b *testing.B) { benchMessages(b, false, false, make([]uint32, 8)) })
	b.Run("message+store", func(b *testing.B) { benchMessages(b, false, true, make([]uint32, 8)) })
}

func BenchmarkRevealBatch(b *testing.B) {
	b.Run("message", func(b *testing.B) { benchMessages(b, true, false, make([]uint32, 8)) })
	b.Run("message+store", func(b *testing.B) { benchMessages(b, true, true, make([]uint32, 8)) })
}

// BenchmarkRevealTokens is for gasToken: the same reveal with a long output.
func BenchmarkRevealTokens(b *testing.B) {
	for _, tokens := range []int{8, 1_024} {
		b.Run(map[int]string{8: "8", 1_024: "1024"}[tokens], func(b *testing.B) {
			f := newFixture(b)
			f.inBlock(func() {})
			output := make([]uint32, tokens)
			for i := range output {
				output[i] = testVocab - 1
			}
			id := uint64(0)
			var spent time.Duration
			for range b.N {
				id++
				f.post(id, 3)
				task := f.tasks.tasks[id]
				task.Terms.MaxOutputTokens = uint32(tokens)
				f.tasks.tasks[id] = task
				var rev types.Reveal
				f.inBlock(func() {
					f.match(id, 0, 1, 2)
					for n := range 3 {
						require.NoError(b, f.commit(n, f.commitOf(id, n, output...)))
					}
					rev = f.revealOf(id, 0, output...)
				})
				spent += f.timed(true, func() { require.NoError(b, f.reveal(0, rev)) })
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(spent.Nanoseconds())/float64(b.N), "cpu-ns/reveal")
		})
	}
}

// BenchmarkFreeSeatMessage is what the fee check costs the node: for a batch of 100 of an assigned provider in a
// block, and for a stranger's.
func BenchmarkFreeSeatMessage(b *testing.B) {
	f := benchFixture(b)
	var ids []uint64
	for id := uint64(1); id <= batch; id++ {
		ids = append(ids, id)
	}
	msg := f.commitsTo(ids, 0, 8)
	b.Run("assigned", func(b *testing.B) {
		start := cpuTime()
		for range b.N {
			ctx, _ := f.ctx.CacheContext()
			require.NoError(b, f.k.FreeSeatMessage(ctx, msg))
		}
		perItem(b, cpuTime()-start)
	})
	msg.Provider = account(50)
	b.Run("stranger", func(b *testing.B) {
		for range b.N {
			ctx, _ := f.ctx.CacheContext()
			require.ErrorIs(b, f.k.FreeSeatMessage(ctx, msg), types.ErrNotSeated)
		}
	})
}

// BenchmarkVerdictStep closes 100 agreed rounds in one block, with and without writing the trees.
func BenchmarkVerdictStep(b *testing.B) {
	for _, isStored := range []bool{false, true} {
		b.Run(map[bool]string{false: "step", true: "step+store"}[isStored], func(b *testing.B) {
			f := benchFixture(b)
			next := uint64(20_000)
			var spent time.Duration
			for range b.N {
				f.inBlock(func() {
					ids := f.newBatch(next)
					next += batch
					for n := range 3 {
						f.send(f.commitsTo(ids, n, 8, 2), nil)
					}
					for n := range 3 {
						f.send(nil, f.revealsTo(ids, n, 8, 2))
					}
				})
				spent += f.timed(isStored, func() { require.NoError(b, f.k.EndBlock(f.ctx)) })
			}
			require.Len(b, f.money.finals, b.N*batch)
			perItem(b, spent)
		})
	}
}
