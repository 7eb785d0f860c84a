package apptest

import (
	"bytes"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"
)

// NextBlock proposes a block with the transactions, has it checked, runs and commits it. The results are those of the
// given transactions in their order: what the proposer injected is left out, and a transaction that the proposer
// dropped, because it does not decode or exceeds the block, has a nil result.
func (c *Chain) NextBlock(tb testing.TB, txs ...[]byte) *abci.ResponseFinalizeBlock {
	tb.Helper()
	proposed := c.Propose(tb, txs...)
	require.Equal(tb, abci.ResponseProcessProposal_ACCEPT, c.Process(tb, proposed), "the proposal of height %d is rejected", proposed.Height)
	res := c.Finalize(tb, proposed)
	c.Commit(tb)
	res.TxResults = inOrder(txs, proposed.Txs, res.TxResults)
	return res
}

// inOrder returns the results of txs out of the results of the block's transactions.
func inOrder(txs, block [][]byte, results []*abci.ExecTxResult) []*abci.ExecTxResult {
	out := make([]*abci.ExecTxResult, len(txs))
	used := make([]bool, len(block))
	for i, tx := range txs {
		for j := range block {
			if !used[j] && bytes.Equal(tx, block[j]) {
				out[i], used[j] = results[j], true
				break
			}
		}
	}
	return out
}

// Request is the next block with exactly these transactions, as a silent proposer would have made it; nobody has
// proposed or checked it. The clock and the turn of proposers move on.
func (c *Chain) Request(txs ...[]byte) *abci.RequestFinalizeBlock {
	v := c.Validators[c.Proposer]
	c.Height++
	c.Time = c.Time.Add(BlockTime)
	c.Proposer = (c.Proposer + 1) % len(c.Validators)
	return &abci.RequestFinalizeBlock{
		Height: c.Height, Time: c.Time, Txs: txs, Hash: []byte{byte(c.Height), byte(c.Height >> 8), 1},
		ProposerAddress: v.Cons, DecidedLastCommit: abci.CommitInfo{Votes: c.votes(c.Height)},
	}
}

// Propose is Request with what the proposer makes of the transactions: its proof first, some reordered or dropped.
func (c *Chain) Propose(tb testing.TB, txs ...[]byte) *abci.RequestFinalizeBlock {
	tb.Helper()
	req := c.Request(txs...)
	params := c.App.GetConsensusParams(c.Ctx())
	if params.Block == nil { // before the first block
		params = *c.consensusParams()
	}
	res, err := c.App.PrepareProposal(&abci.RequestPrepareProposal{
		MaxTxBytes: params.Block.MaxBytes, Txs: txs, Height: req.Height, Time: req.Time, ProposerAddress: req.ProposerAddress,
	})
	require.NoError(tb, err)
	req.Txs = res.Txs
	return req
}

// Process asks whether a proposed block may be voted for.
func (c *Chain) Process(tb testing.TB, req *abci.RequestFinalizeBlock) abci.ResponseProcessProposal_ProposalStatus {
	tb.Helper()
	res, err := c.App.ProcessProposal(&abci.RequestProcessProposal{
		Txs: req.Txs, ProposedLastCommit: req.DecidedLastCommit, Hash: req.Hash, Height: req.Height, Time: req.Time, ProposerAddress: req.ProposerAddress,
	})
	require.NoError(tb, err)
	return res.Status
}

// Finalize runs a block; its results are in the order of the block.
func (c *Chain) Finalize(tb testing.TB, req *abci.RequestFinalizeBlock) *abci.ResponseFinalizeBlock {
	tb.Helper()
	res, err := c.App.FinalizeBlock(req)
	require.NoError(tb, err)
	return res
}

// Commit keeps the block that was run, and checks the invariants if the options say so.
func (c *Chain) Commit(tb testing.TB) {
	tb.Helper()
	_, err := c.App.Commit()
	require.NoError(tb, err)
	if c.options.Invariants {
		require.NoError(tb, c.Invariants(), "after block %d", c.Height)
	}
}

// Blocks runs n blocks without transactions.
func (c *Chain) Blocks(tb testing.TB, n int) {
	tb.Helper()
	for range n {
		c.NextBlock(tb)
	}
}

// votes of all validators for the block before; there is none before the first.
func (c *Chain) votes(height int64) []abci.VoteInfo {
	if height <= c.initial {
		return nil
	}
	out := make([]abci.VoteInfo, len(c.Validators))
	for i, v := range c.Validators {
		out[i] = abci.VoteInfo{Validator: abci.Validator{Address: v.Cons, Power: Stake / 1_000_000}, BlockIdFlag: cmtproto.BlockIDFlagCommit}
	}
	return out
}

// CheckTx offers a transaction to the mempool; recheck repeats it as after a block.
func (c *Chain) CheckTx(tb testing.TB, tx []byte, recheck bool) *abci.ResponseCheckTx {
	tb.Helper()
	kind := abci.CheckTxType_New
	if recheck {
		kind = abci.CheckTxType_Recheck
	}
	res, err := c.App.CheckTx(&abci.RequestCheckTx{Tx: tx, Type: kind})
	require.NoError(tb, err)
	return res
}
