package bench

import (
	"fmt"
	"testing"

	"github.com/cosmos/gogoproto/proto"

	"github.com/cosmos/cosmos-sdk/baseapp"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/app/apptest"
	"github.com/aichain/aichain/rules/result"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Shape of the tasks that are measured, that of "What is 37+45?" to nano and its answer.
const (
	batchTasks   = 100 // of one message
	promptTokens = 24
	answerTokens = 3
	maxPrice     = 60_000 // uaic, a ceiling of 20 000 a seat
)

// people have accounts, on both sides: the trees of x/auth and x/bank are as high.
const people = 4_000

// market is who sells and how much is asked in a block.
type market struct {
	providers int // three of them take every task
	posts     int // messages with batch tasks, in a block
	batch     int
}

// usual is the market of the cost targets: messages of a hundred, everywhere.
var usual = market{providers: 3, posts: 1, batch: batchTasks}

// world starts a chain with the providers of a market. It is the same each time.
func (m market) world(tb testing.TB) *kit.World {
	tb.Helper()
	return m.worldWith(tb, nil)
}

// chain is that of a world under options of the node, which change nothing of what it computes.
func (m market) chain(tb testing.TB, node simtestutil.AppOptionsMap) *apptest.Chain {
	tb.Helper()
	return m.worldWith(tb, node).Chain
}

func (m market) worldWith(tb testing.TB, node simtestutil.AppOptionsMap) *kit.World {
	tb.Helper()
	s := kit.DefaultSetup(m.providers)
	s.Bond, s.Slots, s.Strangers = 100_000_000_000, 10_000, people-m.providers-len(kit.People)
	s.Chain.DB = newDB(tb)
	s.Chain.Genesis, s.Chain.AppOpts = shortWindows, node
	if m.providers == usual.providers {
		// Lots for audits are drawn as on a new chain. With three providers nobody can take the seat that one task in
		// twenty wins, so what that seat itself would cost, a sixtieth, is left out.
		s.AuditBps = computetypes.DefaultParams().AuditBps
	}
	return kit.New(tb, s)
}

// batch is tasks on their way.
type batch struct {
	seated []string // providers with a seat, in order of the registration
	rounds map[string][]*attesttypes.Round
}

// pipeline keeps one batch in each stage of a task's life, so that a block holds a whole life of a batch.
type pipeline struct {
	market
	tb     testing.TB
	w      *kit.World
	tape   tape
	posted int
	gas    []lifeGas // of each block

	drawing    [][]uint64 // posted, not yet drawn; by block
	committing *batch
	sealed     *batch // committed; the lot for its audits is drawn in the next block
	revealing  *batch
}

// lifeGas is what a block's first message of each kind used.
type lifeGas struct{ post, commit, reveal int64 }

func newPipeline(tb testing.TB, m market) *pipeline {
	tb.Helper()
	return &pipeline{market: m, tb: tb, w: m.world(tb)}
}

// inputs are n questions of the measured shape, each with a name of its own.
func (p *pipeline) inputs(n int) []computetypes.TaskInput {
	in := make([]computetypes.TaskInput, n)
	for i := range in {
		p.posted++
		in[i].ClientRef = fmt.Sprintf("%08d", p.posted)
		in[i].Tokens = prompt()
	}
	return in
}

// prompt has tokens of one byte and of two.
func prompt() []uint32 {
	tokens := make([]uint32, promptTokens)
	for i := range tokens {
		tokens[i] = uint32(5+i*20) % kit.Vocab
	}
	return tokens
}

// answer has tokens of two bytes.
func answer() kit.Answer {
	out := make([]uint32, answerTokens)
	for i := range out {
		out[i] = uint32(300 + i)
	}
	return kit.Answer{Output: out, Stop: result.StopEnd}
}

func (p *pipeline) terms() computetypes.TaskTerms {
	t := p.w.Terms(kit.TheModel, maxPrice)
	t.MaxOutputTokens = 8
	return t
}

// commit and reveal are what a worker sends. Reveals carry the output, as workers' do when it is short.
func (p *pipeline) commit(name string, rounds []*attesttypes.Round) sdk.Msg {
	msg := &attesttypes.MsgCommitResult{Provider: p.w.Address(name)}
	for _, r := range rounds {
		root := result.Root(r.ModelId, r.InputDigest, answer().Output, answer().Stop)
		c := result.Commitment(p.w.ChainID(), r.TaskId, r.Round, p.w.Account(name).Addr, root, kit.Salt(name, r.TaskId, r.Round))
		msg.Commits = append(msg.Commits, attesttypes.Commit{TaskId: r.TaskId, Round: r.Round, Commitment: c[:]})
	}
	return msg
}

func (p *pipeline) reveal(name string, rounds []*attesttypes.Round) sdk.Msg {
	msg := &attesttypes.MsgRevealResult{Provider: p.w.Address(name)}
	for _, r := range rounds {
		salt := kit.Salt(name, r.TaskId, r.Round)
		msg.Reveals = append(msg.Reveals, attesttypes.Reveal{
			TaskId: r.TaskId, Round: r.Round, Salt: salt[:], Output: answer().Output, Stop: answer().Stop,
		})
	}
	return msg
}

// sign makes the transactions of the next block: posts, then the commits of the batch that was drawn, then the
// reveals of the one that was committed.
func (p *pipeline) sign() (txs [][]byte) {
	p.tb.Helper()
	for range p.posts {
		txs = append(txs, p.w.Sign(kit.Tx{Msgs: []sdk.Msg{p.w.Post("alice", "alice", p.terms(), p.inputs(p.batch)...)}}))
	}
	each := func(b *batch, message func(string, []*attesttypes.Round) sdk.Msg) {
		if b == nil {
			return
		}
		for _, name := range b.seated {
			for rounds := b.rounds[name]; len(rounds) > 0; {
				n := min(len(rounds), 200) // the default max_batch
				txs = append(txs, p.w.Sign(kit.Tx{Msgs: []sdk.Msg{message(name, rounds[:n])}}))
				rounds = rounds[n:]
			}
		}
	}
	each(p.committing, p.commit)
	each(p.revealing, p.reveal)
	return txs
}

// block makes one block and moves every batch one stage on.
func (p *pipeline) block() {
	p.tb.Helper()
	txs := p.sign()
	res := p.tape.record(p.tb, p.w.Chain, txs)
	var ids []uint64
	for _, r := range res[:p.posts] {
		ids = append(ids, taskIDs(p.tb, r.Data)...)
	}
	if p.revealing != nil {
		commits := len(p.committing.seated)
		p.gas = append(p.gas, lifeGas{res[0].GasUsed, res[p.posts].GasUsed, res[p.posts+commits].GasUsed})
	}
	p.revealing, p.sealed, p.committing = p.sealed, p.committing, nil
	p.drawing = append(p.drawing, ids)
	if len(p.drawing) > 2 { // posted in h, drawn in h+2
		p.committing, p.drawing = p.seated(p.drawing[0]), p.drawing[1:]
	}
}

// seated reads who was drawn.
func (p *pipeline) seated(ids []uint64) *batch {
	p.tb.Helper()
	b := &batch{rounds: map[string][]*attesttypes.Round{}}
	query := attesttypes.NewQueryClient(&baseapp.QueryServiceTestHelper{GRPCQueryRouter: p.w.Chain.App.GRPCQueryRouter(), Ctx: p.w.Ctx()})
	for _, id := range ids {
		res, err := query.Round(p.tb.Context(), &attesttypes.QueryRoundRequest{TaskId: id})
		if err != nil {
			p.tb.Fatal(err)
		}
		for _, seat := range res.Round.Seats {
			b.rounds[seat.Provider] = append(b.rounds[seat.Provider], &res.Round)
		}
	}
	for i := range p.providers {
		name := fmt.Sprintf("p%d", i+1)
		if rounds := b.rounds[p.w.Address(name)]; len(rounds) > 0 {
			b.seated, b.rounds[name] = append(b.seated, name), rounds
		}
	}
	return b
}

// taskIDs reads the answer to a post.
func taskIDs(tb testing.TB, data []byte) []uint64 {
	tb.Helper()
	var d sdk.TxMsgData
	if err := proto.Unmarshal(data, &d); err != nil {
		tb.Fatal(err)
	}
	var res computetypes.MsgPostTaskResponse
	if err := proto.Unmarshal(d.MsgResponses[0].Value, &res); err != nil {
		tb.Fatal(err)
	}
	ids := make([]uint64, len(res.Tasks))
	for i, t := range res.Tasks {
		ids[i] = t.TaskId
	}
	return ids
}

// life is a recorded market in a steady state.
type life struct {
	tape
	market market
	tasks  int // posted on the tape
	gas    []lifeGas
}

// record makes so many blocks of a market in a steady state, after as many to warm up as a task lives. The chain that
// made them is left to the garbage collector.
func (m market) record(tb testing.TB, blocks int) *life {
	tb.Helper()
	p := newPipeline(tb, m)
	for range lifeBlocks + blocks {
		p.block()
	}
	return &life{tape: p.tape, market: m, tasks: p.posted, gas: p.gas}
}

// warm is a chain that stands before the first block to be measured.
func (l *life) warm(tb testing.TB) *apptest.Chain {
	tb.Helper()
	c := l.market.world(tb).Chain
	l.play(tb, c, 0, lifeBlocks, false)
	return c
}

// lifeBlocks is more than pass between a task's post and its pruning under shortWindows.
const lifeBlocks = 20
