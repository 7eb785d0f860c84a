package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/app/apptest"
	"github.com/aichain/aichain/rules/payout"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Who is who among the harness's accounts.
const (
	validators     = 4 // operated by the first accounts, which have all the voting power
	firstRequester = validators
	requesters     = 8
	firstProvider  = firstRequester + requesters
	providers      = 24
	accounts       = firstProvider + providers
)

// op is one random operation: a message somebody signs. A name with a ! must fail.
type op struct {
	name string
	from int // account
	msgs []sdk.Msg
	gas  uint64 // 0 means enough
	free bool   // pays no fee
}

// mustFail says whether the operation is one that the chain has to refuse.
func (o op) mustFail() bool { return strings.Contains(o.name, "!") }

// world is a chain with people on it. Everything random comes from rng, so that a seed is a whole run.
type world struct {
	tb    testing.TB
	rng   *rand.Rand
	chain *apptest.Chain
	chest []*kit.Brain // what is and may be published
	look  *kit.World   // for players of disputes
	hands map[int]*kit.Player

	models   []model // published, in order
	tasks    []uint64
	bought   map[bribe]bool       // seats on which somebody says what he was bribed to say
	refs     map[int][]string     // account → client_refs used
	seats    map[int][]seat       // account → seats not yet done with
	votes    [validators][]uint64 // proposals the validators have still to vote on, once for each
	spare    int                  // models of the chest that are published
	settled  []uint64             // tasks whose results may be challenged
	keys     keyRing              // with which validators speak in the beacon
	vrfKeys  int                  // made so far
	quiet    bool                 // no new work: everything must come to its end
	counts   map[string]*tally
	reasons  map[string]int // why tasks closed
	slowdown int            // percent of blocks in which a seat does nothing though it could
	rush     int            // a block has fewer random operations than this
}

// model is a published model as the people know it.
type model struct {
	id        []byte
	publisher int
}

// bribe is a seat that was bought, whoever has it.
type bribe struct {
	task    uint64
	account int
}

// tally counts how an operation went.
type tally struct {
	ok, failed int
	lastLog    string
}

// newWorld makes a world on a fresh chain.
func newWorld(tb testing.TB, seed uint64) *world {
	tb.Helper()
	return worldOn(tb, newChain(tb), seed)
}

// worldOn makes a world on a chain that was just started.
func worldOn(tb testing.TB, c *apptest.Chain, seed uint64) *world {
	tb.Helper()
	w := &world{
		tb: tb, rng: rand.New(rand.NewPCG(seed, 0xa1)), chain: c, chest: chest(tb),
		bought: map[bribe]bool{}, refs: map[int][]string{}, seats: map[int][]seat{}, counts: map[string]*tally{}, reasons: map[string]int{}, slowdown: 30, rush: 7,
		hands: map[int]*kit.Player{}, spare: modelsAtGenesis, keys: keyRing{},
	}
	for _, v := range c.Validators {
		w.keys[string(v.Vrf.Public())] = v.Vrf
	}
	c.App.SetProver(w.keys)
	w.look = kit.Around(tb, w.chain)
	for _, b := range w.chest[:modelsAtGenesis] {
		w.models = append(w.models, model{b.ID, firstRequester})
	}
	return w
}

// chance is true in percent of cases.
func (w *world) chance(percent int) bool { return w.rng.IntN(100) < percent }

// between is a number from lo to hi inclusive.
func (w *world) between(lo, hi int) int { return lo + w.rng.IntN(hi-lo+1) }

func (w *world) requester() int { return firstRequester + w.rng.IntN(requesters) }
func (w *world) provider() int  { return firstProvider + w.rng.IntN(providers) }

func (w *world) addr(account int) string { return w.chain.Accounts[account].Addr.String() }

// next is the height of the block that is being put together.
func (w *world) next() uint64 { return uint64(w.chain.Height) + 1 }

// compose chooses the operations of the next block, at most one an account, so that no transaction is refused for
// a sequence that an earlier failure did not use up.
func (w *world) compose() []op {
	var ops []op
	busy := map[int]bool{}
	add := func(o op, ok bool) {
		if ok && !busy[o.from] {
			busy[o.from] = true
			ops = append(ops, o)
		}
	}
	for v := range validators {
		add(w.vote(v))
	}
	for p := firstProvider; p < accounts; p++ {
		if w.chance(50) {
			add(w.move(p))
			add(w.act(p))
			continue
		}
		add(w.act(p))
		add(w.move(p))
	}
	add(w.expose())
	add(w.challenge())
	if !w.quiet {
		for range w.rng.IntN(w.rush) {
			add(w.random())
		}
	}
	w.rng.Shuffle(len(ops), func(i, j int) { ops[i], ops[j] = ops[j], ops[i] })
	return ops
}

// block makes one block of random operations.
func (w *world) block() made {
	w.tb.Helper()
	ops := w.compose()
	txs := make([][]byte, len(ops))
	for i, o := range ops {
		txs[i] = w.sign(o)
	}
	res := w.deliver(txs)
	for i, o := range ops {
		w.count(o, res.result(w.tb, i))
	}
	w.listen(res.ResponseFinalizeBlock)
	return res
}

