package attack

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"

	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// life is a task from its post to its pruning, one act at a time, so that every phase lasts at least a block.
type life struct {
	name      string
	providers int
	maxPrice  uint64
	challenge uint64 // challenge_window, blocks
	acts      func(t *table, at phases) []kit.Tx
	phases    []string // that it must pass
}

// phases are where the things of a life stand between two blocks.
type phases []string

func (p phases) has(name string) bool { return slices.Contains(p, name) }

// lives pass all phases that a task, a round, a dispute and a bond know.
var lives = []life{
	{"split", 3, 60_000, 5, splitActs, []string{
		"task OPEN", "task MATCHED", "task COMMITTING", "task REVEALING", "task SPLIT", "task SETTLED", "task pruned",
		"dispute QUEUED", "dispute TRACE_DUE", "dispute CHOICE_DUE", "dispute CHILDREN_DUE", "dispute CHUNK_DUE", "dispute STEP_DUE",
		"dispute RESOLVED", "bond unbonding",
	}},
	{"stalled", 6, 60_000, 5, stalledActs, []string{"task OPEN", "task MATCHED", "task COMMITTING", "task REVEALING", "task STALLED", "task SETTLED", "task pruned"}},
	{"challenged", 5, 60_000, 50, challengedActs, []string{
		"task OPEN", "task MATCHED", "task COMMITTING", "task REVEALING", "task SETTLED", "task OVERTURNED", "task pruned",
		"dispute QUEUED", "dispute TRACE_DUE", "dispute CHOICE_DUE", "dispute CHILDREN_DUE", "dispute CHUNK_DUE", "dispute STEP_DUE", "dispute RESOLVED",
	}},
	{"unmatched", 3, 60_000, 5, nothing, []string{"task OPEN", "task REFUNDED", "task pruned"}},
}

// crashes: a node is killed in every block of each life, after it has run the block and before it has committed it, and
// again after the commit; it replays the block from its log. Beside it the same life is led without a kill.
func crashes(r *report) {
	for _, l := range lives {
		quiet, killed := &led{}, &led{kill: true}
		quiet.lead(r, l)
		killed.lead(r, l)
		r.exact(l.name+": phases in which the node was killed", len(l.phases), killed.met(r, l))
		r.exact(l.name+": blocks replayed with the same hash and results", killed.blocks, killed.same)
		r.exact(l.name+": app hashes equal to the life without a kill", true, slices.Equal(quiet.hashes, killed.hashes))
		r.exact(l.name+": control: replayed without a transaction: must differ", killed.full, killed.differ)
	}
}

// exports: the state is exported in every phase of each life and imported into another chain, which then gets the same
// blocks as the original to the end.
func exports(r *report) {
	for _, l := range lives {
		e := &led{export: true}
		t := e.lead(r, l)
		r.exact(l.name+": phases in which the state was exported", len(l.phases), e.met(r, l))
		r.exact(l.name+": imports that export the same bytes", len(e.copies), e.bytesSame)
		end, alike := ownState(t.World), 0
		for _, c := range e.copies {
			if ownState(c) == end {
				alike++
			}
		}
		r.exact(l.name+": imports with the original's results and state at the end", len(e.copies), alike)
		r.exact(l.name+": control: imports that miss a transaction: must differ after it", e.deafened, e.differ)
	}
}

// ownState is what our modules and the bank would export.
func ownState(w *kit.World) string {
	exported, err := w.Chain.App.ExportAppStateAndValidators(false, nil, []string{
		banktypes.ModuleName, beacontypes.ModuleName, computetypes.ModuleName, attesttypes.ModuleName, rewardtypes.ModuleName,
	})
	must(err)
	return string(exported.AppState)
}

// led is a life as it was led.
type led struct {
	kill, export bool

	phases        map[string]bool
	hashes        []string
	blocks, same  int // blocks run, and those that came out the same after a kill
	full, differ  int // controls: blocks with transactions, and those that came out otherwise without them
	copies        []*kit.World
	bytesSame     int
	deafened      int          // control: copies that missed the first transaction after them
	deaf          []*kit.World // those that wait for it
	lastPhasesKey string
}

// met counts the phases of the life's list that were passed, and names the others in the failure.
func (e *led) met(r *report, l life) (met int) {
	for _, name := range l.phases {
		if e.phases[name] {
			met++
		} else {
			r.Errorf("the life %q has not passed %q", l.name, name)
		}
	}
	return met
}

// lead leads a life to the pruning of its task and the end of an unbonding.
func (e *led) lead(r *report, l life) *table {
	e.phases = map[string]bool{}
	setup := kit.DefaultSetup(l.providers)
	setup.Compute = func(p *computetypes.Params) {
		p.OpenWindow, p.ChallengeWindow, p.RetentionWindow = 10, l.challenge, l.challenge+3
	}
	setup.Reward = func(p *rewardtypes.Params) { p.UnbondingWindow = l.challenge + 5 }
	t := newTable(r, setup)
	terms := t.Terms(kit.TheModel, l.maxPrice)
	terms.MaxOutputTokens = 4
	requester := "alice"
	if l.name == "unmatched" {
		requester = "p1" // which may not sit on its own task, so that one seat is wanting
	}
	e.run(r, t, []kit.Tx{msg(t.Post(requester, requester, terms, kit.Input(5, 6, 7)))})
	const longest = 300
	for range longest {
		at := t.standing()
		for _, name := range at {
			e.phases[name] = true
		}
		if at.has("task pruned") && !at.has("bond unbonding") {
			return t
		}
		if e.export {
			e.copyIn(r, t, at)
		}
		e.run(r, t, l.acts(t, at))
	}
	r.Fatalf("the life %q does not end within %d blocks: %v", l.name, longest, t.standing())
	return nil
}

