package bench

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/canon/token"
	"github.com/aichain/aichain/tests/forge"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// What a dispute about nano may take: transactions from the challenge to the verdict, and their bytes.
const (
	targetMoves      = 12
	targetMoveBytes  = 40_000
	longPromptTokens = 480 // nano reads 512 tokens
)

// court is a chain with settled lies about nano, and who challenges them.
type court struct {
	*kit.World

	tape       tape
	solver     *kit.Player
	challenger *kit.Player
	tasks      []uint64
	disputes   []uint64
}

// newCourt settles lies, one a task, of a provider that has a seat on each, and forges in one way.
func newCourt(tb testing.TB, prompt []uint32, tasks int, forgery kit.Forgery) *court {
	tb.Helper()
	c := &court{World: courtWorld(tb)}
	terms := c.Terms(kit.TheModel, 1_000_000)
	terms.MaxOutputTokens = 8
	inputs := make([]computetypes.TaskInput, tasks)
	for i := range inputs {
		inputs[i] = kit.Input(prompt...)
	}
	// p4 offers nothing, so that it is free to challenge.
	c.run(&computetypes.MsgRemoveOffer{Provider: c.Address("p4"), ModelId: c.ModelID(kit.TheModel)})
	c.run(c.Post("alice", "alice", terms, inputs...))
	c.run()
	c.run()
	for id := uint64(1); id <= uint64(tasks); id++ {
		c.tasks = append(c.tasks, id)
	}
	lie := c.Wrong(1, 0)
	var commits, reveals []sdk.Msg
	for _, name := range c.Seats(1) {
		commits = append(commits, c.Commit(name, lie, c.tasks...))
		reveals = append(reveals, c.Reveal(name, lie, true, c.tasks...))
	}
	c.run(commits...)
	c.run(reveals...)
	name := c.Seats(1)[0]
	c.solver, c.challenger = &kit.Player{Name: name, Forge: forgery}, &kit.Player{Name: "p4"}
	return c
}

// run records a block of transactions of one message each and returns their sizes.
func (c *court) run(msgs ...sdk.Msg) []int {
	c.TB.Helper()
	raw, sizes := make([][]byte, len(msgs)), make([]int, len(msgs))
	for i, m := range msgs {
		raw[i] = c.Sign(kit.Tx{Msgs: []sdk.Msg{m}})
		sizes[i] = len(raw[i])
	}
	c.tape.record(c.TB, c.Chain, raw)
	return sizes
}

// trial plays the disputes about all tasks side by side and returns the transactions of each and their bytes, which are the
// same for all: the tasks are alike.
func (c *court) trial() (moves, bytes int, verdict *attesttypes.StepVerdict) {
	c.TB.Helper()
	var open []sdk.Msg
	for _, id := range c.tasks {
		open = append(open, &attesttypes.MsgOpenDispute{Challenger: c.Address("p4"), TaskId: id, Solver: c.Address(c.solver.Name)})
	}
	sizes := c.run(open...)
	for _, id := range c.tasks {
		c.disputes = append(c.disputes, c.Disputes(id)[0].Id)
	}
	for {
		moves, bytes = moves+1, bytes+sizes[0]
		d := c.Dispute(c.disputes[0]).Dispute
		if !d.IsOpen() {
			require.Equal(c.TB, attesttypes.DISPUTE_END_REFUTED, d.End)
			return moves, bytes, d.Verdict
		}
		p := c.solver
		if d.Turn() == attesttypes.DISPUTE_SIDE_CHALLENGER {
			p = c.challenger
		}
		var msgs []sdk.Msg
		for _, id := range c.disputes {
			msg, err := p.Message(c.World, id)
			require.NoError(c.TB, err)
			msgs = append(msgs, msg)
		}
		sizes = c.run(msgs...)
	}
}

// question is the usual question as nano reads it, or as long a prompt as it can read.
func question(tb testing.TB, tokens int) []uint32 {
	tb.Helper()
	words, err := token.Load(kit.Nano(tb).File.TokenizerBlob())
	require.NoError(tb, err)
	prompt := words.Chat("What is 37+45?")
	for len(prompt) < tokens {
		prompt = append(words.Chat("What is 12+34?"), prompt...)
	}
	if tokens > 0 {
		prompt = prompt[len(prompt)-tokens:]
	}
	return prompt
}

