package ante_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"

	"github.com/aichain/aichain/app/ante"
	"github.com/aichain/aichain/app/apptest"
)

// TestSpends: whose money a transaction may spend with their leave, and whether it may spend that of others, after the way
// over bytes that a transaction takes.
func TestSpends(t *testing.T) {
	c := apptest.New(t, apptest.Options{Accounts: 4})
	txs := c.App.TxConfig()
	actsForOthers := ante.ActsForOthers(c.App.AppCodec())
	acc := c.Accounts
	exec := func(by *apptest.Account, msgs ...sdk.Msg) sdk.Msg {
		m := authz.NewMsgExec(by.Addr, msgs)
		return &m
	}
	for name, v := range map[string]struct {
		msgs    []sdk.Msg
		granter *apptest.Account
		want    []*apptest.Account
		others  bool
	}{
		"a transfer":               {[]sdk.Msg{send(acc[0])}, nil, acc[:1], false},
		"of two":                   {[]sdk.Msg{send(acc[0]), send(acc[1])}, nil, acc[:2], false},
		"paid by another":          {[]sdk.Msg{send(acc[0])}, acc[2], []*apptest.Account{acc[0], acc[2]}, false},
		"within a message":         {[]sdk.Msg{exec(acc[0], send(acc[0]))}, nil, acc[:1], false},
		"of another":               {[]sdk.Msg{exec(acc[0], send(acc[1]))}, nil, acc[:1], true},
		"of another who signs":     {[]sdk.Msg{exec(acc[0], send(acc[1])), send(acc[1])}, nil, acc[:2], false},
		"deeper, of another":       {[]sdk.Msg{exec(acc[0], exec(acc[0], send(acc[0]), send(acc[1])))}, nil, acc[:1], true},
		"behind one's own, deeper": {[]sdk.Msg{send(acc[0]), exec(acc[0], exec(acc[1]))}, nil, acc[:1], true},
		"deeper, one's own too":    {[]sdk.Msg{exec(acc[0], exec(acc[0], send(acc[0])))}, nil, acc[:1], true},
	} {
		b := txs.NewTxBuilder()
		require.NoError(t, b.SetMsgs(v.msgs...), name)
		if v.granter != nil {
			b.SetFeeGranter(v.granter.Addr)
		}
		raw, err := txs.TxEncoder()(b.GetTx())
		require.NoError(t, err, name)
		tx, err := txs.TxDecoder()(raw)
		require.NoError(t, err, name)
		got, want := map[string]bool{}, map[string]bool{}
		for _, s := range ante.Spends(tx) {
			got[s] = true
		}
		for _, a := range v.want {
			want[string(a.Addr)] = true
		}
		require.Equal(t, want, got, name)
		require.Equal(t, v.others, actsForOthers(tx), name)
	}
}
