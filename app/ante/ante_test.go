package ante_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/baseapp"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aichain/aichain/app/ante"
	"github.com/aichain/aichain/app/apptest"
	"github.com/aichain/aichain/rules/payout"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// seated is a chain with four providers and one task in which three of them, A, B and C, have seats; p4 or another of
// the names is the one without.
func seated(t *testing.T, o apptest.Options) *kit.World {
	t.Helper()
	s := kit.DefaultSetup(4)
	s.Chain = o
	w := kit.New(t, s)
	w.Must(kit.Tx{Msgs: []sdk.Msg{w.Post("alice", "alice", w.Terms(kit.TheModel, 100_000_000), computetypes.TaskInput{Tokens: []uint32{1, 2, 3}})}})
	w.Wait(2)
	require.Len(t, w.Rounds(1), 1, "the task is not matched")
	w.Seats(1)
	return w
}

// seats are the addresses in the task's seats, and idle is a provider without one.
func seats(t *testing.T, w *kit.World) (in []*apptest.Account, idle *apptest.Account) {
	t.Helper()
	taken := map[string]bool{}
	for _, s := range w.Round(1, 0).Seats {
		taken[s.Provider] = true
	}
	for i := 1; i <= 4; i++ {
		acc := w.Account(fmt.Sprintf("p%d", i))
		if taken[acc.Addr.String()] {
			in = append(in, acc)
		} else {
			idle = acc
		}
	}
	return in, idle
}

// commit is a commitment of an account on task 1; whether it can be opened is no matter here.
func commit(acc *apptest.Account, tasks ...uint64) *attesttypes.MsgCommitResult {
	m := &attesttypes.MsgCommitResult{Provider: acc.Addr.String()}
	for _, id := range tasks {
		m.Commits = append(m.Commits, attesttypes.Commit{TaskId: id, Commitment: make([]byte, 32)})
	}
	return m
}

// is says whether a result carries a registered error.
func is(t *testing.T, code uint32, space string, want error) {
	t.Helper()
	type coded interface {
		ABCICode() uint32
		Codespace() string
	}
	c := want.(coded)
	require.Equal(t, fmt.Sprintf("%s/%d", c.Codespace(), c.ABCICode()), fmt.Sprintf("%s/%d", space, code))
}

// check offers a transaction to the mempool and does not advance the account.
func check(t *testing.T, w *kit.World, acc *apptest.Account, gas uint64, fee sdk.Coins, msgs ...sdk.Msg) (uint32, string, []byte) {
	t.Helper()
	tx, err := apptest.SignTx(w.Chain.App.TxConfig(), w.ChainID(), acc, gas, fee, msgs...)
	require.NoError(t, err)
	res := w.Chain.CheckTx(t, tx, false)
	return res.Code, res.Codespace, tx
}

func free(w *kit.World, msg sdk.Msg) uint64 { return w.Chain.App.Attest.FreeSeatGas(msg) }

func send(from *apptest.Account) *banktypes.MsgSend {
	return &banktypes.MsgSend{FromAddress: from.Addr.String(), ToAddress: from.Addr.String(), Amount: sdk.NewCoins(sdk.NewInt64Coin(payout.Denom, 1))}
}

// TestSeatMessagesAreFreeOnce: an assigned provider commits without a fee, once, in the mempool and in a block.
func TestSeatMessagesAreFreeOnce(t *testing.T) {
	w := seated(t, apptest.Options{Invariants: true})
	in, _ := seats(t, w)
	acc := in[0]
	before := w.Chain.App.Bank.GetBalance(w.Ctx(), acc.Addr, payout.Denom)

	msg := commit(acc, 1)
	code, _, tx := check(t, w, acc, free(w, msg), nil, msg)
	require.Zero(t, code)
	code, space, _ := check(t, w, &apptest.Account{Priv: acc.Priv, Addr: acc.Addr, Num: acc.Num, Seq: acc.Seq + 1}, free(w, msg), nil, msg)
	is(t, code, space, attesttypes.ErrSeatMessagePending)

	res := w.Chain.NextBlock(t, tx)
	require.Zero(t, res.TxResults[0].Code, res.TxResults[0].Log)
	acc.Seq++
	require.Equal(t, before, w.Chain.App.Bank.GetBalance(w.Ctx(), acc.Addr, payout.Denom))

	code, _, _ = check(t, w, acc, free(w, msg), nil, msg)
	require.NotZero(t, code, "a second commit for the seat")
	res = w.Chain.NextBlock(t, w.Chain.SignFree(t, acc, msg))
	require.NotZero(t, res.TxResults[0].Code)
	require.Zero(t, res.TxResults[0].Data)
}