// sign signs an operation with the sequence that the state has.
func (w *world) sign(o op) []byte {
	gas := o.gas
	if gas == 0 {
		gas = 5_000_000
	}
	fee := sdk.NewCoins(sdk.NewInt64Coin(payout.Denom, int64(gas/10)+1))
	if o.free {
		fee = nil
	}
	acc := w.chain.Accounts[o.from]
	acc.Seq = w.chain.App.Accounts.GetAccount(w.ctx(), acc.Addr).GetSequence()
	return w.chain.Sign(w.tb, acc, gas, fee, o.msgs...)
}

// count notes how an operation went; one that must fail and did not fails the test.
func (w *world) count(o op, res *abci.ExecTxResult) {
	w.tb.Helper()
	t := w.counts[o.name]
	if t == nil {
		t = &tally{}
		w.counts[o.name] = t
	}
	if res.Code == abci.CodeTypeOK {
		t.ok++
		require.False(w.tb, o.mustFail(), "height %d: %s was accepted: %v", w.chain.Height, o.name, o.msgs)
		w.remember(o, res)
		return
	}
	t.failed++
	t.lastLog = fmt.Sprintf("%s/%d %s", res.Codespace, res.Code, res.Log)
	require.False(w.tb, !o.mustFail() && res.Codespace == "sdk" && (res.Code == 4 || res.Code == 32), "height %d: %s: the harness signed badly: %s", w.chain.Height, o.name, res.Log)
	require.False(w.tb, res.Code == 1, "height %d: %s: an error that nobody registered: %s/%d %s", w.chain.Height, o.name, res.Codespace, res.Code, res.Log)
}

// remember keeps what later operations refer to.
func (w *world) remember(o op, res *abci.ExecTxResult) {
	switch msg := o.msgs[0].(type) {
	case *computetypes.MsgPublishModel:
		w.models = append(w.models, model{msg.ModelId, o.from})
		w.spare++
	case *computetypes.MsgPostTask:
		for _, in := range msg.Inputs {
			if in.ClientRef != "" {
				w.refs[o.from] = append(w.refs[o.from], in.ClientRef)
			}
		}
	}
	w.rememberProposal(o, res)
}

// listen learns from events who was seated where.
func (w *world) listen(res *abci.ResponseFinalizeBlock) {
	events := slices.Clone(res.Events)
	for _, r := range res.TxResults {
		events = append(events, r.Events...)
	}
	for _, msg := range kit.Typed(events) {
		switch ev := msg.(type) {
		case *computetypes.EventTasksPosted:
			w.tasks = append(w.tasks, ev.TaskIds...)
		case *computetypes.EventTaskClosed:
			w.reasons["task "+ev.Reason.String()]++
			if ev.Status == computetypes.TASK_STATUS_SETTLED {
				w.settled = append(w.settled, ev.TaskId)
			}
		case *computetypes.EventTaskOverturned:
			w.reasons["task overturned"]++
		case *computetypes.EventTaskMatched:
			w.takeSeats(ev)
			if ev.Role == computetypes.SEAT_ROLE_AUDIT {
				w.reasons["audit seat"]++
			}
		case *attesttypes.EventAuditSkipped:
			w.reasons["audit skipped"]++
		case *attesttypes.EventDisputeResolved:
			w.resolved(ev)
		}
	}
}

// takeSeats decides what each drawn seat will do.
func (w *world) takeSeats(ev *computetypes.EventTaskMatched) {
	for _, name := range ev.Providers {
		account := w.accountOf(name)
		usual := w.conductOf(account)
		c := usual
		if isBribed(ev.TaskId) && ev.Role == computetypes.SEAT_ROLE_PRIMARY {
			c = ring
		}
		if isDivided(ev.TaskId) && (ev.Role == computetypes.SEAT_ROLE_PANEL || ev.Role == computetypes.SEAT_ROLE_PANEL_WIDE) && w.chance(50) {
			c = ring
		}
		if isHopeless(ev.TaskId) && (ev.Role == computetypes.SEAT_ROLE_PRIMARY || ev.Role == computetypes.SEAT_ROLE_REDRAW) {
			c = nonsense
		}
		if c != usual {
			w.bought[bribe{ev.TaskId, account}] = true
		}
		w.seats[account] = append(w.seats[account], seat{task: ev.TaskId, round: ev.Round, conduct: c})
	}
}

func (w *world) conductOf(account int) conduct {
	habit := characterOf(account - firstProvider)
	roll := w.rng.IntN(100)
	for c, percent := range habit {
		if roll -= percent; roll < 0 {
			return conduct(c)
		}
	}
	return honest
}

func (w *world) accountOf(name string) int {
	for i := firstProvider; i < accounts; i++ {
		if w.addr(i) == name {
			return i
		}
	}
	w.tb.Fatalf("seated a stranger: %s", name)
	return 0
}
