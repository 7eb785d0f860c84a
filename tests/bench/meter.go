package bench

import (
	"bytes"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"syscall"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/aichain/aichain/app/apptest"
)

// tape is blocks that were made once, to be run again on a chain that begins alike: then nothing but the application
// runs while it is measured, and its garbage is its own.
type tape struct {
	blocks  []*abci.RequestFinalizeBlock
	offered [][][]byte // of each block, what went through CheckTx: all but what the proposer injected
	bytes   int        // of transactions
}

// record runs a block for the first time and returns the results in the order of txs, all of which must succeed.
func (t *tape) record(tb testing.TB, c *apptest.Chain, txs [][]byte) []*abci.ExecTxResult {
	tb.Helper()
	req := c.Propose(tb, txs...)
	res := c.Finalize(tb, req)
	c.Commit(tb)
	t.blocks, t.offered = append(t.blocks, req), append(t.offered, txs)
	out := make([]*abci.ExecTxResult, len(txs))
	for i, tx := range txs {
		at := indexOf(req.Txs, tx) // a proposer injects its proof and lets seat messages go first
		if at < 0 {
			tb.Fatalf("height %d: the proposer left out transaction %d of %d", req.Height, i, len(txs))
		}
		if out[i] = res.TxResults[at]; out[i].Code != 0 {
			tb.Fatalf("height %d: transaction %d: %s", req.Height, i, out[i].Log)
		}
		t.bytes += len(tx)
	}
	return out
}

func indexOf(block [][]byte, tx []byte) int {
	for i := range block {
		if bytes.Equal(block[i], tx) {
			return i
		}
	}
	return -1
}

// cost is what running blocks cost the process: CPU of all threads while no garbage is collected, and what was allocated.
type cost struct {
	cpu   time.Duration
	bytes uint64
}

func (c *cost) add(d cost) { c.cpu, c.bytes = c.cpu+d.cpu, c.bytes+d.bytes }

// play runs the blocks from up to, not including, to on a chain that stands before them, and measures their
// FinalizeBlock and Commit; with checks, CheckTx of each transaction too, as in a node's mempool.
func (t *tape) play(tb testing.TB, c *apptest.Chain, from, to int, checks bool) (spent cost) {
	tb.Helper()
	before := cost{processCPU(tb), allocated()}
	for i := from; i < to; i++ {
		if checks {
			for _, tx := range t.offered[i] {
				if res := c.CheckTx(tb, tx, false); res.Code != 0 {
					tb.Fatalf("CheckTx: %s", res.Log)
				}
			}
		}
		c.Finalize(tb, t.blocks[i])
		c.Commit(tb)
	}
	return cost{processCPU(tb) - before.cpu, allocated() - before.bytes}
}

// collector runs garbage collections by hand, between measurements, and learns their price. A collection falls into a
// measured span or not by chance and costs as much as a thousand tasks, so it is charged by what it is for: with
// GOGC=100 the heap is marked once for every byte of live heap that is allocated.
type collector struct {
	cpu  time.Duration
	live uint64
}

// collectByHand turns the runtime's own collections off until the test ends.
func collectByHand(tb testing.TB) *collector {
	tb.Helper()
	before := debug.SetGCPercent(-1)
	tb.Cleanup(func() { debug.SetGCPercent(before) })
	return &collector{}
}

// collect collects now.
func (g *collector) collect(tb testing.TB) {
	tb.Helper()
	before := processCPU(tb)
	runtime.GC()
	g.cpu += processCPU(tb) - before
	g.live += read("/gc/heap/live:bytes")
}

// total is the CPU of a cost with its share of collections.
func (g *collector) total(c cost) time.Duration {
	return c.cpu + time.Duration(float64(c.bytes)*float64(g.cpu)/float64(g.live))
}

func allocated() uint64 { return read("/gc/heap/allocs:bytes") }

func read(metric string) uint64 {
	sample := []metrics.Sample{{Name: metric}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// processCPU is the CPU time that all threads of the process have used.
func processCPU(tb testing.TB) time.Duration {
	tb.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
