package abci_test

import (
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/types/mempool"

	"github.com/aichain/aichain/app/apptest"
)

// BenchmarkPrepare tells what proposing a block of 1 000 transfers costs: out of our pool, and as the SDK does it with its
// priority mempool, which checks each of them again; and what checking them again after a block costs, as CometBFT asks.
func BenchmarkPrepare(b *testing.B) {
	const accounts, each, gas = 50, 20, 65_000
	sdkPool := mempool.NewPriorityMempool(mempool.DefaultPriorityNonceMempoolConfig())
	c := apptest.New(b, apptest.Options{Accounts: accounts, BaseApp: []func(*baseapp.BaseApp){baseapp.SetMempool(sdkPool)}})
	var txs [][]byte
	for range each {
		for i := range accounts {
			tx := send(b, c, i, (i+1)%accounts, gas)
			require.Zero(b, c.CheckTx(b, tx, false).Code)
			txs = append(txs, tx)
		}
	}
	req := &abci.RequestPrepareProposal{MaxTxBytes: 4 << 20, Height: c.Height + 1, Time: c.Time, ProposerAddress: c.Validators[0].Cons, Txs: txs}
	prepare := func(b *testing.B) int {
		res, err := c.App.PrepareProposal(req)
		require.NoError(b, err)
		return len(res.Txs)
	}
	b.Run("pool", func(b *testing.B) {
		for b.Loop() {
			require.Equal(b, len(txs)+1, prepare(b))
		}
	})
	b.Run("sdk", func(b *testing.B) {
		handler := baseapp.NewDefaultProposalHandler(sdkPool, c.App.BaseApp).PrepareProposalHandler()
		for b.Loop() {
			b.StopTimer()
			prepare(b) // a fresh state
			b.StartTimer()
			res, err := handler(c.Ctx(), req)
			require.NoError(b, err)
			require.Len(b, res.Txs, len(txs))
		}
	})
	b.Run("recheck", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			c.Finalize(b, c.Request())
			c.Commit(b)
			b.StartTimer()
			for _, tx := range txs {
				require.Zero(b, c.CheckTx(b, tx, true).Code)
			}
		}
	})
}
