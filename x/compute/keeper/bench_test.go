package keeper

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/aichain/aichain/x/compute/types"
)

// BenchmarkEndBlock is the block steps, both ends of a block, with 100 due draws among open tasks that wait for later blocks, on
// a market of 10 000 providers. Target: 20 ms, and flat from 10³ to 10⁵ open tasks. It says "write" where the
// block's changes are also written into the tree of the store.
func BenchmarkEndBlock(b *testing.B) {
	for _, open := range []int{1_000, 100_000} {
		f := bigMarket(b, 10_000, open, 100)
		b.Run(fmt.Sprintf("open=%d", open), func(b *testing.B) {
			start := cpu()
			for range b.N {
				branch, _ := f.ctx.CacheContext()
				if err := f.steps(branch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpu()-start).Microseconds())/1000/float64(b.N), "cpu-ms/block")
		})
		b.Run(fmt.Sprintf("open=%d/write", open), func(b *testing.B) {
			spent := time.Duration(0)
			for range b.N {
				start := cpu()
				branch, write := f.ctx.CacheContext()
				if err := f.steps(branch); err != nil {
					b.Fatal(err)
				}
				write()
				spent += cpu() - start
				b.StopTimer() // put the tasks back as they were
				for id := uint64(1); id <= 100; id++ {
					f.again(id, types.SEAT_ROLE_REDRAW)
					t := f.task(id)
					next := t
					next.Status, next.Role, next.Round, next.NextHeight = types.TASK_STATUS_OPEN, types.SEAT_ROLE_PRIMARY, 0, 12
					require.NoError(b, f.k.save(f.ctx, t, next))
					require.NoError(b, f.r.byTask.Remove(f.ctx, id))
				}
				f.ctx.MultiStore().(storetypes.CommitMultiStore).Commit()
				b.StartTimer()
			}
			b.ReportMetric(float64(spent.Microseconds())/1000/float64(b.N), "cpu-ms/block")
		})
	}
}

// cpu is the time that the process has computed, garbage collection included: unlike the clock's it does not
// depend on what else the machine does.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// bigMarket stands in block 12, with due tasks to be drawn in it and open-due that wait for later ones.
func bigMarket(b testing.TB, providers, open, due int) *fixture {
	b.Helper()
	f := newFixture(b)
	for i := range providers {
		f.provider(provider(i), testBond+int64(i)*oneAIC/100)
		f.offer(provider(i), modelA, 1000, 2000, 10)
	}
	commit := func() { f.ctx.MultiStore().(storetypes.CommitMultiStore).Commit() }
	commit()
	refs := make([]string, due)
	f.ok(post(refs...))
	f.ctx = f.ctx.WithBlockHeight(12)
	f.setParams(func(p *types.Params) { p.OpenWindow = 100_000 })
	for n := due; n < open; n += 100 {
		f.ctx = f.ctx.WithBlockHeight(int64(13 + n/100))
		f.ok(post(make([]string, 100)...))
		if n%1000 == 0 { // a tree with much unsaved is slow to walk
			commit()
		}
	}
	f.ctx = f.ctx.WithBlockHeight(12)
	commit()
	return f
}

// TestEndBlockMatchesAllThatIsDue keeps the benchmark honest.
func TestEndBlockMatchesAllThatIsDue(t *testing.T) {
	f := bigMarket(t, 1_100, 200, 100)
	require.NoError(t, f.steps(f.ctx))
	for id := uint64(1); id <= 100; id++ {
		require.Equal(t, types.TASK_STATUS_MATCHED, f.status(id))
	}
	require.Equal(t, types.TASK_STATUS_OPEN, f.status(101))
	require.NoError(t, f.k.Invariants(f.ctx))
}

// BenchmarkPostTask is a post of a batch of 100.
func BenchmarkPostTask(b *testing.B) {
	f := newFixture(b)
	f.market(3, modelA)
	msg := post(make([]string, 100)...)
	b.ResetTimer()
	for range b.N {
		branch, _ := f.ctx.CacheContext()
		if _, err := f.msgs.PostTask(branch, msg); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/100, "µs/task")
}
