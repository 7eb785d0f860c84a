package retention

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtbytes "github.com/cometbft/cometbft/libs/bytes"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	ctypes "github.com/cometbft/cometbft/rpc/core/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/baseapp"
	pruningtypes "github.com/cosmos/cosmos-sdk/store/v2/pruning/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/app/apptest"
	"github.com/aichain/aichain/client/receipt/receipttest"
	"github.com/aichain/aichain/rules/result"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

const (
	// batch is how many tasks a block brings, the batch that the cost targets speak of.
	batch = 100
	// providers are more than the three seats and the blind one.
	providers = 6
	// maxPrice is the ceiling of a task, uaic.
	maxPrice = 100_000
	// maxMessage is the default max_batch of a seat message.
	maxMessage = 200
)

// answer is what every seat finds.
var answer = kit.Answer{Output: []uint32{300, 301, 302}, Stop: result.StopEnd}

// market is a chain with requesters and honest providers on it, and signed headers over its states.
type market struct {
	*receipttest.Headers
	w *kit.World

	rounds  map[uint64]attesttypes.Round // of tasks under way
	commits map[string][]uint64          // provider → tasks to commit on in the next block
	reveals map[uint64][]uint64          // block → tasks that are to be revealed in it
	audited map[uint64]bool              // tasks that wait for their blind seat

	posted, settled int
	audits          int
	removed         int
	// closed tells of each task that settles, if not nil.
	closed func(task, height uint64)
	// each runs after every block, if not nil.
	each func()
}

// newMarket starts a chain with the parameters of a new one on a database; it keeps the states of a hundred blocks.
func newMarket(tb testing.TB, db dbm.DB) *market {
	tb.Helper()
	s := kit.DefaultSetup(providers)
	s.Bond, s.Slots = 500_000_000_000, 10_000 // room for a challenge window full of liens
	s.AuditBps = computetypes.DefaultParams().AuditBps
	s.Chain.DB, s.Chain.Genesis = db, fewHeaders
	// Past states are removed within Commit: what removes them beside it would still do so when the database is closed.
	s.Chain.BaseApp = []func(*baseapp.BaseApp){
		baseapp.SetPruning(pruningtypes.NewCustomPruningOptions(100, 10)), baseapp.SetIAVLSyncPruning(true),
	}
	w := kit.New(tb, s)
	return &market{
		w: w, Headers: receipttest.New(tb, w.ChainID(), int64(w.Height()), "a", "b", "c", "d"),
		rounds: map[uint64]attesttypes.Round{}, commits: map[string][]uint64{}, reveals: map[uint64][]uint64{}, audited: map[uint64]bool{},
	}
}

// fewHeaders lets x/staking keep a header and the validators of so many blocks only. A new chain has it keep 10 000, for light
// clients of other chains; that window fills with time, tasks or not, and is to be full at the first count.
func fewHeaders(a *app.App, gs map[string]json.RawMessage) {
	apptest.Edit(a, gs, stakingtypes.ModuleName, func(g *stakingtypes.GenesisState) { g.Params.HistoricalEntries = 100 })
}

// ABCIQueryWithOptions makes the market a receipt.Node, with Headers.
func (m *market) ABCIQueryWithOptions(ctx context.Context, path string, data cmtbytes.HexBytes, o rpcclient.ABCIQueryOptions) (*ctypes.ResultABCIQuery, error) {
	res, err := m.w.Chain.App.Query(ctx, &abci.RequestQuery{Path: path, Data: data, Height: o.Height, Prove: o.Prove})
	if err != nil {
		return nil, err
	}
	return &ctypes.ResultABCIQuery{Response: *res}, nil
}

// block makes one block: n tasks are posted, and seats send what is due.
func (m *market) block(n int) {
	m.w.TB.Helper()
	var txs []kit.Tx
	if n > 0 {
		txs = append(txs, kit.Tx{Msgs: []sdk.Msg{m.post(n)}})
	}
	next := m.w.Height() + 1
	for i := range providers {
		name := fmt.Sprintf("p%d", i+1)
		txs = append(txs, m.seatMessages(name, next)...)
	}
	for _, id := range m.reveals[next] {
		delete(m.rounds, id)
	}
	clear(m.commits)
	delete(m.reveals, next)
	m.Next(m.w.Chain.AppHash())
	b := m.w.Must(txs...)
	for _, r := range b.Results {
		m.hear(b.Height, r.Events)
	}
	m.hear(b.Height, b.Events)
	if m.each != nil {
		m.each()
	}
}

