package app_test

import (
	"fmt"
	"testing"

	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/server"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aichain/aichain/app/apptest"
	"github.com/aichain/aichain/rules/payout"
)

// TestExecutorsAgree: the same blocks, with the proposer's proof and transactions that succeed, fail after their fee
// and fail before it, give the same app hash and the same results hash in sequence and in parallel.
func TestExecutorsAgree(t *testing.T) {
	run := func(executor string, workers int) (hashes []string) {
		c := apptest.New(t, apptest.Options{Accounts: 20, Validators: 2, Invariants: true, AppOpts: simtestutil.AppOptionsMap{
			server.FlagBlockExecutor: executor, server.FlagBlockSTMWorkers: workers,
		}})
		for range 5 {
			var txs [][]byte
			for i, acc := range c.Accounts {
				amount, gas, fee := int64(1), uint64(150_000), apptest.Fee(150_000)
				switch i % 7 {
				case 3:
					amount = 1 << 60 // fails after its fee
				case 5:
					fee = nil // fails before
				}
				txs = append(txs, c.Sign(t, acc, gas, fee, &banktypes.MsgSend{
					FromAddress: acc.Addr.String(), ToAddress: c.Accounts[(i+1)%20].Addr.String(),
					Amount: sdk.NewCoins(sdk.NewInt64Coin(payout.Denom, amount)),
				}))
			}
			req := c.Propose(t, txs...)
			res := c.Finalize(t, req)
			c.Commit(t)
			c.Refresh()
			hashes = append(hashes, fmt.Sprintf("%X %X", c.AppHash(), cmttypes.NewResults(res.TxResults).Hash()))
		}
		return hashes
	}
	want := run("sequential", 1)
	require.Equal(t, want, run("block-stm", 1))
	require.Equal(t, want, run("block-stm", 4))
}

// TestKilledAndReplayed: a node that dies before, while and after a block is proposed or run ends with the same hash.
func TestKilledAndReplayed(t *testing.T) {
	const blocks = 6
	run := func(kill func(c *apptest.Chain, step string)) []byte {
		c := apptest.New(t, apptest.Options{Validators: 2, Invariants: true})
		for range blocks {
			req := c.Propose(t)
			height := c.Height
			for _, step := range []string{"proposed", "checked", "run"} {
				switch step {
				case "checked":
					c.Process(t, req)
				case "run":
					c.Finalize(t, req)
				}
				if kill(c, step); c.Height != height { // it lost the block: replay it
					c.Height = height
					if step == "run" {
						c.Finalize(t, req)
					}
				}
			}
			c.Commit(t)
			kill(c, "committed")
		}
		return c.AppHash()
	}
	want := run(func(*apptest.Chain, string) {})
	for _, at := range []string{"proposed", "checked", "run", "committed"} {
		require.Equal(t, want, run(func(c *apptest.Chain, step string) {
			if step == at {
				c.Restart(t)
			}
		}), "killed when %s", at)
	}
}

// TestZeroHeightExportIsRefused: heights are what tasks, liens and the beacon count in.
func TestZeroHeightExportIsRefused(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	_, err := c.App.ExportAppStateAndValidators(true, nil, nil)
	require.ErrorContains(t, err, "--for-zero-height is not supported")
}
