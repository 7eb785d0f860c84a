package keeper

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/compute/types"
)

func TestRegisterProvider(t *testing.T) {
	f := newFixture(t)
	good := func() *types.MsgRegisterProvider {
		return &types.MsgRegisterProvider{Provider: account("bob"), Moniker: "bob", Details: "2 × H200", Bond: uaic(testBond)}
	}
	for name, c := range map[string]struct {
		change func(*types.MsgRegisterProvider)
		want   error
	}{
		"no address":       {func(m *types.MsgRegisterProvider) { m.Provider = "bob" }, types.ErrBadAddress},
		"no moniker":       {func(m *types.MsgRegisterProvider) { m.Moniker = "" }, types.ErrBadText},
		"long moniker":     {func(m *types.MsgRegisterProvider) { m.Moniker = strings.Repeat("x", 65) }, types.ErrBadText},
		"control moniker":  {func(m *types.MsgRegisterProvider) { m.Moniker = "a\x00b" }, types.ErrBadText},
		"not UTF-8":        {func(m *types.MsgRegisterProvider) { m.Moniker = "\xff" }, types.ErrBadText},
		"long details":     {func(m *types.MsgRegisterProvider) { m.Details = strings.Repeat("x", 257) }, types.ErrBadText},
		"no bond":          {func(m *types.MsgRegisterProvider) { m.Bond = sdk.Coin{} }, types.ErrBadCoin},
		"zero bond":        {func(m *types.MsgRegisterProvider) { m.Bond = uaic(0) }, types.ErrBadCoin},
		"negative bond":    {func(m *types.MsgRegisterProvider) { m.Bond = uaic(-1) }, types.ErrBadCoin},
		"foreign bond":     {func(m *types.MsgRegisterProvider) { m.Bond = sdk.NewInt64Coin("stake", testBond) }, types.ErrBadCoin},
		"bond of 65 bits":  {func(m *types.MsgRegisterProvider) { m.Bond.Amount = math.NewIntFromUint64(1 << 63).MulRaw(2) }, types.ErrBadCoin},
		"one uaic too few": {func(m *types.MsgRegisterProvider) { m.Bond = uaic(testBond - 1) }, types.ErrBondTooLow},
		"more than it has": {func(m *types.MsgRegisterProvider) { m.Bond = uaic(1_000_001 * oneAIC) }, errFunds},
	} {
		t.Run(name, func(t *testing.T) {
			msg := good()
			c.change(msg)
			f.t = t
			f.refusedWith(c.want, msg)
		})
	}
	f.t = t
	f.ok(good())
	require.Equal(t, []string{"EventProviderRegistered"}, f.events())
	p, err := f.q.Provider(f.ctx, &types.QueryProviderRequest{Address: account("bob")})
	require.NoError(t, err)
	require.Equal(t, types.Provider{
		Address: account("bob"), Moniker: "bob", Details: "2 × H200", Status: types.PROVIDER_STATUS_ACTIVE, RegisterHeight: 10,
	}, p.Provider)
	require.Equal(t, [2]uint64{testBond, testBond}, [2]uint64{p.Bonded, p.Free})

	f.refused(types.ErrProviderExists, good())
	capitals := good()
	capitals.Provider = strings.ToUpper(capitals.Provider)
	f.refused(types.ErrProviderExists, capitals)
}

// refusedWith is refused for an error that is not known to be registered at compile time.
func (f *fixture) refusedWith(want error, msg sdk.Msg) {
	f.t.Helper()
	before := f.dump(f.ctx)
	_, err := f.do(msg)
	require.ErrorIs(f.t, err, want)
	require.Equal(f.t, before, f.dump(f.ctx))
}

func TestUpdateProvider(t *testing.T) {
	f := newFixture(t)
	f.market(1, modelA)
	f.refused(types.ErrUnknownProvider, &types.MsgUpdateProvider{Provider: account("bob"), Moniker: "bob"})
	f.refused(types.ErrBadText, &types.MsgUpdateProvider{Provider: provider(0)})
	f.ok(&types.MsgUpdateProvider{Provider: provider(0), Moniker: "new", Details: "d"})
	_, p, err := f.k.provider(f.ctx, provider(0))
	require.NoError(t, err)
	require.Equal(t, [2]string{"new", "d"}, [2]string{p.Moniker, p.Details})
	require.Equal(t, uint32(1), p.OfferCount)
}

func TestDrainProvider(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.refused(types.ErrUnknownProvider, &types.MsgDrainProvider{Provider: account("bob")})
	f.ok(&types.MsgDrainProvider{Provider: provider(1)})
	require.NoError(t, f.k.Invariants(f.ctx))
	require.NoError(t, f.k.BondChanged(f.ctx, provider(1), 5), "a draining provider weighs nothing, whatever its bond")
	require.NoError(t, f.k.Invariants(f.ctx))

	f.ok(post("a"))
	f.endBlocks(12)
	require.Equal(t, types.TASK_STATUS_OPEN, f.status(1), "two providers are not enough for three seats")

	f.ok(&types.MsgDrainProvider{Provider: provider(1)})
	f.ok(&types.MsgDrainProvider{Provider: provider(1), Resume: true})
	require.NoError(t, f.k.Invariants(f.ctx))
	f.endBlocks(14)
	require.Equal(t, types.TASK_STATUS_MATCHED, f.status(1))
}

func TestRetireProvider(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.offer(provider(0), modelB, 1, 1, 1)
	f.refused(types.ErrUnknownProvider, &types.MsgRetireProvider{Provider: account("bob")})
	f.ok(post("a"))
	f.endBlocks(12)
	f.refused(types.ErrOpenSeats, &types.MsgRetireProvider{Provider: provider(0)})
	f.ok(&types.MsgRemoveOffer{Provider: provider(0), ModelId: modelA})
	f.refused(types.ErrOpenSeats, &types.MsgRetireProvider{Provider: provider(0)})
	f.settle(1)
	require.NoError(t, f.m.PlaceLien(f.ctx, provider(0), 1))
	f.refused(errLien, &types.MsgRetireProvider{Provider: provider(0)})
	require.NoError(t, f.m.unlien(f.ctx, provider(0), 1))
	f.ok(&types.MsgRetireProvider{Provider: provider(0)})
	require.NoError(t, f.k.Invariants(f.ctx))
	f.refused(types.ErrUnknownProvider, &types.MsgRetireProvider{Provider: provider(0)})
	for i := 1; i < 3; i++ {
		f.ok(&types.MsgRetireProvider{Provider: provider(i)})
		require.NoError(t, f.k.Invariants(f.ctx))
	}
	n, err := size(f.ctx, f.k.drawNodes)
	require.NoError(t, err)
	require.Zero(t, n, "an empty market keeps no tree")
}
