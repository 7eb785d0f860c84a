package abci_test

import (
	"bytes"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/server"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aichain/aichain/app/apptest"
	"github.com/aichain/aichain/rules/beacon"
	"github.com/aichain/aichain/rules/payout"
)

const (
	accept = abci.ResponseProcessProposal_ACCEPT
	reject = abci.ResponseProcessProposal_REJECT
)

// send is a transfer that pays its fee.
func send(t testing.TB, c *apptest.Chain, from, to int, gas uint64) []byte {
	t.Helper()
	return c.Sign(t, c.Accounts[from], gas, apptest.Fee(gas), &banktypes.MsgSend{
		FromAddress: c.Accounts[from].Addr.String(), ToAddress: c.Accounts[to].Addr.String(),
		Amount: sdk.NewCoins(sdk.NewInt64Coin(payout.Denom, 1)),
	})
}

// injected puts a proof before which every block's magic stands, taken from an honest block.
func injected(honest *abci.RequestFinalizeBlock, proof []byte) []byte {
	magic := honest.Txs[0][:len(honest.Txs[0])-len(proof)]
	return append(bytes.Clone(magic), proof...)
}

// proofOf is what validator v would say at a height over the value before.
func proofOf(t testing.TB, c *apptest.Chain, v int, chainID string, height int64) []byte {
	t.Helper()
	previous, err := c.App.Beacon.At(c.Ctx(), uint64(c.App.LastBlockHeight()))
	require.NoError(t, err)
	return c.Validators[v].Vrf.Prove(beacon.Alpha(chainID, previous, uint64(height)))
}

// TestLyingProposers: every way to lie is rejected; silence and the truth are not.
func TestLyingProposers(t *testing.T) {
	c := apptest.New(t, apptest.Options{Validators: 3, Accounts: 4, MaxGas: 1_000_000})
	c.Blocks(t, 2)
	proposer := c.Proposer
	tx, big := send(t, c, 0, 1, 200_000), send(t, c, 0, 1, 900_000)
	honest := c.Propose(t, tx)
	h := honest.Height
	truth := honest.Txs[0]
	proof := proofOf(t, c, proposer, c.ChainID(), h)
	require.Equal(t, injected(honest, proof), truth)
	flip := func(at int) []byte { b := bytes.Clone(truth); b[at] ^= 1; return b }

	cases := map[string]struct {
		txs  [][]byte
		want abci.ResponseProcessProposal_ProposalStatus
	}{
		"the truth":                     {[][]byte{truth, tx}, accept},
		"silence":                       {[][]byte{tx}, accept},
		"silence in an empty block":     {nil, accept},
		"a changed proof":               {[][]byte{flip(len(truth) - 1), tx}, reject},
		"a changed point":               {[][]byte{flip(len(truth) - 80), tx}, reject},
		"another validator's proof":     {[][]byte{injected(honest, proofOf(t, c, (proposer+1)%3, c.ChainID(), h)), tx}, reject},
		"a proof of the next height":    {[][]byte{injected(honest, proofOf(t, c, proposer, c.ChainID(), h+1)), tx}, reject},
		"a proof of the last height":    {[][]byte{injected(honest, proofOf(t, c, proposer, c.ChainID(), h-1)), tx}, reject},
		"a proof for another chain":     {[][]byte{injected(honest, proofOf(t, c, proposer, "other-1", h)), tx}, reject},
		"twice":                         {[][]byte{truth, truth, tx}, reject},
		"behind a transaction":          {[][]byte{tx, truth}, reject},
		"cut short":                     {[][]byte{truth[:len(truth)-1], tx}, reject},
		"one byte more":                 {[][]byte{append(bytes.Clone(truth), 0), tx}, reject},
		"another magic":                 {[][]byte{flip(5), tx}, reject},
		"bytes that are no transaction": {[][]byte{truth, []byte("hello")}, reject},
		"an empty transaction":          {[][]byte{truth, {}, tx, {0x0a}}, reject},
		"more gas than a block holds":   {[][]byte{truth, tx, big}, reject},
	}
	for name, k := range cases {
		req := *honest
		req.Txs = k.txs
		require.Equal(t, k.want, c.Process(t, &req), name)
	}
	other := *honest
	other.ProposerAddress = c.Validators[(proposer+1)%3].Cons
	require.Equal(t, reject, c.Process(t, &other), "the proof of whom the block does not name")
}

