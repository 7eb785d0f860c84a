package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/x/reward/types"
)

func TestRetryPayout(t *testing.T) {
	w := newWorld(t)
	w.posted(1, 1_000)
	w.bank.blocked[string(account("payer"))] = true
	require.NoError(t, w.k.Refund(w.ctx, 1, 3))
	w.endBlock()
	retry := func() error {
		_, err := w.msg.RetryPayout(w.ctx, &types.MsgRetryPayout{Sender: named("anna"), Recipient: named("payer")})
		return err
	}
	require.NoError(t, retry(), "still blocked: it is parked again")
	w.endBlock()
	require.Len(t, w.export().Parked, 1)
	w.bank.blocked = map[string]bool{}
	require.NoError(t, retry())
	w.endBlock()
	require.Empty(t, w.export().Parked)
	require.EqualValues(t, rich, w.balance("payer"))
	w.refused(types.ErrNotParked, retry)
}

func TestRetryPayoutRefusesBadAddress(t *testing.T) {
	w := newWorld(t)
	w.refused(types.ErrBadAddress, func() error {
		_, err := w.msg.RetryPayout(w.ctx, &types.MsgRetryPayout{Sender: named("anna"), Recipient: "payer"})
		return err
	})
}
