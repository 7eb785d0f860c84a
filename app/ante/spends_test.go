package ante_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"

	"github.com/aichain/aichain/app/ante"
	"github.com/aichain/aichain/app/apptest"
)

// TestSpends: signers, who pays, who lets somebody pay out of its account, and whom messages within messages act for,
// after the way over bytes that a transaction takes.
func TestSpends(t *testing.T) {
	c := apptest.New(t, apptest.Options{Accounts: 4})
	txs := c.App.TxConfig()
	spends := ante.Spends(c.App.AppCodec())
	acc := c.Accounts
	exec := func(by *apptest.Account, msgs ...sdk.Msg) sdk.Msg {
		m := authz.NewMsgExec(by.Addr, msgs)
		return &m
	}
	for name, v := range map[string]struct {
		msgs    []sdk.Msg
		granter *apptest.Account
		want    []*apptest.Account
	}{
		"a transfer":            {[]sdk.Msg{send(acc[0])}, nil, acc[:1]},
		"of two":                {[]sdk.Msg{send(acc[0]), send(acc[1])}, nil, acc[:2]},
		"paid by another":       {[]sdk.Msg{send(acc[0])}, acc[2], []*apptest.Account{acc[0], acc[2]}},
		"for another":           {[]sdk.Msg{exec(acc[0], send(acc[1]))}, nil, acc[:2]},
		"for another's another": {[]sdk.Msg{exec(acc[0], send(acc[1]), exec(acc[1], exec(acc[2], send(acc[3]))))}, nil, acc[:4]},
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
		for _, s := range spends(tx) {
			got[s] = true
		}
		for _, a := range v.want {
			want[string(a.Addr)] = true
		}
		require.Equal(t, want, got, name)
	}
}