// post asks n questions, each under a name of its own.
func (m *market) post(n int) sdk.Msg {
	in := make([]computetypes.TaskInput, n)
	for i := range in {
		m.posted++
		in[i] = computetypes.TaskInput{ClientRef: fmt.Sprintf("%08d", m.posted), Tokens: []uint32{5, 6, 7, 8, 9, 300, 301, 302}}
	}
	return m.w.Post("alice", "alice", m.w.Terms(kit.TheModel, maxPrice), in...)
}

// seatMessages are what a provider sends in a block.
func (m *market) seatMessages(name string, height uint64) (txs []kit.Tx) {
	provider := m.w.Address(name)
	for ids := m.commits[provider]; len(ids) > 0; ids = ids[min(len(ids), maxMessage):] {
		msg := &attesttypes.MsgCommitResult{Provider: provider}
		for _, id := range ids[:min(len(ids), maxMessage)] {
			r := m.rounds[id]
			root := result.Root(r.ModelId, r.InputDigest, answer.Output, answer.Stop)
			c := result.Commitment(m.w.ChainID(), id, r.Round, m.w.Account(name).Addr, root, kit.Salt(name, id, r.Round))
			msg.Commits = append(msg.Commits, attesttypes.Commit{TaskId: id, Round: r.Round, Commitment: c[:]})
		}
		txs = append(txs, kit.Tx{Msgs: []sdk.Msg{msg}})
	}
	var reveals []attesttypes.Reveal
	for _, id := range m.reveals[height] {
		r := m.rounds[id]
		if r.SeatOf(provider) < 0 {
			continue
		}
		salt := kit.Salt(name, id, r.Round)
		reveals = append(reveals, attesttypes.Reveal{TaskId: id, Round: r.Round, Salt: salt[:], Output: answer.Output, Stop: answer.Stop})
	}
	for ; len(reveals) > 0; reveals = reveals[min(len(reveals), maxMessage):] {
		txs = append(txs, kit.Tx{Msgs: []sdk.Msg{&attesttypes.MsgRevealResult{Provider: provider, Reveals: reveals[:min(len(reveals), maxMessage)]}}})
	}
	return txs
}

// hear learns from events what is due.
func (m *market) hear(height uint64, events []proto.Message) {
	m.w.TB.Helper()
	for _, event := range events {
		switch e := event.(type) {
		case *computetypes.EventTaskMatched:
			if e.Role == computetypes.SEAT_ROLE_AUDIT {
				m.audits++
				m.audited[e.TaskId] = true
			}
			m.rounds[e.TaskId] = m.w.Round(e.TaskId, e.Round)
			for _, p := range e.Providers {
				m.commits[p] = append(m.commits[p], e.TaskId)
			}
		case *attesttypes.EventRevealsOpened:
			m.open(height, e.TaskIds)
		case *computetypes.EventTaskClosed:
			require.Equal(m.w.TB, computetypes.TASK_STATUS_SETTLED, e.Status, "task %d: %s", e.TaskId, e.Reason)
			m.settled++
			if m.closed != nil {
				m.closed(e.TaskId, height)
			}
		case *computetypes.EventTaskPruned:
			m.removed++
		}
	}
	m.postpone(height)
}

// open notes rounds for the second block after: the lot for their blind seats falls in the next.
func (m *market) open(height uint64, ids []uint64) {
	m.reveals[height+2] = append(m.reveals[height+2], ids...)
	for _, id := range ids {
		delete(m.audited, id)
	}
}

// postpone takes back what got a blind seat instead: it opens again when that has committed.
func (m *market) postpone(height uint64) {
	due := m.reveals[height+1][:0]
	for _, id := range m.reveals[height+1] {
		if !m.audited[id] {
			due = append(due, id)
		}
	}
	m.reveals[height+1] = due
}

// run makes blocks with a batch in each until so many tasks are posted, and goes on until all are settled.
func (m *market) run(tasks int) {
	m.w.TB.Helper()
	for end := m.posted + tasks; m.posted < end; {
		m.block(min(batch, end-m.posted))
	}
	for range computetypes.DefaultParams().OpenWindow {
		if m.settled == m.posted {
			return
		}
		m.block(0)
	}
	m.w.TB.Fatalf("expected %d tasks settled, got %d", m.posted, m.settled)
}

// idle makes blocks without new work until every task is removed and then so many more.
func (m *market) idle(more int) {
	m.w.TB.Helper()
	p := computetypes.DefaultParams()
	for range int(p.RetentionWindow) + m.posted/int(p.PruneBudget) + 10 {
		if m.removed == m.posted {
			break
		}
		m.block(0)
	}
	require.Equal(m.w.TB, m.posted, m.removed, "tasks that were removed in time")
	for range more {
		m.block(0)
	}
}
