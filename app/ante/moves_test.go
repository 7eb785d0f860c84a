package ante_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/app/ante"
	"github.com/aichain/aichain/app/apptest"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// disputed is a chain on which the third seat of task 1 lies, so that disputes are open.
func disputed(t *testing.T) *kit.World {
	t.Helper()
	w := seated(t, apptest.Options{Invariants: true})
	names := w.Seats(1)
	answers := []kit.Answer{w.Right(1), w.Right(1), w.Wrong(1, 0)}
	for i, name := range names {
		w.Must(kit.Tx{Msgs: []sdk.Msg{w.Commit(name, answers[i], 1)}})
	}
	for i, name := range names {
		w.Must(kit.Tx{Msgs: []sdk.Msg{w.Reveal(name, answers[i], true, 1)}})
	}
	require.NotEmpty(t, w.Disputes(1), "the split opens disputes")
	return w
}

// dueMove is a move that somebody has to make, and who.
func dueMove(t *testing.T, w *kit.World) (sdk.Msg, *apptest.Account) {
	t.Helper()
	for _, name := range w.Seats(1) {
		for _, d := range w.DisputesOf(name) {
			msg, err := (&kit.Player{Name: name}).Message(w, d.Id)
			require.NoError(t, err)
			if _, isTrace := msg.(*attesttypes.MsgPostTrace); isTrace {
				return msg, w.Account(name)
			}
		}
	}
	t.Fatal("no move is due")
	return nil, nil
}

// TestMovesAreFree: a move that is due passes without a fee, once, in the mempool and in a block; everything around it
// is refused for what it is.
func TestMovesAreFree(t *testing.T) {
	w := disputed(t)
	msg, acc := dueMove(t, w)
	trace := msg.(*attesttypes.MsgPostTrace)
	other := w.Account("mallory")
	stolen, wrong, early := *trace, *trace, *trace
	stolen.Solver = other.Addr.String()
	wrong.Children = append([]byte(nil), trace.Children...)
	wrong.Children[0] ^= 1
	early.Move = 1
	w.Chain.Refresh()
	for _, c := range []struct {
		name string
		acc  *apptest.Account
		gas  uint64
		msgs []sdk.Msg
		want error
	}{
		{"of another", other, free(w, msg), []sdk.Msg{&stolen}, attesttypes.ErrNotYourMove},
		{"not the next one", acc, free(w, msg), []sdk.Msg{&early}, attesttypes.ErrMoveNotDue},
		{"one that would be refused", acc, free(w, msg), []sdk.Msg{&wrong}, attesttypes.ErrInvalidChildren},
		{"more gas than its kind", acc, free(w, msg) + 1, []sdk.Msg{msg}, ante.ErrFreeGas},
		{"less gas than its kind", acc, free(w, msg) - 1, []sdk.Msg{msg}, ante.ErrFreeGas},
		{"two moves", acc, 2 * free(w, msg), []sdk.Msg{msg, &early}, ante.ErrFreeMessages},
		{"a move and a commit", acc, free(w, msg) + free(w, commit(acc, 1)), []sdk.Msg{msg, commit(acc, 1)}, ante.ErrFreeMessages},
		{"a move and a transfer", acc, free(w, msg), []sdk.Msg{msg, send(acc)}, ante.ErrFeeTooLow},
		{"a challenge", acc, 1_000_000, []sdk.Msg{&attesttypes.MsgOpenDispute{Challenger: acc.Addr.String(), TaskId: 1, Solver: trace.Solver}}, ante.ErrFeeTooLow},
	} {
		code, space, _ := check(t, w, c.acc, c.gas, nil, c.msgs...)
		require.NotZero(t, code, c.name)
		is(t, code, space, c.want)
	}

	before := w.Purse(w.NameOf(acc.Addr.String()))
	code, _, tx := check(t, w, acc, free(w, msg), nil, msg)
	require.Zero(t, code, "the refusals used nothing up")
	again := &apptest.Account{Priv: acc.Priv, Addr: acc.Addr, Num: acc.Num, Seq: acc.Seq + 1}
	code, space, _ := check(t, w, again, free(w, msg), nil, msg)
	is(t, code, space, attesttypes.ErrMovePending)
	w.Chain.Finalize(t, w.Chain.Request()) // another proposer's, who has not heard of it
	w.Chain.Commit(t)
	require.Zero(t, w.Chain.CheckTx(t, tx, true).Code, "it waits on")
	code, space, _ = check(t, w, again, free(w, msg), nil, msg)
	is(t, code, space, attesttypes.ErrMovePending)

	res := w.Chain.NextBlock(t, tx)
	require.Zero(t, res.TxResults[0].Code, res.TxResults[0].Log)
	acc.Seq++
	require.Equal(t, before, w.Purse(w.NameOf(acc.Addr.String())))
	code, space, _ = check(t, w, acc, free(w, msg), nil, msg)
	is(t, code, space, attesttypes.ErrMoveNotDue)
}

// TestAWrongMoveInABlock: a proposer may put a free move into a block that a mempool would refuse; it fails there, with
// nothing changed, and the dispute waits for the right one.
func TestAWrongMoveInABlock(t *testing.T) {
	w := disputed(t)
	msg, acc := dueMove(t, w)
	wrong := *msg.(*attesttypes.MsgPostTrace)
	wrong.Children = append([]byte(nil), wrong.Children...)
	wrong.Children[0] ^= 1
	tx, err := apptest.SignTx(w.Chain.App.TxConfig(), w.ChainID(), acc, free(w, &wrong), nil, &wrong)
	require.NoError(t, err)
	res := w.Chain.NextBlock(t, tx).TxResults[0]
	is(t, res.Code, res.Codespace, attesttypes.ErrInvalidChildren)
	acc.Seq++
	code, _, _ := check(t, w, acc, free(w, msg), nil, msg)
	require.Zero(t, code)
}
