package keeper_test

import (
	"fmt"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

const batch = 100

// cpu is the processor time of the process so far, in nanoseconds: what counts on a machine that others share.
func cpu() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

func perTask(b *testing.B, from int64) {
	b.ReportMetric(float64(cpu()-from)/float64(b.N*batch), "cpu-ns/task")
}

// BenchmarkTaskMoney measures what x/reward costs a task in batches of 100: deposit, three liens, verdict, and
// its part of the payouts, lien releases and the commit of the store. Each task has a payer of its own, which is
// the dear case: nobody's refunds go together.
func BenchmarkTaskMoney(b *testing.B) {
	w := newWorld(b)
	names := make([]string, 20)
	for i := range names {
		names[i] = fmt.Sprintf("provider %d", i)
		require.NoError(b, w.bank.balances.Set(w.ctx, account(names[i]), rich))
	}
	w.bonded(rich/2, names...)
	for i := range batch {
		require.NoError(b, w.bank.balances.Set(w.ctx, account(fmt.Sprintf("payer %d", i)), rich))
	}
	w.cms.Commit()
	outer, id := w.ctx, uint64(1)
	b.ReportAllocs()
	b.ResetTimer()
	start := cpu()
	for round := range b.N {
		ctx, write := outer.WithBlockHeight(int64(round + 2)).CacheContext()
		w.ctx = ctx
		verdicts := w.manyPosts(b, id, names)
		id += batch
		for _, v := range verdicts {
			c, keep := w.ctx.CacheContext() // as a block item
			if err := w.k.AfterVerdict(c, v); err != nil {
				b.Fatal(err)
			}
			keep()
		}
		if err := w.k.EndBlock(w.ctx); err != nil {
			b.Fatal(err)
		}
		write()
		w.cms.Commit()
	}
	b.StopTimer()
	perTask(b, start)
	w.ctx = outer
	w.addsUp()
}

// manyPosts escrows a batch and places the liens of its seats.
func (w *world) manyPosts(b *testing.B, first uint64, names []string) []attesttypes.FinalVerdict {
	out := make([]attesttypes.FinalVerdict, batch)
	for i := range out {
		id := first + uint64(i)
		d := []computetypes.EscrowDeposit{{TaskID: id, Amount: 1_000}}
		if err := w.k.Deposit(w.ctx, account(fmt.Sprintf("payer %d", i)), d); err != nil {
			b.Fatal(err)
		}
		v := verdict(ending{id: id, reason: computetypes.REASON_TASK_AGREED})
		for s := range 3 {
			v.Seats = append(v.Seats, seat(names[(i*3+s)%len(names)], right))
		}
		for _, s := range v.Seats {
			if err := w.k.PlaceLien(w.ctx, s.Provider, s.Lien); err != nil {
				b.Fatal(err)
			}
		}
		out[i] = v
	}
	return out
}

// BenchmarkSettle100 measures the verdicts of 100 tasks and the payouts step alone, without commit.
func BenchmarkSettle100(b *testing.B) {
	w := newWorld(b)
	names := []string{"anna", "bert", "carl"}
	w.bonded(rich/2, names...)
	for i := range batch {
		require.NoError(b, w.bank.balances.Set(w.ctx, account(fmt.Sprintf("payer %d", i)), rich))
	}
	verdicts := w.manyPosts(b, 1, names)
	b.ReportAllocs()
	b.ResetTimer()
	start := cpu()
	for range b.N {
		ctx, _ := w.ctx.CacheContext() // thrown away: the same batch again
		settleAll(b, w, ctx, verdicts)
	}
	perTask(b, start)
}

func settleAll(b *testing.B, w *world, ctx sdk.Context, verdicts []attesttypes.FinalVerdict) {
	for _, v := range verdicts {
		if err := w.k.AfterVerdict(ctx, v); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.k.EndBlock(ctx); err != nil {
		b.Fatal(err)
	}
}
