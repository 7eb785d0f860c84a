package ante_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/client"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
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

// TestWhatHasNoGasLeftDoesNotWait: what a check needs depends on the state, by the length of a balance for one. With a coin that
// somebody else sends in front of it, a transaction whose check takes all its gas fails in the block, and pays nothing.
func TestWhatHasNoGasLeftDoesNotWait(t *testing.T) {
	const enough = 200_000
	fee := apptest.Fee(enough)
	owns := func(c *apptest.Chain, i int) int64 {
		return c.App.Bank.GetBalance(c.Ctx(), c.Accounts[i].Addr, payout.Denom).Amount.Int64()
	}
	give := func(c *apptest.Chain, from, to int, n int64) sdk.Msg {
		return banktypes.NewMsgSend(c.Accounts[from].Addr, c.Accounts[to].Addr, sdk.NewCoins(sdk.NewInt64Coin(payout.Denom, n)))
	}
	play := func(gas uint64) (check *abci.ResponseCheckTx, paid int64) {
		c := apptest.New(t, apptest.Options{Accounts: 4})
		c.Blocks(t, 1)
		c.Do(t, c.Accounts[1], enough, give(c, 1, 3, owns(c, 1)-1_199-fee[0].Amount.Int64()))
		require.Equal(t, int64(1_199), owns(c, 1)) // 999 once it has paid, and 1 000 with the coin
		first := c.Sign(t, c.Accounts[2], enough, fee, give(c, 2, 1, 1))
		tx := c.Sign(t, c.Accounts[1], gas, fee, send(c.Accounts[1]))
		check = c.CheckTx(t, tx, false)
		res := c.Finalize(t, c.Request(first, tx)).TxResults
		c.Commit(t)
		require.Zero(t, res[0].Code, res[0].Log)
		return check, 1_200 - owns(c, 1)
	}
	ample, paid := play(enough)
	require.Zero(t, ample.Code, ample.Log)
	require.Equal(t, fee[0].Amount.Int64(), paid)
	bare, paid := play(uint64(ample.GasUsed))
	require.Zero(t, paid)
	is(t, bare.Code, bare.Codespace, sdkerrors.ErrOutOfGas)
}

// TestAnAllowanceThatGrowsDoesNotWait: where a period begins, more may have to be written than the check has seen.
func TestAnAllowanceThatGrowsDoesNotWait(t *testing.T) {
	const enough = 300_000
	fee := apptest.Fee(enough)
	play := func(gas uint64) (check *abci.ResponseCheckTx, paid int64) {
		c := apptest.New(t, apptest.Options{Accounts: 4})
		c.Blocks(t, 1)
		can := sdk.NewCoins(sdk.NewInt64Coin(payout.Denom, 1_000_000))
		all := can
		for i := range 10 {
			all = all.Add(sdk.NewInt64Coin(fmt.Sprintf("%s%d", strings.Repeat("x", 100), i), 1))
		}
		give, err := feegrant.NewMsgGrantAllowance(&feegrant.PeriodicAllowance{
			Period: time.Hour, PeriodReset: c.Time.Add(2 * apptest.BlockTime), PeriodCanSpend: can, PeriodSpendLimit: all,
		}, c.Accounts[2].Addr, c.Accounts[1].Addr)
		require.NoError(t, err)
		c.Do(t, c.Accounts[2], enough, give)
		tx, err := apptest.SignTx(paidBy(c.App.TxConfig(), c.Accounts[2]), c.ChainID(), c.Accounts[1], gas, fee, send(c.Accounts[1]))
		require.NoError(t, err)
		owns := func() int64 {
			return c.App.Bank.GetBalance(c.Ctx(), c.Accounts[2].Addr, payout.Denom).Amount.Int64()
		}
		before := owns()
		check = c.CheckTx(t, tx, false)
		c.Finalize(t, c.Request(tx))
		c.Commit(t)
		return check, before - owns()
	}
	ample, paid := play(enough)
	require.Zero(t, ample.Code, ample.Log)
	require.Equal(t, fee[0].Amount.Int64(), paid)
	waited := 0
	for more := int64(-40_000); more <= 15_000; more += 5_000 {
		if check, paid := play(uint64(ample.GasUsed + more)); check.Code == 0 {
			waited++
			require.Equal(t, fee[0].Amount.Int64(), paid, more)
		}
	}
	require.Positive(t, waited)
	require.Less(t, waited, 12)
}

// TestWhatASimulationTellsMayWait: the gas that a simulation tells passes the check, however little the message needs: without a fee
// and three tenths more, as the help of aichaind says, or with a fee and no more.
func TestWhatASimulationTellsMayWait(t *testing.T) {
	kind := sdk.MsgTypeURL(&banktypes.MsgSend{})
	for name, message := range map[string]func(a, b *apptest.Account) sdk.Msg{
		"authorize": func(a, b *apptest.Account) sdk.Msg {
			m, err := authz.NewMsgGrant(a.Addr, b.Addr, authz.NewGenericAuthorization(kind), nil)
			require.NoError(t, err)
			return m
		},
		"withdraw address": func(a, b *apptest.Account) sdk.Msg { return distrtypes.NewMsgSetWithdrawAddress(a.Addr, b.Addr) },
		"prune":            func(a, _ *apptest.Account) sdk.Msg { return &feegrant.MsgPruneAllowances{Pruner: a.Addr.String()} },
		"transfer":         func(a, _ *apptest.Account) sdk.Msg { return send(a) },
	} {
		for _, fee := range []sdk.Coins{nil, apptest.Fee(60_000)} {
			c := apptest.New(t, apptest.Options{Accounts: 4})
			c.Blocks(t, 1)
			a, more := *c.Accounts[1], uint64(130)
			if fee != nil {
				more = 100
			}
			msg := message(&a, c.Accounts[2])
			sim, err := apptest.SignTx(c.App.TxConfig(), c.ChainID(), &a, 0, fee, msg)
			require.NoError(t, err)
			told, _, err := c.App.Simulate(sim)
			require.NoError(t, err, name)
			gas := told.GasUsed * more / 100
			a = *c.Accounts[1]
			tx, err := apptest.SignTx(c.App.TxConfig(), c.ChainID(), &a, gas, apptest.Fee(gas), msg)
			require.NoError(t, err)
			res := c.CheckTx(t, tx, false)
			require.Zero(t, res.Code, "%s: %s", name, res.Log)
		}
	}
}
