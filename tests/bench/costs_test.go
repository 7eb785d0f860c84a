package bench

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/app/apptest"
)

// isTable makes TestCosts print its table and hold the ratio to its target.
var isTable = flag.Bool("costs", false, "print the table of costs and hold times to their targets")

// Targets of the chain's costs.
const (
	targetRatio = 1.5
	targetBytes = 300
	// guardRatio fails a plain `go test`, on however loaded a machine: something has gone wrong by a factor.
	guardRatio = 4.0
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
	p, tasksChain := tasks(t, usual, tapeBlocks)
	s, sendsChain := sends(t, tapeBlocks, batchTasks)
	plain := compare(t, &p.tape, tasksChain, s, sendsChain, 0, spans/2, false)
	checked := compare(t, &p.tape, tasksChain, s, sendsChain, spans/2, spans, true)

	bytes := p.tape.bytes/p.posted - promptBytes() - answerBytes()
	first, last := p.gas[0], p.gas[len(p.gas)-1]
	if *isTable {
		fmt.Println("chain, batches of 100, 3 seats, 4 000 accounts, pebble; a life: post, draw, commits, reveals, verdict, pay, free liens, prune")
		row("CPU of a verified task, FinalizeBlock + Commit", plain.task, "≤ %.1f sends", targetRatio)
		row("CPU of one bank MsgSend, the same", plain.send, "the unit")
		row("verified task ÷ MsgSend, median of spans", fmt.Sprintf("%.2f", plain.ratio), "≤ %.1f", targetRatio)
		row("the same, CheckTx included on both sides", fmt.Sprintf("%.2f", checked.ratio), "")
		row("transaction bytes of a task beyond prompt and answer", bytes, "≤ %d", targetBytes)
		row(fmt.Sprintf("gas of post, commit, reveal: number %d ÷ first", nthTask), fmt.Sprintf("%.4f %.4f %.4f", per(last.post, first.post), per(last.commit, first.commit), per(last.reveal, first.reveal)), "1.00")
		row("CPU of a task in transfers: last span ÷ first span", fmt.Sprintf("%.2f", plain.growth), "1 within noise")
		require.LessOrEqual(t, plain.ratio, targetRatio)
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

// comparison is a task against a transfer.
type comparison struct {
	task, send    time.Duration // CPU of each, median of spans
	ratio, growth float64
}

// compare runs spans of both tapes in turn. The ratio is the median over spans, so that a neighbour's burst on the
// machine counts little.
func compare(t *testing.T, p *tape, pc *apptest.Chain, s *tape, sc *apptest.Chain, from, to int, withChecks bool) comparison {
	t.Helper()
	var tasks, sends []time.Duration
	var ratios []float64
	for i := from; i < to; i++ {
		at := lifeBlocks + i*spanBlocks
		task := p.play(t, pc, at, at+spanBlocks, withChecks)
		send := s.play(t, sc, at, at+spanBlocks, withChecks)
		tasks = append(tasks, (task.cpu+task.checks)/(spanBlocks*batchTasks))
		sends = append(sends, (send.cpu+send.checks)/(spanBlocks*batchTasks))
		ratios = append(ratios, float64(task.cpu+task.checks)/float64(send.cpu+send.checks))
	}
	c := comparison{growth: ratios[len(ratios)-1] / ratios[0]}
	t.Logf("CPU of a task and of a transfer, CheckTx %t, by span: %v %v", withChecks, tasks, sends)
	for _, d := range [][]time.Duration{tasks, sends} {
		slices.Sort(d)
	}
	slices.Sort(ratios)
	c.task, c.send, c.ratio = tasks[len(tasks)/2], sends[len(sends)/2], ratios[len(ratios)/2]
	return c
}

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
func BenchmarkVerifiedTask(b *testing.B) {
	p, c := tasks(b, usual, b.N)
	b.ResetTimer()
	spent := p.tape.play(b, c, lifeBlocks, lifeBlocks+b.N, false)
	b.ReportMetric(float64(spent.cpu.Microseconds())/float64(b.N*batchTasks), "cpu-µs/task")
	b.ReportMetric(float64(spent.wall.Microseconds())/float64(b.N*batchTasks), "wall-µs/task")
}

// BenchmarkVerifiedTaskOfTwelve is the same on a market of twelve providers, four batches a block.
func BenchmarkVerifiedTaskOfTwelve(b *testing.B) {
	m := market{providers: 12, posts: 4, batch: batchTasks}
	p, c := tasks(b, m, b.N)
	b.ResetTimer()
	spent := p.tape.play(b, c, lifeBlocks, lifeBlocks+b.N, false)
	b.ReportMetric(float64(spent.cpu.Microseconds())/float64(b.N*m.posts*batchTasks), "cpu-µs/task")
}

// BenchmarkSend is a block of a hundred transfers an iteration.
func BenchmarkSend(b *testing.B) {
	t, c := sends(b, b.N, batchTasks)
	b.ResetTimer()
	spent := t.play(b, c, lifeBlocks, lifeBlocks+b.N, false)
	b.ReportMetric(float64(spent.cpu.Microseconds())/float64(b.N*batchTasks), "cpu-µs/send")
	b.ReportMetric(float64(spent.wall.Microseconds())/float64(b.N*batchTasks), "wall-µs/send")
}
