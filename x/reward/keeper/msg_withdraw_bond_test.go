package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/reward/types"
)

func withdraw(w *world, who string, coin sdk.Coin) func() error {
	return func() error {
		_, err := w.msg.WithdrawBond(w.ctx, &types.MsgWithdrawBond{Provider: who, Amount: coin})
		return err
	}
}

func TestWithdrawBond(t *testing.T) {
	w := newWorld(t)
	w.bonded(5_000, "anna")
	res, err := w.msg.WithdrawBond(w.at(7).ctx, &types.MsgWithdrawBond{Provider: named("anna"), Amount: uaic(4_000)})
	require.NoError(t, err)
	require.EqualValues(t, 207, res.Height)
	require.EqualValues(t, 1_000, w.bond("anna").Bonded)
	require.EqualValues(t, 1_000, w.providers.told[named("anna")])
	require.EqualValues(t, 4_000, w.ledger().Pockets.Unbonding)
	require.EqualValues(t, rich-5_000, w.balance("anna"), "not home yet")
	require.Equal(t, 1, w.emitted("EventUnbondingStarted"))
	w.endBlock()
}

func TestWithdrawBondRefuses(t *testing.T) {
	w := newWorld(t)
	w.bonded(5_000, "anna")
	for name, coin := range badCoins {
		t.Run(name, func(*testing.T) { w.refused(types.ErrBadCoin, withdraw(w, named("anna"), coin)) })
	}
	w.refused(types.ErrNoBond, withdraw(w, named("bert"), uaic(5)))
	w.refused(types.ErrBelowMinBond, withdraw(w, named("anna"), uaic(4_001)))
	w.refused(types.ErrUnderLien, withdraw(w, named("anna"), uaic(5_001)))
}

func TestWithdrawBondUnderLien(t *testing.T) {
	w := newWorld(t)
	w.bonded(5_000, "anna")
	require.NoError(t, w.k.PlaceLien(w.ctx, named("anna"), 3_000))
	w.refused(types.ErrUnderLien, withdraw(w, named("anna"), uaic(2_001)))
	require.ErrorContains(t, withdraw(w, named("anna"), uaic(2_001))(), "asked for 2001, free are 2000")
	require.NoError(t, withdraw(w, named("anna"), uaic(2_000))())
	require.Zero(t, w.bond("anna").Free())
	w.addsUp()
}

// TestStakeCannotLeaveAfterForging: what is under lien for a seat stays until the challenge window is over, even
// if its owner asks for it in the block of the verdict.
func TestStakeCannotLeaveAfterForging(t *testing.T) {
	w := newWorld(t)
	w.bonded(1_500, "anna", "bert", "carl")
	w.posted(1, 1_000)
	v := w.liened(verdict(ending{id: 1, seats: threeRight()}))
	w.at(10)
	require.NoError(t, w.k.AfterVerdict(w.ctx, v))
	w.providers.least = 0
	require.NoError(t, withdraw(w, named("anna"), uaic(1_000))())
	for h := uint64(10); h < 110; h++ {
		require.ErrorIs(t, withdraw(w.at(h), named("anna"), uaic(1))(), types.ErrUnderLien)
		require.ErrorIs(t, w.k.CloseBond(w.ctx, named("anna")), types.ErrUnderLien)
		w.endBlock()
	}
	w.at(110).endBlock()
	require.NoError(t, withdraw(w.at(111), named("anna"), uaic(1))())
}
