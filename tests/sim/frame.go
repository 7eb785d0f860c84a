package sim

import (
	"context"
	"fmt"
	"math/rand"
	"slices"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	simtypes "github.com/cosmos/cosmos-sdk/types/simulation"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aichain/aichain/app/apptest"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

const (
	// crowd are accounts after those of the world, who do nothing but what the SDK's operations make them do.
	crowd = 24
	// population of a frame.
	population = accounts + crowd
	// rushHour is the most operations that are tried for a block. A transaction takes 5 million gas of 200.
	rushHour = 34
)

// frame is the SDK's simulation around a world: weighted operations of all modules, the SDK's and ours, each chosen by
// chance and made into a message by its factory. Unlike the SDK's own loop it puts them into proposed blocks, signed and
// paid for; doc.go says why.
type frame struct {
	*world
	r        *rand.Rand // what the SDK's factories draw from
	people   []simtypes.Account
	number   map[string]int // account by address
	menu     []choice
	total    int             // weight of the menu
	known    map[string]bool // messages, by type, that are on the menu or in proposals
	later    []appointment
	reporter *simsx.BasicSimulationReporter

	members []member
	before  power // of the last block
	now     power // of the block that is being put together
	next    power // of the block after it
	first   int64 // height of the first block of this chain

	tally   map[string]*score   // by type of message
	pending map[uint64][]string // messages of ours in proposals that are not decided
}

// choice is a factory and how often it is asked.
type choice struct {
	weight  int
	factory simsx.SimMsgFactoryX
}

// appointment is a factory that is asked when its time has come.
type appointment struct {
	at      time.Time
	factory simsx.SimMsgFactoryX
}

// score is how often a message was tried, what became of it, and how often its factory found nothing to do.
type score struct {
	tried, delivered, refused, skipped int
	lastLog                            string
}

// newFrame starts a chain from a random genesis, with the random operations of a seed.
func newFrame(tb testing.TB, seed int64) *frame {
	tb.Helper()
	r := rand.New(rand.NewSource(seed))
	f := &frame{r: r, people: apptest.People(population), number: map[string]int{}, tally: map[string]*score{}, pending: map[uint64][]string{}, first: 1}
	for i, p := range f.people {
		f.number[p.AddressBech32] = i
	}
	f.world = worldOn(tb, apptest.New(tb, f.options(tb)), uint64(seed))
	f.slowdown = 0 // chance keeps a seat waiting for its factory
	f.settle()
	f.elect()
	return f
}

// on is the same people on another chain, which must have the same state.
func (f *frame) on(c *apptest.Chain) *frame {
	n := *f
	w := *f.world
	w.chain, w.look, w.hands = c, kit.Around(w.tb, c), map[int]*kit.Player{}
	n.world, n.first, n.later = &w, c.Height+1, nil
	n.settle()
	return &n
}

// settle gives the chain its provers and asks its modules for their operations.
func (f *frame) settle() {
	f.chain.App.SetProver(f.keys)
	f.reporter = simsx.NewBasicSimulationReporter()
	f.menu, f.total, f.known = nil, 0, map[string]bool{}
	manager := f.manager()
	weights := simsx.ParamWeightSource(simtypes.AppParams{})
	proposals := simsx.NewUniqueTypeRegistry()
	for _, m := range manager.Modules {
		if p, ok := m.(simsx.HasProposalMsgsX); ok {
			p.ProposalMsgsX(weights, proposals)
		}
	}
	for url := range proposals {
		f.known[url] = true
	}
	for _, m := range manager.Modules {
		switch m := m.(type) {
		case simsx.HasWeightedOperationsX:
			m.WeightedOperationsX(weights, f)
		case simsx.HasWeightedOperationsXWithProposals:
			m.WeightedOperationsX(weights, f, proposals.Iterator(), nil)
		}
	}
}

// manager is the application's, with operations for our modules.
func (f *frame) manager() *module.SimulationManager {
	all := f.chain.App.SimulationManager().Modules
	out := slices.Clone(all)
	for i, m := range all {
		named, ok := m.(interface{ Name() string })
		ours, is := m.(simulated)
		if ok && is && f.operations()[named.Name()] != nil {
			out[i] = acting{ours, f.operations()[named.Name()]}
		}
	}
	return module.NewSimulationManager(out...)
}

// simulated is a module of ours as the simulator sees it.
type simulated interface {
	module.AppModuleSimulation
	simsx.HasProposalMsgsX
}

// acting is a module with operations.
type acting struct {
	simulated
	operations []operation
}

// WeightedOperationsX registers the operations.
func (a acting) WeightedOperationsX(weights simsx.WeightSource, reg simsx.Registry) {
	for _, o := range a.operations {
		reg.Add(weights.Get(o.name, o.weight), o.factory)
	}
}

// Add puts a factory on the menu.
func (f *frame) Add(weight uint32, factory simsx.SimMsgFactoryX) {
	if weight > 0 {
		f.known[sdk.MsgTypeURL(factory.MsgType())] = true
		f.menu = append(f.menu, choice{int(weight), factory})
		f.total += int(weight)
	}
}

// diary takes the appointments that a factory makes.
type diary struct{ f *frame }

// Add notes an appointment.
func (d diary) Add(at time.Time, factory simsx.SimMsgFactoryX) {
	d.f.later = append(d.f.later, appointment{at, factory})
}

// choose draws a factory by weight.
func (f *frame) choose() simsx.SimMsgFactoryX {
	roll := f.r.Intn(f.total)
	for _, c := range f.menu {
		if roll -= c.weight; roll < 0 {
			return c.factory
		}
	}
	return nil
}

// due takes the appointments whose time has come off the list.
func (f *frame) due() (out []simsx.SimMsgFactoryX) {
	f.later = slices.DeleteFunc(f.later, func(a appointment) bool {
		if a.at.After(f.chain.Time) {
			return false
		}
		out = append(out, a.factory)
		return true
	})
	return out
}

// ask has a factory make a message; nobody signs it if the factory found nothing to do.
func (f *frame) ask(factory simsx.SimMsgFactoryX) (o op, ok bool) {
	ctx := f.ctx().WithLogger(log.NewNopLogger())
	reporter := f.reporter.WithScope(factory.MsgType())
	data := simsx.NewChainDataSource(ctx, f.r, f.chain.App.Accounts, f.chain.App.Bank, f.chain.App.TxConfig().SigningContext().AddressCodec(), f.people...)
	if lazy, is := factory.(simsx.HasFutureOpsRegistry); is {
		lazy.SetFutureOpsRegistry(diary{f})
	}
	signers, msg := create(ctx, factory, data, reporter)
	if reporter.IsSkipped() || len(signers) != 1 || msg == nil {
		f.score(factory.MsgType()).skipped++
		return op{}, false
	}
	o = op{name: nameOf(msg), from: f.number[signers[0].AddressBech32], msgs: []sdk.Msg{msg}}
	switch msg.(type) {
	case *attesttypes.MsgCommitResult, *attesttypes.MsgRevealResult, *attesttypes.MsgPostTrace, *attesttypes.MsgChooseChild,
		*attesttypes.MsgPostChildren, *attesttypes.MsgPostChunk, *attesttypes.MsgPostStep:
		o = f.freely(o)
	}
	return o, true
}

// create runs a factory. One that skips returns what it may, or panics over what it did not find.
func create(ctx context.Context, factory simsx.SimMsgFactoryX, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) (signers []simsx.SimAccount, msg sdk.Msg) {
	defer func() {
		if p := recover(); p != nil {
			if !reporter.IsSkipped() {
				panic(p)
			}
			signers, msg = nil, nil
		}
	}()
	return factory.Create()(ctx, data, reporter)
}

func (f *frame) score(msg sdk.Msg) *score {
	name := sdk.MsgTypeURL(msg)
	if f.tally[name] == nil {
		f.tally[name] = &score{}
	}
	return f.tally[name]
}

// compose chooses the operations of the next block, at most one an account.
func (f *frame) compose() []op {
	var ops []op
	busy := map[int]bool{}
	add := func(o op, ok bool) {
		if ok && !busy[o.from] && len(ops) < rushHour {
			busy[o.from] = true
			ops = append(ops, o)
		}
	}
	for v := range validators {
		add(f.vote(v))
	}
	for _, factory := range f.due() {
		add(f.ask(factory))
	}
	for range f.r.Intn(rushHour) + rushHour/2 {
		add(f.ask(f.choose()))
	}
	return ops
}

// block makes one block of random operations.
func (f *frame) block() made {
	f.tb.Helper()
	ops := f.compose()
	txs := make([][]byte, len(ops))
	for i, o := range ops {
		txs[i] = f.sign(o)
	}
	m := f.deliver(txs)
	for i, o := range ops {
		f.mark(o, m.result(f.tb, i))
	}
	f.listen(m.ResponseFinalizeBlock)
	f.passed(m.ResponseFinalizeBlock)
	return m
}

// mark notes how an operation went.
func (f *frame) mark(o op, res *abci.ExecTxResult) {
	s := f.score(o.msgs[0])
	s.tried++
	if !res.IsOK() {
		s.refused++
		s.lastLog = fmt.Sprintf("%s/%d %s", res.Codespace, res.Code, res.Log)
		signedBadly := res.Codespace == "sdk" && (res.Code == 4 || res.Code == 32)
		unregistered := res.Code == 1 && isOurs(sdk.MsgTypeURL(o.msgs[0]))
		require.False(f.tb, signedBadly || unregistered, "height %d: %s: %s", f.chain.Height, o.name, s.lastLog)
		return
	}
	s.delivered++
	f.remember(o, res)
	switch msg := o.msgs[0].(type) {
	case *stakingtypes.MsgCreateValidator:
		f.join(o.from)
	case *govv1.MsgSubmitProposal:
		f.propound(msg, res)
	}
}
