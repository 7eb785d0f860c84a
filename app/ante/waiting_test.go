package ante_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/client"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/x/authz"

	"github.com/aichain/aichain/app/ante"
	"github.com/aichain/aichain/app/apptest"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// TestNothingWaitsForAWholeBlock: what asks for more than half a block's gas may be in a block, but not wait for one.
func TestNothingWaitsForAWholeBlock(t *testing.T) {
	const block = 1_000_000
	c := apptest.New(t, apptest.Options{MaxGas: block})
	acc := c.Accounts[1]
	c.Blocks(t, 1)
	ask := func(gas uint64) []byte {
		tx, err := apptest.SignTx(c.App.TxConfig(), c.ChainID(), acc, gas, apptest.Fee(gas), send(acc))
		require.NoError(t, err)
		return tx
	}
	res := c.CheckTx(t, ask(block/2+1), false)
	is(t, res.Code, res.Codespace, ante.ErrTooMuchGas)
	require.Zero(t, c.CheckTx(t, ask(block/2), false).Code)
	in := c.Finalize(t, c.Request(ask(block))).TxResults[0]
	require.Zero(t, in.Code, in.Log)
	c.Commit(t)

	small := apptest.New(t, apptest.Options{MaxGas: 100_000})
	small.Blocks(t, 1)
	free := small.SignFree(t, small.Accounts[1], commit(small.Accounts[1], 1))
	res = small.CheckTx(t, free, false)
	is(t, res.Code, res.Codespace, attesttypes.ErrRoundNotFound) // and not because of its gas
}

// TestWhatIsInTheRunningBlockDoesNotWait: between FinalizeBlock and Commit a node checks against what the state for checks
// remembers of the one before; a transaction of that very block passes, if its signer was looked at, and must not be
// proposed again.
func TestWhatIsInTheRunningBlockDoesNotWait(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	c.Blocks(t, 1)
	acc := c.Accounts[1]
	first := c.Sign(t, acc, 200_000, apptest.Fee(200_000), send(acc))
	late := c.Sign(t, acc, 200_000, apptest.Fee(200_000), send(acc))
	require.Zero(t, c.CheckTx(t, first, false).Code)
	for _, r := range c.Finalize(t, c.Request(first, late)).TxResults {
		require.Zero(t, r.Code, r.Log)
	}
	require.Zero(t, c.CheckTx(t, late, false).Code)
	c.Commit(t)
	require.NotContains(t, c.Propose(t).Txs, late)
}

// TestATransactionWithoutAFeeIsRefused: its accessors panic, which only the SDK's own check recovers.
func TestATransactionWithoutAFeeIsRefused(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	c.Blocks(t, 1)
	var raw txtypes.TxRaw
	require.NoError(t, raw.Unmarshal(c.Sign(t, c.Accounts[1], 200_000, apptest.Fee(200_000), send(c.Accounts[1]))))
	for _, info := range []txtypes.AuthInfo{{}, {Fee: nil, SignerInfos: []*txtypes.SignerInfo{{}}}} {
		bz, err := info.Marshal()
		require.NoError(t, err)
		raw.AuthInfoBytes = bz
		tx, err := raw.Marshal()
		require.NoError(t, err)
		for _, isRecheck := range []bool{false, true} {
			res := c.CheckTx(t, tx, isRecheck)
			is(t, res.Code, res.Codespace, sdkerrors.ErrTxDecode)
		}
		c.Propose(t, tx)
	}
}

// timed makes transactions that expire.
type timed struct {
	client.TxConfig

	set func(client.TxBuilder)
}

func (c timed) NewTxBuilder() client.TxBuilder {
	b := c.TxConfig.NewTxBuilder()
	c.set(b)
	return b
}

// TestWhatExpiresWithTheLastBlockIsNotProposed: the check has the height and the time of the block before. What expires with
// that passes, fails in the next block without paying, and could fill block after block at the highest price for nothing.
func TestWhatExpiresWithTheLastBlockIsNotProposed(t *testing.T) {
	for name, set := range map[string]func(client.TxBuilder, *apptest.Chain, int){
		"height": func(b client.TxBuilder, c *apptest.Chain, more int) {
			b.SetTimeoutHeight(uint64(c.Height) + uint64(more))
		},
		"time": func(b client.TxBuilder, c *apptest.Chain, more int) {
			b.SetTimeoutTimestamp(c.Time.Add(time.Duration(more) * apptest.BlockTime))
		},
		"unordered": func(b client.TxBuilder, c *apptest.Chain, more int) {
			b.SetUnordered(true)
			b.SetTimeoutTimestamp(c.Time.Add(time.Duration(more) * apptest.BlockTime))
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := apptest.New(t, apptest.Options{})
			c.Blocks(t, 2)
			sign := func(i, more int) []byte {
				acc := *c.Accounts[i]
				if name == "unordered" {
					acc.Seq = 0
				}
				cfg := timed{c.App.TxConfig(), func(b client.TxBuilder) { set(b, c, more) }}
				tx, err := apptest.SignTx(cfg, c.ChainID(), &acc, 200_000, apptest.Fee(200_000), send(&acc))
				require.NoError(t, err)
				return tx
			}
			late, inTime := sign(0, 0), sign(1, 1)
			for _, tx := range [][]byte{late, inTime} {
				res := c.CheckTx(t, tx, false)
				require.Zero(t, res.Code, res.Log)
			}
			req := c.Propose(t, late)
			require.NotContains(t, req.Txs, late)
			require.Contains(t, req.Txs, inTime)
			res := c.Finalize(t, req).TxResults
			require.Zero(t, res[len(res)-1].Code, res[len(res)-1].Log)
		})
	}
}

// TestNobodyIsMadeUnsureByAnother: a message within a message may name anybody; the check does not ask whether that one has
// allowed it. It stands last, whatever it pays, and takes nothing from those it names.
func TestNobodyIsMadeUnsureByAnother(t *testing.T) {
	const block = 1_000_000
	c := apptest.New(t, apptest.Options{MaxGas: block})
	c.Blocks(t, 1)
	mallory, victim := c.Accounts[0], c.Accounts[1]
	exec := authz.NewMsgExec(mallory.Addr, []sdk.Msg{send(victim)})
	proxy := c.Sign(t, mallory, 200_000, apptest.Fee(200_000*9), &exec)
	more := c.Sign(t, mallory, block/2, apptest.Fee(block/2*9), send(mallory))
	own := c.Sign(t, victim, block/2, apptest.Fee(block/2), send(victim))
	for _, tx := range [][]byte{proxy, more, own} {
		require.Zero(t, c.CheckTx(t, tx, false).Code)
	}
	req := c.Propose(t)
	require.Equal(t, [][]byte{own, proxy}, req.Txs[len(req.Txs)-2:])
	results := c.Finalize(t, req).TxResults
	require.Zero(t, results[len(results)-2].Code)
	require.NotZero(t, results[len(results)-1].Code, "nobody has allowed it")
}
