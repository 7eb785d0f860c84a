package bench

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/server/config"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"

	"github.com/aichain/aichain/app/apptest"
)

// isParallel makes TestExecutors long enough to time, and print its table.
var isParallel = flag.Bool("parallel", false, "time the parallel executor against the sequential one")

// executor is one way to run the transactions of a block.
type executor struct {
	name     string
	kind     string
	workers  int
	estimate bool
}

var executors = []executor{
	{"sequential", config.BlockExecutorSequential, 1, false},
	{"parallel, 1 worker", config.BlockExecutorBlockSTM, 1, false},
	{"parallel, 2 workers", config.BlockExecutorBlockSTM, 2, false},
	{"parallel, 2 workers, estimates", config.BlockExecutorBlockSTM, 2, true},
	{"parallel, 4 workers", config.BlockExecutorBlockSTM, 4, false},
}

func (e executor) options() simtestutil.AppOptionsMap {
	return simtestutil.AppOptionsMap{
		server.FlagBlockExecutor: e.kind, server.FlagBlockSTMWorkers: e.workers, server.FlagBlockSTMPreEstimate: e.estimate,
	}
}

// load is blocks and the chain that they are for.
type load struct {
	name string
	*tape
	start func(testing.TB, simtestutil.AppOptionsMap) *apptest.Chain
}

// run is what an executor makes of a load, block by block.
type run struct {
	executor
	chain                 *apptest.Chain
	finalize, commit, cpu []time.Duration // of the blocks after the first lifeBlocks
}

// next runs a block, and returns the hashes of the application and of the results.
func (r *run) next(t *testing.T, req *abci.RequestFinalizeBlock, isMeasured bool) string {
	t.Helper()
	cpu, start := processCPU(t), time.Now()
	res := r.chain.Finalize(t, req)
	finalized := time.Now()
	r.chain.Commit(t)
	if isMeasured {
		r.finalize = append(r.finalize, finalized.Sub(start))
		r.commit = append(r.commit, time.Since(finalized))
		r.cpu = append(r.cpu, processCPU(t)-cpu)
	}
	r.chain.Height = req.Height
	r.chain.Refresh()
	return fmt.Sprintf("%X %X", r.chain.AppHash(), cmttypes.NewResults(res.TxResults).Hash())
}

// median of times; what else the machine does in a few blocks does not move it.
func median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2].Round(10 * time.Microsecond)
}

// TestExecutors runs the same blocks under each executor, in turns: tasks in large batches and in small ones, and
// transfers. All hashes of the application and of the results must be those of the sequential one. With -parallel it
// prints how long a block takes, the median.
func TestExecutors(t *testing.T) {
	blocks := 2
	if *isParallel {
		blocks = 40
	}
	small := market{providers: 12, posts: 10, batch: 10}
	for _, l := range []load{
		{"100 transfers", recordSends(t, blocks, 100), crowdWith},
		{"100 tasks, 3 providers, batches of 100", &usual.record(t, blocks).tape, usual.chain},
		{"100 tasks, 12 providers, posts of 10", &small.record(t, blocks).tape, small.chain},
	} {
		runs := l.play(t)
		if !*isParallel {
			continue
		}
		fmt.Printf("%s a block\n  %-32s %12s %12s %12s %14s\n", l.name, "", "finalize", "commit", "cpu", "time ÷ first")
		for _, r := range runs {
			whole, first := median(r.finalize)+median(r.commit), median(runs[0].finalize)+median(runs[0].commit)
			fmt.Printf("  %-32s %12v %12v %12v %14.2f\n", r.name, median(r.finalize), median(r.commit), median(r.cpu), float64(whole)/float64(first))
		}
	}
}

// play runs the blocks of a load under all executors.
func (l load) play(t *testing.T) []*run {
	t.Helper()
	var runs []*run
	for _, e := range executors {
		runs = append(runs, &run{executor: e, chain: l.start(t, e.options())})
	}
	for i, req := range l.blocks {
		want := ""
		for n, r := range runs {
			hashes := r.next(t, req, i >= lifeBlocks)
			if n == 0 {
				want = hashes
			}
			require.Equal(t, want, hashes, "%s, block %d, %s", l.name, i, r.name)
		}
	}
	return runs
}