// forgeryAt forges a tensor at a site of the last position of the prompt and continues consistently.
func forgeryAt(site step.Site) kit.Forgery {
	return func(f *forge.Forger, h *forge.Trace) (*forge.Trace, error) {
		layer := 0
		if site >= step.SiteAttnSquares && site <= step.SiteFFNResidual {
			layer = 1
		}
		leaf, err := h.Shape().Index(step.At{Position: len(h.Shape().Claim().Prompt) - 1, Layer: layer, Site: site})
		if err != nil {
			return nil, err
		}
		return f.OneTensor(h, leaf)
	}
}

// forgedLogits makes the claimed answer follow from logits.
func forgedLogits(f *forge.Forger, h *forge.Trace) (*forge.Trace, error) {
	return f.Steer(h, step.SiteLogits)
}

// TestDisputeOnNanoIsSmall plays disputes about nano to their end, for lies in small tensors and in the largest, about the usual
// question and about one that fills the context. Each takes at most 12 transactions and 40 kB.
func TestDisputeOnNanoIsSmall(t *testing.T) {
	for _, tokens := range []int{0, longPromptTokens} {
		if tokens > 0 && testing.Short() {
			continue
		}
		prompt := question(t, tokens)
		for i, forgery := range []kit.Forgery{
			forgeryAt(step.SitePartials),
			forgedLogits,
			func(_ *forge.Forger, h *forge.Trace) (*forge.Trace, error) { return h.Solver(), nil },
			func(f *forge.Forger, h *forge.Trace) (*forge.Trace, error) { return f.Steer(h, step.SiteToken) },
			forgeryAt(step.SiteScores),
			forgeryAt(step.SiteDown),
		} {
			if tokens > 0 && i > 1 {
				break // long prompts take seconds, and the first two are the deepest
			}
			c := newCourt(t, prompt, 1, forgery)
			moves, bytes, verdict := c.trial()
			if *isTable {
				what := fmt.Sprintf("dispute on nano, %d tokens, lie in %s", len(prompt), verdict.Operator)
				row(what, fmt.Sprintf("%d txs, %d B", moves, bytes), "≤ %d, ≤ %d", targetMoves, targetMoveBytes)
			}
			require.LessOrEqual(t, moves, targetMoves)
			require.LessOrEqual(t, bytes, targetMoveBytes)
		}
	}
}

// disputesAtOnce share their blocks, as the transfers of a block do.
const disputesAtOnce = 50

// TestDisputeCosts measures what the chain computes for whole disputes, from the challenge to the verdict, in transfers.
func TestDisputeCosts(t *testing.T) {
	c := newCourt(t, question(t, 0), disputesAtOnce, forgedLogits)
	first := len(c.tape.blocks)
	moves, bytes, _ := c.trial()
	last := len(c.tape.blocks)
	const sendBlocks = 3 * spanBlocks
	s := recordSends(t, sendBlocks, batchTasks)
	again := courtWorld(t).Chain
	c.tape.play(t, again, 0, first, false)
	sends := s.warmSends(t)
	g := collectByHand(t)
	g.collect(t)
	spent := c.tape.play(t, again, first, last, false)
	g.collect(t)
	base := s.play(t, sends, lifeBlocks, lifeBlocks+sendBlocks, false)
	g.collect(t)
	dispute, send := g.total(spent)/disputesAtOnce, g.total(base)/(sendBlocks*batchTasks)
	ratio := float64(dispute) / float64(send)
	if *isTable {
		row("chain CPU of a whole dispute on nano, FinalizeBlock + Commit", dispute.Round(time.Microsecond), "%d transactions, %d bytes", moves, bytes)
		row("the same ÷ MsgSend", fmt.Sprintf("%.1f", ratio), "%.1f a transaction", ratio/float64(moves))
	}
	require.LessOrEqual(t, ratio, guardDispute)
}

// guardDispute fails a plain `go test`: a dispute is a dozen transactions of some kilobytes.
const guardDispute = 200.0

// courtWorld is a chain that sells nano. It is the same each time.
func courtWorld(tb testing.TB) *kit.World {
	tb.Helper()
	s := kit.DefaultSetup(4)
	s.Model, s.Bond, s.Chain.DB = kit.Nano(tb), 100_000_000_000, newDB(tb)
	s.Strangers = people - 4 - len(kit.People)
	return kit.New(tb, s)
}