// TestSeatMessagesRefused: what is not free is refused for what it is, with the state as it was.
func TestSeatMessagesRefused(t *testing.T) {
	w := seated(t, apptest.Options{})
	in, idle := seats(t, w)
	alice := w.Account("alice")
	mine := commit(in[0], 1)
	cases := []struct {
		name string
		acc  *apptest.Account
		gas  uint64
		msgs []sdk.Msg
		want error
	}{
		{"a provider without a seat", idle, free(w, mine), []sdk.Msg{commit(idle, 1)}, attesttypes.ErrNotSeated},
		{"a stranger", alice, free(w, mine), []sdk.Msg{commit(alice, 1)}, attesttypes.ErrNotSeated},
		{"more gas than it needs", in[0], free(w, mine) + 1, []sdk.Msg{mine}, ante.ErrFreeGas},
		{"less gas than it needs", in[0], free(w, mine) - 1, []sdk.Msg{mine}, ante.ErrFreeGas},
		{"something else beside", in[0], 2 * free(w, mine), []sdk.Msg{mine, send(in[0])}, ante.ErrFeeTooLow},
		{"a transfer alone", alice, 100_000, []sdk.Msg{send(alice)}, ante.ErrFeeTooLow},
	}
	for _, c := range cases {
		tx, err := apptest.SignTx(w.Chain.App.TxConfig(), w.ChainID(), c.acc, c.gas, nil, c.msgs...)
		require.NoError(t, err)
		res := w.Chain.CheckTx(t, tx, false)
		require.NotZero(t, res.Code, c.name)
		is(t, res.Code, res.Codespace, c.want)
		block := w.Chain.NextBlock(t, tx)
		is(t, block.TxResults[0].Code, block.TxResults[0].Codespace, c.want)
	}
	two := w.Sign(kit.Tx{Msgs: []sdk.Msg{mine, commit(in[1], 1)}})
	w.Chain.Refresh()
	res := w.Chain.CheckTx(t, two, false)
	is(t, res.Code, res.Codespace, ante.ErrFreeSigners)

	code, _, _ := check(t, w, in[0], free(w, mine), nil, mine)
	require.Zero(t, code, "the refusals used up the seat")
}

// TestForgedSenderUsesUpNothing: a flood with a seat holder's name and another's key fails at the signature.
func TestForgedSenderUsesUpNothing(t *testing.T) {
	w := seated(t, apptest.Options{})
	in, _ := seats(t, w)
	msg := commit(in[0], 1)
	forger := &apptest.Account{Priv: w.Account("mallory").Priv, Addr: in[0].Addr, Num: in[0].Num, Seq: in[0].Seq}
	for range 3 {
		code, space, _ := check(t, w, forger, free(w, msg), nil, msg)
		is(t, code, space, sdkerrors.ErrInvalidPubKey)
	}
	code, _, _ := check(t, w, in[0], free(w, msg), nil, msg)
	require.Zero(t, code)
}

// TestRecheckMarksAgain: after a block that did not take it in, a waiting free message still blocks its double.
func TestRecheckMarksAgain(t *testing.T) {
	w := seated(t, apptest.Options{})
	in, _ := seats(t, w)
	msg := commit(in[0], 1)
	_, _, tx := check(t, w, in[0], free(w, msg), nil, msg)
	w.Chain.Finalize(t, w.Chain.Request()) // another proposer's, who has not heard of it
	w.Chain.Commit(t)
	require.Zero(t, w.Chain.CheckTx(t, tx, true).Code)
	again := &apptest.Account{Priv: in[0].Priv, Addr: in[0].Addr, Num: in[0].Num, Seq: in[0].Seq + 1}
	code, space, _ := check(t, w, again, free(w, msg), nil, msg)
	is(t, code, space, attesttypes.ErrSeatMessagePending)
}

// TestSeatMessageMayPay: somebody without a free message may still send one, at the usual price.
func TestSeatMessageMayPay(t *testing.T) {
	w := seated(t, apptest.Options{})
	in, idle := seats(t, w)
	code, _, _ := check(t, w, idle, 200_000, apptest.Fee(200_000), commit(idle, 1))
	require.Zero(t, code, "the mempool takes it; the message will fail and the fee is gone")
	code, space, _ := check(t, w, in[0], 200_000, apptest.Fee(100_000), commit(in[0], 1))
	is(t, code, space, ante.ErrFeeTooLow)
}

