package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/reward/types"
)

func TestAddBond(t *testing.T) {
	w := newWorld(t)
	w.bonded(5_000, "anna")
	_, err := w.msg.AddBond(w.ctx, &types.MsgAddBond{Provider: named("anna"), Amount: uaic(700)})
	require.NoError(t, err)
	require.EqualValues(t, 5_700, w.bond("anna").Bonded)
	require.EqualValues(t, rich-5_700, w.balance("anna"))
	require.EqualValues(t, 5_700, w.providers.told[named("anna")])
	require.Equal(t, 2, w.emitted("EventBondAdded"))
	w.addsUp()
}

// badCoins are what no message of money accepts.
var badCoins = map[string]sdk.Coin{
	"zero":          uaic(0),
	"negative":      uaic(-5),
	"foreign denom": {Denom: "uatom", Amount: math.NewInt(5)},
	"no denom":      {Amount: math.NewInt(5)},
	"no amount":     {Denom: "uaic"},
	"beyond 64 bit": {Denom: "uaic", Amount: math.NewIntFromUint64(1 << 63).MulRaw(2)},
}

func TestAddBondRefuses(t *testing.T) {
	w := newWorld(t)
	w.bonded(5_000, "anna")
	add := func(who string, coin sdk.Coin) func() error {
		return func() error {
			_, err := w.msg.AddBond(w.ctx, &types.MsgAddBond{Provider: who, Amount: coin})
			return err
		}
	}
	for name, coin := range badCoins {
		t.Run(name, func(*testing.T) { w.refused(types.ErrBadCoin, add(named("anna"), coin)) })
	}
	w.refused(types.ErrNoBond, add(named("bert"), uaic(5)))
	w.refused(types.ErrBadAddress, add("anna", uaic(5)))
	w.refused(types.ErrInsufficientFunds, add(named("anna"), uaic(rich)))
}