// standing says where everything stands: the task as queries show it, the disputes, the bonds.
func (t *table) standing() (at phases) {
	if res, err := t.Look(1); err != nil {
		at = append(at, "task pruned")
	} else {
		at = append(at, "task "+strings.TrimPrefix(res.Progress.Status.String(), "TASK_STATUS_"))
		for _, d := range t.Disputes(1) {
			if name := "dispute " + strings.TrimPrefix(d.Phase.String(), "DISPUTE_PHASE_"); !at.has(name) {
				at = append(at, name)
			}
		}
	}
	if len(t.rewardState().Unbondings) > 0 {
		at = append(at, "bond unbonding")
	}
	return at
}

func (t *table) rewardState() *rewardtypes.GenesisState {
	gs, err := t.Chain.App.Reward.ExportGenesis(t.Ctx())
	must(err)
	return gs
}

// run makes one block in which all transactions succeed.
func (e *led) run(r *report, t *table, txs []kit.Tx) {
	raw := make([][]byte, len(txs))
	for i, tx := range txs {
		raw[i] = t.Sign(tx)
	}
	req := t.Chain.Propose(r.T, raw...)
	if t.Chain.Process(r.T, req) != abci.ResponseProcessProposal_ACCEPT {
		r.Fatalf("the proposal of block %d is rejected", req.Height)
	}
	res := t.Chain.Finalize(r.T, req)
	for i, tx := range res.TxResults { // the proposer's proof is no transaction
		isOwn := slices.ContainsFunc(raw, func(own []byte) bool { return bytes.Equal(own, req.Txs[i]) })
		if isOwn && tx.Code != 0 {
			r.Fatalf("transaction %d of block %d: %s", i, req.Height, tx.Log)
		}
	}
	e.blocks++
	if e.kill {
		e.killAndReplay(r, t, req, res, len(txs))
	} else {
		t.Chain.Commit(r.T)
	}
	e.hashes = append(e.hashes, string(t.Chain.AppHash()))
	if !bytes.Equal(t.Chain.AppHash(), res.AppHash) {
		r.Errorf("block %d was committed with another hash than it was run with", req.Height)
	}
	e.follow(r, t, req, res)
}

// killAndReplay drops the application with the block that it has run and not committed. What starts on its database is
// first given another block, as a control, and killed again.
func (e *led) killAndReplay(r *report, t *table, req *abci.RequestFinalizeBlock, first *abci.ResponseFinalizeBlock, own int) {
	before := t.Chain.Time
	restart := func() {
		t.Restart()
		t.Chain.Height, t.Chain.Time = req.Height, before
	}
	if own > 0 {
		e.full++
		restart()
		less := *req
		less.Txs = req.Txs[:len(req.Txs)-1]
		if !bytes.Equal(t.Chain.Finalize(r.T, &less).AppHash, first.AppHash) {
			e.differ++
		}
	}
	restart()
	accepted := t.Chain.Process(r.T, req) == abci.ResponseProcessProposal_ACCEPT
	again := t.Chain.Finalize(r.T, req)
	if accepted && bytes.Equal(again.AppHash, first.AppHash) && fmt.Sprint(again) == fmt.Sprint(first) {
		e.same++
	}
	t.Chain.Commit(r.T)
	restart()
}

// copyIn exports in a phase that was not met before, imports twice, and compares the bytes.
func (e *led) copyIn(r *report, t *table, at phases) {
	key := strings.Join(at, ",")
	if key == e.lastPhasesKey {
		return
	}
	e.lastPhasesKey = key
	c, err := t.RoundTrip()
	if err != nil {
		r.Errorf("%s: %v", key, err)
	} else {
		e.bytesSame++
	}
	e.copies = append(e.copies, c)
	d, err := t.RoundTrip()
	if err == nil {
		e.deaf = append(e.deaf, d)
	}
}

// follow gives the copies the block that the original has made. The deaf ones, a control, get the first block with
// transactions without one of them, and are then compared and dropped.
func (e *led) follow(r *report, t *table, req *abci.RequestFinalizeBlock, want *abci.ResponseFinalizeBlock) {
	run := func(c *kit.World, req *abci.RequestFinalizeBlock) *abci.ResponseFinalizeBlock {
		c.Chain.Height, c.Chain.Time = req.Height, req.Time
		res := c.Chain.Finalize(r.T, req)
		c.Chain.Commit(r.T)
		return res
	}
	for _, c := range e.copies {
		got := run(c, req)
		if fmt.Sprint(got.TxResults, got.Events) != fmt.Sprint(want.TxResults, want.Events) {
			r.Errorf("block %d has other results on an import", req.Height)
		}
	}
	n := len(req.Txs)
	if n <= 1 { // the proposer's proof alone
		for _, d := range e.deaf {
			run(d, req)
		}
		return
	}
	less := *req
	less.Txs = req.Txs[:n-1]
	for _, d := range e.deaf {
		run(d, &less)
		e.deafened++
		if ownState(d) != ownState(t.World) {
			e.differ++
		}
	}
	e.deaf = nil
}
