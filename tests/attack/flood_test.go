package attack

import (
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/app/ante"
	"github.com/aichain/aichain/app/pool"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

const (
	// cometSize is how many transactions CometBFT's mempool holds unless told otherwise.
	cometSize = 5_000
	// fullGas is what one transaction of the flood asks for: ten fill a block.
	fullGas = app.MaxBlockGas / 10
	// fillPrice is what it costs to fill a block at the least price, uaic.
	fillPrice = app.MaxBlockGas / 1_000
)

// node is one with CometBFT's mempool beside the application: in order of arrival, rechecked after each block.
type node struct {
	*kit.World

	waiting [][]byte
	// isFIFO is the control: the application has no pool, and a block is what CometBFT takes from the front, with seat
	// messages among that moved before the rest.
	isFIFO bool
}

// offer hands a transaction to the mempool and tells whether it is taken.
func (n *node) offer(tx kit.Tx) bool {
	if len(n.waiting) >= cometSize {
		return false
	}
	raw := n.Sign(tx)
	if n.isFIFO {
		if _, _, _, err := n.Chain.App.RunTx(sdk.ExecModeCheck, raw, nil, -1, nil, nil); err != nil {
			return false
		}
	} else if res := n.Chain.CheckTx(n.TB, raw, false); res.Code != 0 {
		return false
	}
	n.waiting = append(n.waiting, raw)
	return true
}

// reap takes from the front what fits into a block's gas.
func (n *node) reap() (out [][]byte) {
	left := uint64(app.MaxBlockGas)
	for _, raw := range n.waiting {
		gas := n.decode(raw).(sdk.FeeTx).GetGas()
		if gas > left {
			return out
		}
		left, out = left-gas, append(out, raw)
	}
	return out
}

func (n *node) decode(raw []byte) sdk.Tx {
	tx, err := n.Chain.App.TxDecode(raw)
	must(err)
	return tx
}

// block runs the next block and rechecks what still waits. It returns how many transactions were in it.
func (n *node) block() int {
	n.TB.Helper()
	var req *abci.RequestFinalizeBlock
	if n.isFIFO {
		var front, back [][]byte
		for _, raw := range n.reap() {
			if ante.IsSeatTx(n.decode(raw)) {
				front = append(front, raw)
			} else {
				back = append(back, raw)
			}
		}
		req = n.Chain.Request(append(front, back...)...)
	} else {
		req = n.Chain.Propose(n.TB, n.reap()...)
	}
	if got := n.Chain.Process(n.TB, req); got != abci.ResponseProcessProposal_ACCEPT {
		n.TB.Fatalf("the proposal of height %d is rejected", req.Height)
	}
	n.Chain.Finalize(n.TB, req)
	n.Chain.Commit(n.TB)
	isIn := map[string]bool{}
	for _, raw := range req.Txs {
		isIn[string(raw)] = true
	}
	var left [][]byte
	for _, raw := range n.waiting {
		if isIn[string(raw)] {
			continue
		}
		var isValid bool
		if n.isFIFO {
			_, _, _, err := n.Chain.App.RunTx(sdk.ExecModeReCheck, raw, nil, -1, nil, nil)
			isValid = err == nil
		} else {
			isValid = n.Chain.CheckTx(n.TB, raw, true).Code == 0
		}
		if isValid {
			left = append(left, raw)
		}
	}
	n.waiting = left
	return len(req.Txs)
}

// transfer pays the least price for its gas limit, which is what counts in a block.
func (n *node) transfer(from string, gas uint64, times uint64) kit.Tx {
	return kit.Tx{Gas: gas, HasFee: true, Fee: times * gas / 1_000, Msgs: []sdk.Msg{
		banktypes.NewMsgSend(n.Account(from).Addr, n.Account("bob").Addr, sdk.NewCoins(kit.Coin(1))),
	}}
}

// floods fills so many blocks in front of everything that comes later.
func (n *node) floods(blocks int) (taken int) {
	for range 10 * blocks {
		if n.offer(n.transfer("mallory", fullGas, 1)) {
			taken++
		}
	}
	return taken
}

// blocksUntil runs blocks until something is so, at most 40, and returns how many it took.
func (n *node) blocksUntil(is func() bool) int {
	for i := range 40 {
		if is() {
			return i
		}
		n.block()
	}
	return 40
}

// paidFlood: transactions that pay the least price fill all blocks of 25, in front of a reveal (window 10 blocks) and of a
// move of a dispute (window 20). In order of arrival both are late, and silence loses the lien.
func paidFlood(r *report) {
	r.exact("price of filling a block, uaic", 200_000, fillPrice)
	for _, isFIFO := range []bool{false, true} {
		who := ""
		if isFIFO {
			who = "control, in order of arrival: "
		}
		floodReveals(r, isFIFO, who)
		floodMove(r, isFIFO, who)
	}
	floodPrices(r)
	floodUnpaid(r, false)
	floodUnpaid(r, true)
	floodSize(r)
}

// floodBlocks is how many blocks the flood fills.
const floodBlocks = 25

// floodReveals: all three seats reveal while the flood waits.
func floodReveals(r *report, isFIFO bool, who string) {
	n := &node{World: kit.New(r.T, kit.DefaultSetup(3)), isFIFO: isFIFO}
	ask(n.World, 1_000_000, 1)
	seats := n.Seats(1)
	for _, s := range seats {
		n.Must(msg(n.Commit(s, truth, 1)))
	}
	r.exact(who+"flood taken, of 250", 250, n.floods(floodBlocks))
	for _, s := range seats {
		if !n.offer(msg(n.Reveal(s, truth, true, 1))) {
			r.Errorf("%s: the reveal is refused", s)
		}
	}
	took := n.blocksUntil(func() bool { return n.Round(1, 0).Verdict != attesttypes.VERDICT_UNSPECIFIED })
	missed := 0
	for _, s := range n.Round(1, 0).Seats {
		if !s.HasRevealed() {
			missed++
		}
	}
	if isFIFO {
		r.exact(who+"seats that were late, of 3", 3, missed)
		return
	}
	r.exact("blocks until the reveals are in and the verdict falls", 1, took)
	r.exact("seats that were late, of 3", 0, missed)
}

// floodMove: a solver shows its children while 25 blocks of the flood wait.
func floodMove(r *report, isFIFO bool, who string) {
	t, ids := splitIn(r, 1, attesttypes.DISPUTE_PHASE_CHILDREN_DUE, attesttypes.DefaultDisputeWindow)
	n := &node{World: t.World, isFIFO: isFIFO}
	n.floods(floodBlocks)
	before := len(t.Dispute(ids[0]).Dispute.Moves)
	if !n.offer(msg(t.moveIn(ids[0]))) {
		r.Errorf("%sthe move is refused", who)
	}
	took := n.blocksUntil(func() bool {
		d := t.Dispute(ids[0]).Dispute
		return len(d.Moves) > before || !d.IsOpen()
	})
	d := t.Dispute(ids[0]).Dispute
	if isFIFO {
		r.exact(who+"the dispute ends with", "SOLVER_SILENT", kit.Short(d.End))
		return
	}
	r.exact("blocks until a move of a dispute is in", 1, took)
	r.exact("the dispute goes on to", "CHOICE_DUE", kit.Short(d.Phase))
}

// floodPrices: somebody else's transaction at the same price, while the flood comes out of one account, and at the double
// price, while it comes out of many.
func floodPrices(r *report) {
	n := &node{World: kit.New(r.T, kit.DefaultSetup(3))}
	n.floods(floodBlocks)
	carol := n.Purse("carol")
	n.offer(n.transfer("carol", 100_000, 1))
	r.exact("blocks until another's transfer at the same price is in", 1, n.blocksUntil(func() bool { return n.Purse("carol") < carol }))

	setup := kit.DefaultSetup(3)
	setup.Strangers = 10 * floodBlocks
	n = &node{World: kit.New(r.T, setup)}
	for i := range setup.Strangers {
		n.offer(n.transfer(fmt.Sprintf("s%d", i+1), fullGas, 1))
	}
	carol = n.Purse("carol")
	n.offer(n.transfer("carol", 100_000, 2))
	r.exact("from 250 accounts: blocks until a transfer at the double price is in", 1, n.blocksUntil(func() bool { return n.Purse("carol") < carol }))
}

// unpaidBlocks is for how many blocks the capital moves on.
const unpaidBlocks = 10

// empties offers four transactions at four times the least price that ask for a whole block: the first moves all that the
// account has to the next, so that the others fail in the block and pay nothing.
func (n *node) empties(r *report, k int) {
	from, to := fmt.Sprintf("s%d", k+1), fmt.Sprintf("s%d", k+2)
	if n.isFIFO {
		to = fmt.Sprintf("s%d", unpaidBlocks+1) // all are in line at once, and who receives something has to pay
	}
	first := n.transfer(from, 100_000, 4)
	first.Msgs = []sdk.Msg{banktypes.NewMsgSend(n.Account(from).Addr, n.Account(to).Addr, sdk.NewCoins(kit.Coin(n.Purse(from)-first.Fee)))}
	const most = app.MaxBlockGas/2 - 1_000_000
	for _, tx := range []kit.Tx{first, n.transfer(from, most, 4), n.transfer(from, most, 4), n.transfer(from, 1_900_000, 4)} {
		if !n.offer(tx) {
			r.Errorf("%s: a transaction of the flood is refused", from)
		}
	}
}

// floodUnpaid: a flood that asks for ten blocks and pays for ten transfers. In order of arrival it keeps everybody out for so
// long; by price alone it would too, with capital that is moved on in each block.
func floodUnpaid(r *report, isFIFO bool) {
	setup := kit.DefaultSetup(3)
	setup.Strangers = unpaidBlocks + 1
	n := &node{World: kit.New(r.T, setup), isFIFO: isFIFO}
	carol, owned := n.Purse("carol"), uint64(0)
	for k := range setup.Strangers {
		owned += n.Purse(fmt.Sprintf("s%d", k+1))
	}
	is := func() bool { return n.Purse("carol") < carol }
	took := 0
	if isFIFO {
		for k := range unpaidBlocks {
			n.empties(r, k)
		}
		n.offer(n.transfer("carol", 100_000, 1))
		took = n.blocksUntil(is)
	} else {
		n.offer(n.transfer("carol", 100_000, 1))
		for k := range unpaidBlocks {
			n.empties(r, k)
			n.block()
			if !is() {
				took++
			}
		}
		took++
	}
	for k := range setup.Strangers {
		owned -= n.Purse(fmt.Sprintf("s%d", k+1))
	}
	if isFIFO {
		r.exact("control, in order of arrival: blocks that ten emptied accounts keep a transfer out", unpaidBlocks+1, took)
		r.exact("control: paid for them, uaic", unpaidBlocks*400, owned)
		return
	}
	r.exact("an account emptied in each block: blocks until a transfer at a quarter of its price is in", 1, took)
}

// floodSize: small transactions, more than CometBFT's mempool holds; then a seat commits.
func floodSize(r *report) {
	const each = 1_000
	limits := pool.DefaultLimits()
	for _, isFIFO := range []bool{false, true} {
		setup := kit.DefaultSetup(3)
		setup.Strangers = cometSize / each
		n := &node{World: kit.New(r.T, setup), isFIFO: isFIFO}
		ask(n.World, 1_000_000, 1)
		taken := 0
		for i := range setup.Strangers {
			for range each {
				if n.offer(n.transfer(fmt.Sprintf("s%d", i+1), 100_000, 1)) {
					taken++
				}
			}
		}
		commit := n.offer(msg(n.Commit(n.Seats(1)[0], truth, 1)))
		if isFIFO {
			r.exact("control, CometBFT's limit alone: taken of 5 000", cometSize, taken)
			r.exact("control: a due commit is taken", false, commit)
			continue
		}
		// The first of the fifth account is sure to pay, and more than half of the pool is not: 64 make room for it.
		r.exact("small transactions taken, of 5 000", limits.Paid.Txs+64, taken)
		r.exact("a due commit is taken", true, commit)
	}
}
