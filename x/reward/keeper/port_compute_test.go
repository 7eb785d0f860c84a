package keeper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	computetypes "github.com/aichain/aichain/x/compute/types"
	"github.com/aichain/aichain/x/reward/types"
)

func TestDepositRefundForget(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.k.Deposit(w.ctx, account("payer"), []computetypes.EscrowDeposit{{TaskID: 1, Amount: 300}, {TaskID: 2, Amount: 400}}))
	require.EqualValues(t, rich-700, w.balance("payer"))
	require.Equal(t, 1, w.bank.sends, "one transfer for all tasks of a post")
	w.endBlock()
	w.refused(types.ErrEscrowOpen, func() error { return w.k.Forget(w.ctx, 1) })
	require.NoError(t, w.k.Refund(w.ctx, 1, computetypes.REASON_TASK_CANCELLED))
	require.EqualValues(t, rich-700, w.balance("payer"), "at the end of the block, not before")
	w.endBlock()
	require.EqualValues(t, rich-400, w.balance("payer"))
	require.Equal(t, 1, w.emitted("EventTaskSettled"))
	w.refused(types.ErrEscrowClosed, func() error { return w.k.Refund(w.ctx, 1, computetypes.REASON_TASK_CANCELLED) })
	require.NoError(t, w.k.Forget(w.ctx, 1))
	w.refused(types.ErrNoEscrow, func() error { return w.k.Forget(w.ctx, 1) })
	w.refused(types.ErrNoEscrow, func() error { return w.k.Refund(w.ctx, 9, computetypes.REASON_TASK_CANCELLED) })
	_, err := w.k.Money(w.ctx, 1)
	require.ErrorIs(t, err, types.ErrNoEscrow)
}

func TestDepositRefuses(t *testing.T) {
	w := newWorld(t)
	w.posted(1, 5)
	deposit := func(d ...computetypes.EscrowDeposit) func() error {
		return func() error { return w.k.Deposit(w.ctx, account("payer"), d) }
	}
	w.refused(types.ErrEscrowExists, deposit(computetypes.EscrowDeposit{TaskID: 2, Amount: 5}, computetypes.EscrowDeposit{TaskID: 1, Amount: 5}))
	w.refused(types.ErrBadCoin, deposit(computetypes.EscrowDeposit{TaskID: 2}))
	w.refused(types.ErrInsufficientFunds, deposit(computetypes.EscrowDeposit{TaskID: 2, Amount: rich - 5}, computetypes.EscrowDeposit{TaskID: 3, Amount: 1}))
	w.refused(types.ErrOverflow, deposit(computetypes.EscrowDeposit{TaskID: 2, Amount: 1 << 63}, computetypes.EscrowDeposit{TaskID: 3, Amount: 1 << 63}))
	require.NoError(t, deposit()(), "a post of nothing needs nothing")
}

func TestOpenAndCloseBond(t *testing.T) {
	w := newWorld(t)
	w.bonded(5_000, "anna")
	require.Equal(t, 1, w.emitted("EventBondAdded"))
	w.refused(types.ErrBondExists, func() error { return w.k.OpenBond(w.ctx, named("anna"), 5) })
	w.refused(types.ErrBadCoin, func() error { return w.k.OpenBond(w.ctx, named("bert"), 0) })
	w.refused(types.ErrInsufficientFunds, func() error { return w.k.OpenBond(w.ctx, named("bert"), rich+1) })
	w.refused(types.ErrBadAddress, func() error { return w.k.OpenBond(w.ctx, "bert", 5) })
	w.refused(types.ErrNoBond, func() error { return w.k.CloseBond(w.ctx, named("bert")) })
	require.NoError(t, w.k.PlaceLien(w.ctx, named("anna"), 1))
	w.refused(types.ErrUnderLien, func() error { return w.k.CloseBond(w.ctx, named("anna")) })
	w.bonded(6_000, "bert")
	require.NoError(t, w.k.CloseBond(w.ctx, named("bert")))
	require.Contains(t, w.providers.told, named("bert"))
	require.Zero(t, w.providers.told[named("bert")])
	bonded, free, err := w.k.BondOf(w.ctx, named("bert"))
	require.NoError(t, err)
	require.Zero(t, bonded+free)
	w.endBlock()
	w.bonded(7_000, "bert") // may come again while the old bond is on its way home
	w.at(201).endBlock()
	require.EqualValues(t, rich-7_000, w.balance("bert"))
}

func TestPlaceLien(t *testing.T) {
	w := newWorld(t)
	w.bonded(5_000, "anna")
	require.NoError(t, w.k.PlaceLien(w.ctx, named("anna"), 4_999))
	bonded, free, err := w.k.BondOf(w.ctx, named("anna"))
	require.NoError(t, err)
	require.EqualValues(t, []uint64{5_000, 1}, []uint64{bonded, free})
	w.refused(types.ErrUnderLien, func() error { return w.k.PlaceLien(w.ctx, named("anna"), 2) })
	w.refused(types.ErrNoBond, func() error { return w.k.PlaceLien(w.ctx, named("bert"), 2) })
	w.addsUp()
}

// TestOneAccountIsOneProvider: an address written in capitals is the same account, not a second identity.
func TestOneAccountIsOneProvider(t *testing.T) {
	w := newWorld(t)
	capitals := strings.ToUpper(named("anna"))
	require.NoError(t, w.k.OpenBond(w.ctx, capitals, 5_000))
	w.refused(types.ErrBondExists, func() error { return w.k.OpenBond(w.ctx, named("anna"), 5_000) })
	require.Equal(t, named("anna"), w.bond("anna").Provider)
	w.addsUp()
}
