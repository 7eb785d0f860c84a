package bench

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/app/apptest"
)

// isTable makes TestCosts print its table and hold the ratio to its target.
var isTable = flag.Bool("costs", false, "print the table of costs and hold times to their targets")

// Targets of the chain's costs.
const (
	targetRatio = 1.0
	// noise is what a measurement on a machine that is not quite quiet may be above its target.
	noise       = 0.15
	targetBytes = 300
	// guardRatio fails a plain `go test`, on however loaded a machine: something has gone wrong by a factor.
	guardRatio = 3.0
)

const (
	spanBlocks = 10              // measured in turn on one side and on the other
	spans      = 10              // of each kind of measurement
	tapeBlocks = 10 * spanBlocks // and so the last block holds the 10 000th post, commit and reveal
	nthTask    = tapeBlocks * batchTasks
)

// TestCosts records a hundred blocks of a hundred tasks each and a hundred blocks of a hundred transfers, and runs both
// again in turns while it measures.
func TestCosts(t *testing.T) {
	p, s := usual.record(t, tapeBlocks), recordSends(t, tapeBlocks, batchTasks)
	sides := []side{{&p.tape, p.warm(t)}, {s, s.warmSends(t)}}
	plain := compare(t, sides, 0, spans/2, false)
	checked := compare(t, sides, spans/2, spans, true)

	bytes := p.bytes/p.tasks - promptBytes() - answerBytes()
	first, last := p.gas[0], p.gas[len(p.gas)-1]
	if *isTable {
		fmt.Println("chain, batches of 100, 3 seats, 4 000 accounts, pebble; a life: post, draw, commits, reveals, verdict, pay, free liens, prune")
		row("CPU of a verified task, FinalizeBlock + Commit", plain.task, "of it %v collecting %d KiB of garbage", plain.taskGC, plain.taskKiB)
		row("CPU of one bank MsgSend, the same", plain.send, "of it %v collecting %d KiB of garbage", plain.sendGC, plain.sendKiB)
		row("verified task ÷ MsgSend", fmt.Sprintf("%.2f", plain.ratio), "≤ %.1f", targetRatio)
		row("the same, CheckTx included on both sides", fmt.Sprintf("%.2f", checked.ratio), "")
		row("transaction bytes of a task beyond prompt and answer", bytes, "≤ %d", targetBytes)
		row(fmt.Sprintf("gas of post, commit, reveal: number %d ÷ first", nthTask), fmt.Sprintf("%.4f %.4f %.4f", per(last.post, first.post), per(last.commit, first.commit), per(last.reveal, first.reveal)), "1.00")
		row("CPU of a task in transfers: last span ÷ first", fmt.Sprintf("%.2f", plain.growth), "1 within noise")
		require.LessOrEqual(t, plain.ratio, targetRatio+noise)
	}
	require.LessOrEqual(t, plain.ratio, guardRatio)
	require.LessOrEqual(t, bytes, targetBytes)
	for _, g := range []float64{per(last.post, first.post), per(last.commit, first.commit), per(last.reveal, first.reveal)} {
		require.InDelta(t, 1, g, 0.005, "gas grows with the number of tasks: %+v, then %+v", first, last)
	}
}

func row(what string, value any, target string, args ...any) {
	fmt.Printf("  %-62s %18v   %s\n", what, value, fmt.Sprintf(target, args...))
}

func per(a, b int64) float64 { return float64(a) / float64(b) }

// side is blocks to run and the chain to run them on.
type side struct {
	*tape
	chain *apptest.Chain
}

// comparison is a task against a transfer: CPU of each, and of that the share of collections.
type comparison struct {
	task, send       time.Duration
	taskGC, sendGC   time.Duration
	taskKiB, sendKiB uint64 // allocated
	ratio, growth    float64
}

// compare runs spans of both sides in turn and compares the sums.
func compare(t *testing.T, sides []side, from, to int, checks bool) comparison {
	t.Helper()
	g := collectByHand(t)
	sums := make([]cost, len(sides))
	var first, last float64
	for i := from; i < to; i++ {
		at := lifeBlocks + i*spanBlocks
		var spent [2]cost
		for n, s := range sides {
			g.collect(t)
			spent[n] = s.play(t, s.chain, at, at+spanBlocks, checks)
			sums[n].add(spent[n])
		}
		last = float64(spent[0].cpu) / float64(spent[1].cpu)
		if i == from {
			first = last
		}
		t.Logf("span %d, CheckTx %t: %v a task, %v a transfer without collections", i, checks, spent[0].cpu/perSpan, spent[1].cpu/perSpan)
	}
	n := time.Duration(to-from) * perSpan
	task, send := g.total(sums[0]), g.total(sums[1])
	return comparison{
		task: task / n, send: send / n, taskGC: (task - sums[0].cpu) / n, sendGC: (send - sums[1].cpu) / n,
		taskKiB: sums[0].bytes / uint64(n) >> 10, sendKiB: sums[1].bytes / uint64(n) >> 10,
		ratio: float64(task) / float64(send), growth: last / first,
	}
}

// perSpan is the tasks, and the transfers, of a span.
const perSpan = spanBlocks * batchTasks

// promptBytes and answerBytes are what the token ids take on the wire.
func promptBytes() int { return tokenBytes(prompt()) }
func answerBytes() int { return tokenBytes(answer().Output) }

func tokenBytes(tokens []uint32) (n int) {
	for _, id := range tokens {
		n++
		for ; id > 127; id >>= 7 {
			n++
		}
	}
	return n
}

// BenchmarkVerifiedTask is a whole life of a hundred tasks an iteration, for profiles.
func BenchmarkVerifiedTask(b *testing.B) { benchmark(b, usual) }

// BenchmarkVerifiedTaskOfTwelve is the same on a market of twelve providers, four batches a block.
func BenchmarkVerifiedTaskOfTwelve(b *testing.B) {
	benchmark(b, market{providers: 12, posts: 4, batch: batchTasks})
}

func benchmark(b *testing.B, m market) {
	l := m.record(b, b.N)
	c := l.warm(b)
	b.ResetTimer()
	spent := l.play(b, c, lifeBlocks, lifeBlocks+b.N, false)
	b.ReportMetric(float64(spent.cpu.Microseconds())/float64(b.N*m.posts*m.batch), "cpu-µs/task")
	b.ReportMetric(float64(spent.bytes>>10)/float64(b.N*m.posts*m.batch), "KiB/task")
}

// BenchmarkSend is a block of a hundred transfers an iteration.
func BenchmarkSend(b *testing.B) {
	t := recordSends(b, b.N, batchTasks)
	c := t.warmSends(b)
	b.ResetTimer()
	spent := t.play(b, c, lifeBlocks, lifeBlocks+b.N, false)
	b.ReportMetric(float64(spent.cpu.Microseconds())/float64(b.N*batchTasks), "cpu-µs/send")
	b.ReportMetric(float64(spent.bytes>>10)/float64(b.N*batchTasks), "KiB/send")
}
