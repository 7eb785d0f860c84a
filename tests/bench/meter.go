package bench

import (
	"bytes"
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

// cost is what running blocks cost the process: CPU of all threads, garbage collection included, and time.
type cost struct{ cpu, wall, checks time.Duration }

func (c *cost) add(d cost) { c.cpu, c.wall, c.checks = c.cpu+d.cpu, c.wall+d.wall, c.checks+d.checks }

// play runs the blocks from up to, not including, to on a chain that stands before them. With withChecks each
// transaction passes CheckTx first, as in a node's mempool.
func (t *tape) play(tb testing.TB, c *apptest.Chain, from, to int, withChecks bool) (spent cost) {
	tb.Helper()
	for i := from; i < to; i++ {
		if withChecks {
			before := processCPU(tb)
			for _, tx := range t.offered[i] {
				if res := c.CheckTx(tb, tx, false); res.Code != 0 {
					tb.Fatalf("CheckTx: %s", res.Log)
				}
			}
			spent.checks += processCPU(tb) - before
		}
		cpu, wall := processCPU(tb), time.Now()
		c.Finalize(tb, t.blocks[i])
		c.Commit(tb)
		spent.add(cost{cpu: processCPU(tb) - cpu, wall: time.Since(wall)})
	}
	return spent
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
