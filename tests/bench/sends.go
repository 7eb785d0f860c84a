package bench

import (
	"testing"

	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aichain/aichain/app/apptest"
	"github.com/aichain/aichain/rules/payout"
)

// gasSend is the gas limit of a transfer, and with it what its fee is reckoned on.
const gasSend = 80_000

// crowd is a chain with nothing but people on it.
func crowd(tb testing.TB) *apptest.Chain {
	tb.Helper()
	return crowdWith(tb, nil)
}

// crowdWith is the same under options of the node.
func crowdWith(tb testing.TB, node simtestutil.AppOptionsMap) *apptest.Chain {
	tb.Helper()
	return apptest.New(tb, apptest.Options{Accounts: people, DB: newDB(tb), AppOpts: node})
}

// recordSends makes so many blocks of transfers, each between two others of all people, after lifeBlocks to warm up.
func recordSends(tb testing.TB, blocks, each int) *tape {
	tb.Helper()
	c, t := crowd(tb), &tape{}
	next := 0
	for range lifeBlocks + blocks {
		txs := make([][]byte, each)
		for i := range txs {
			from, to := c.Accounts[next%people], c.Accounts[(next+people/2)%people]
			next++
			txs[i] = c.Sign(tb, from, gasSend, apptest.Fee(gasSend),
				banktypes.NewMsgSend(from.Addr, to.Addr, sdk.NewCoins(sdk.NewInt64Coin(payout.Denom, 1_000))))
		}
		t.record(tb, c, txs)
	}
	return t
}

// warmSends is a chain that stands before the first of them to be measured.
func (t *tape) warmSends(tb testing.TB) *apptest.Chain {
	tb.Helper()
	c := crowd(tb)
	t.play(tb, c, 0, lifeBlocks, false)
	return c
}