// TestFees: the least fee is a rule of the chain, in blocks too; the node may ask for more in its mempool.
func TestFees(t *testing.T) {
	o := apptest.Options{BaseApp: []func(*baseapp.BaseApp){baseapp.SetMinGasPrices("0.002" + payout.Denom)}}
	c := apptest.New(t, o)
	acc := c.Accounts[1]
	pay := func(gas uint64, coins ...sdk.Coin) (check, block struct {
		code  uint32
		space string
	},
	) {
		tx, err := apptest.SignTx(c.App.TxConfig(), c.ChainID(), acc, gas, coins, send(acc))
		require.NoError(t, err)
		r := c.CheckTx(t, tx, false)
		check.code, check.space = r.Code, r.Codespace
		b := c.NextBlock(t, tx)
		block.code, block.space = b.TxResults[0].Code, b.TxResults[0].Codespace
		c.Refresh()
		return check, block
	}
	uaic := func(n int64) sdk.Coin { return sdk.NewInt64Coin(payout.Denom, n) }

	in, out := pay(100_001, uaic(100)) // 100.001 rounds up
	is(t, in.code, in.space, ante.ErrFeeTooLow)
	is(t, out.code, out.space, ante.ErrFeeTooLow)
	in, out = pay(100_000, uaic(100))
	is(t, in.code, in.space, ante.ErrFeeTooLow) // the node wants 200
	require.Zero(t, out.code)
	in, out = pay(100_000, uaic(200))
	require.Zero(t, in.code)
	require.Zero(t, out.code)
	in, out = pay(100_000, sdk.NewInt64Coin("gold", 1_000))
	is(t, in.code, in.space, ante.ErrFeeDenom)
	is(t, out.code, out.space, ante.ErrFeeDenom)
	huge, err := apptest.SignTx(c.App.TxConfig(), c.ChainID(), acc, math.MaxInt64, sdk.NewCoins(uaic(1)), send(acc))
	require.NoError(t, err)
	require.NotZero(t, c.CheckTx(t, huge, false).Code)
	in, out = pay(0, uaic(1))
	require.NotZero(t, in.code)
	require.NotZero(t, out.code)
}

// TestLimits: size and number of messages, at the edge and over it.
func TestLimits(t *testing.T) {
	c := apptest.New(t, apptest.Options{MaxGas: -1})
	acc := c.Accounts[1]
	many := func(n int) {
		msgs := make([]sdk.Msg, n)
		for i := range msgs {
			msgs[i] = send(acc)
		}
		tx, err := apptest.SignTx(c.App.TxConfig(), c.ChainID(), acc, 40_000_000, apptest.Fee(40_000_000), msgs...)
		require.NoError(t, err)
		res := c.CheckTx(t, tx, false)
		if n <= ante.MaxTxMessages {
			require.Zero(t, res.Code, res.Log)
		} else {
			is(t, res.Code, res.Codespace, ante.ErrTooManyMessages)
		}
	}
	many(ante.MaxTxMessages)
	many(ante.MaxTxMessages + 1)

	big := &attesttypes.MsgCommitResult{Provider: acc.Addr.String(), Commits: []attesttypes.Commit{{Commitment: make([]byte, ante.MaxTxBytes)}}}
	tx, err := apptest.SignTx(c.App.TxConfig(), c.ChainID(), acc, 1_000, nil, big)
	require.NoError(t, err)
	res := c.CheckTx(t, tx, false)
	is(t, res.Code, res.Codespace, ante.ErrTooBig)
}

// TestSimulate: gas can be asked for without a fee, for transfers and for seat messages.
func TestSimulate(t *testing.T) {
	w := seated(t, apptest.Options{})
	in, _ := seats(t, w)
	for name, msg := range map[string]sdk.Msg{"transfer": send(in[0]), "commit": commit(in[0], 1)} {
		tx, err := apptest.SignTx(w.Chain.App.TxConfig(), w.ChainID(), in[0], 0, nil, msg)
		require.NoError(t, err)
		gas, _, err := w.Chain.App.Simulate(tx)
		require.NoError(t, err, name)
		require.Positive(t, gas.GasUsed, name)
	}
	msg := commit(in[0], 1)
	code, _, _ := check(t, w, in[0], free(w, msg), nil, msg)
	require.Zero(t, code, "the simulation used up the seat")
}

// TestSeatMessagesGoFirst: in a proposed block they stand before others, with what their own signer sent before them.
func TestSeatMessagesGoFirst(t *testing.T) {
	w := seated(t, apptest.Options{})
	in, _ := seats(t, w)
	alice := w.Account("alice")
	other := w.Chain.Sign(t, alice, 100_000, apptest.Fee(100_000), send(alice))
	own := w.Chain.Sign(t, in[1], 100_000, apptest.Fee(100_000), send(in[1]))
	behind := w.Chain.SignFree(t, in[1], commit(in[1], 1))
	first := w.Chain.SignFree(t, in[0], commit(in[0], 1))
	req := w.Chain.Propose(t, other, own, behind, first)
	require.Equal(t, [][]byte{first, own, behind, other}, req.Txs[1:])
	for i, r := range w.Chain.Finalize(t, req).TxResults[1:] {
		require.Zero(t, r.Code, "%d: %s", i, r.Log)
	}
}