// TestLiesInABlockCannotStopIt: a block that nobody should have voted for still runs, as silence, on every node alike.
func TestLiesInABlockCannotStopIt(t *testing.T) {
	run := func(executor string) ([]byte, *abci.ResponseFinalizeBlock) {
		c := apptest.New(t, apptest.Options{AppOpts: simtestutil.AppOptionsMap{server.FlagBlockExecutor: executor, server.FlagBlockSTMWorkers: 4}})
		honest := c.Propose(t)
		truth := bytes.Clone(honest.Txs[0])
		honest.Txs = [][]byte{{0xff}, truth, truth, []byte("hello"), {}}
		res := c.Finalize(t, honest)
		c.Commit(t)
		g, err := c.App.Beacon.ExportGenesis(c.Ctx())
		require.NoError(t, err)
		require.EqualValues(t, 1, g.Skips)
		return c.AppHash(), res
	}
	a, resA := run("sequential")
	b, resB := run("block-stm")
	require.Equal(t, a, b)
	require.Equal(t, resA.TxResults, resB.TxResults)
}

// TestNothingElseGoesIn: the order of transactions, their number, the time and the hash of a block do not change R;
// the proposer's only choice is silence, and that gives one fixed value.
func TestNothingElseGoesIn(t *testing.T) {
	run := func(change func(c *apptest.Chain, req *abci.RequestFinalizeBlock), txs int) string {
		c := apptest.New(t, apptest.Options{Validators: 2, Accounts: 6})
		var raw [][]byte
		for i := range txs {
			raw = append(raw, send(t, c, i, 5, 200_000))
		}
		req := c.Propose(t, raw...)
		change(c, req)
		require.Equal(t, accept, c.Process(t, req))
		c.Finalize(t, req)
		c.Commit(t)
		r, err := c.App.Beacon.At(c.Ctx(), uint64(c.Height))
		require.NoError(t, err)
		return string(r)
	}
	nothing := func(*apptest.Chain, *abci.RequestFinalizeBlock) {}
	want := run(nothing, 4)
	require.Equal(t, want, run(nothing, 0))
	require.Equal(t, want, run(nothing, 2))
	require.Equal(t, want, run(func(_ *apptest.Chain, r *abci.RequestFinalizeBlock) {
		r.Txs[1], r.Txs[4] = r.Txs[4], r.Txs[1]
	}, 4), "reordered")
	require.Equal(t, want, run(func(_ *apptest.Chain, r *abci.RequestFinalizeBlock) { r.Time = r.Time.AddDate(1, 0, 0) }, 4), "another time")
	require.Equal(t, want, run(func(_ *apptest.Chain, r *abci.RequestFinalizeBlock) { r.Hash = []byte("ground") }, 4), "another hash, as another round has")

	silent := func(_ *apptest.Chain, r *abci.RequestFinalizeBlock) { r.Txs = r.Txs[1:] }
	require.NotEqual(t, want, run(silent, 4))
	require.Equal(t, run(silent, 4), run(silent, 1), "silence is one value")
}

// TestProposerLeavesRoom: the proof counts in the size of the block, and a block too small for it is proposed empty.
func TestProposerLeavesRoom(t *testing.T) {
	c := apptest.New(t, apptest.Options{Accounts: 3})
	tx := send(t, c, 0, 1, 200_000)
	prepare := func(room int64, txs ...[]byte) [][]byte {
		res, err := c.App.PrepareProposal(&abci.RequestPrepareProposal{MaxTxBytes: room, Txs: txs, Height: c.Height + 1, Time: c.Time, ProposerAddress: c.Validators[0].Cons})
		require.NoError(t, err)
		return res.Txs
	}
	size := func(txs [][]byte) int64 { return cmttypes.ComputeProtoSizeForTxs(cmttypes.ToTxs(txs)) }
	full := prepare(1<<20, tx)
	require.Len(t, full, 2)
	for _, room := range []int64{size(full), size(full) - 1, 110, 50, 0} {
		got := prepare(room, tx)
		require.LessOrEqual(t, size(got), room, "room %d", room)
	}
	require.Empty(t, prepare(50, tx))
	require.Len(t, prepare(1<<20, []byte("hello"), tx), 2, "bytes that do not decode are dropped")
}

// TestSilentNodeProposes: a node without a key proposes blocks that everybody accepts.
func TestSilentNodeProposes(t *testing.T) {
	c := apptest.New(t, apptest.Options{Validators: 2})
	c.App.SetProver(nil)
	c.Blocks(t, 3)
	g, err := c.App.Beacon.ExportGenesis(c.Ctx())
	require.NoError(t, err)
	require.EqualValues(t, 3, g.Skips)
}
