package ante_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/client"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/aichain/aichain/app/apptest"
	"github.com/aichain/aichain/rules/payout"
)

// paidBy lets another account pay.
func paidBy(cfg client.TxConfig, granter *apptest.Account) client.TxConfig {
	return timed{cfg, func(b client.TxBuilder) { b.SetFeeGranter(granter.Addr) }}
}

// TestAnAllowanceThatEndsDoesNotWait: the check knows the time of the block before. An allowance that ends, or shrinks, with
// the time of the next pays for nothing there, and whoever gave itself a few for each block could fill blocks unpaid.
func TestAnAllowanceThatEndsDoesNotWait(t *testing.T) {
	for name, v := range map[string]struct {
		make func(next time.Time) feegrant.FeeAllowanceI
		is   error
	}{
		"ends": {func(next time.Time) feegrant.FeeAllowanceI {
			end := next.Add(-time.Nanosecond)
			return &feegrant.BasicAllowance{Expiration: &end}
		}, feegrant.ErrFeeLimitExpired},
		"shrinks": {func(next time.Time) feegrant.FeeAllowanceI {
			return &feegrant.PeriodicAllowance{
				Period: time.Hour, PeriodReset: next, PeriodCanSpend: sdk.NewCoins(sdk.NewInt64Coin(payout.Denom, 1_000_000)),
				PeriodSpendLimit: sdk.NewCoins(sdk.NewInt64Coin(payout.Denom, 1)),
			}
		}, feegrant.ErrFeeLimitExceeded},
		"lasts": {func(next time.Time) feegrant.FeeAllowanceI {
			end := next.Add(24 * time.Hour)
			return &feegrant.BasicAllowance{Expiration: &end}
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c := apptest.New(t, apptest.Options{Accounts: 4})
			c.Blocks(t, 1)
			acc := c.Accounts
			give, err := feegrant.NewMsgGrantAllowance(v.make(c.Time.Add(2*apptest.BlockTime)), acc[2].Addr, acc[1].Addr)
			require.NoError(t, err)
			c.Do(t, acc[2], 300_000, give)
			tx, err := apptest.SignTx(paidBy(c.App.TxConfig(), acc[2]), c.ChainID(), acc[1], 200_000, apptest.Fee(200_000), send(acc[1]))
			require.NoError(t, err)
			res := c.CheckTx(t, tx, false)
			in := c.Finalize(t, c.Request(tx)).TxResults[0]
			if v.is == nil {
				require.Zero(t, res.Code, res.Log)
				require.Zero(t, in.Code, in.Log)
				return
			}
			is(t, in.Code, in.Codespace, v.is)
			is(t, res.Code, res.Codespace, v.is)
		})
	}
}
