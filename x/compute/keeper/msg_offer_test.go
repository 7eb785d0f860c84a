package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aichain/aichain/x/compute/types"
)

func TestSetOffer(t *testing.T) {
	f := newFixture(t)
	f.provider(account("bob"), testBond)
	good := func() *types.MsgSetOffer {
		return &types.MsgSetOffer{Provider: account("bob"), ModelId: modelA, PriceInput: 10, PriceOutput: 20, Slots: 2}
	}
	for name, c := range map[string]struct {
		change func(*types.MsgSetOffer)
		want   error
	}{
		"stranger":       {func(m *types.MsgSetOffer) { m.Provider = account("alice") }, types.ErrUnknownProvider},
		"unknown model":  {func(m *types.MsgSetOffer) { m.ModelId = make([]byte, 32) }, types.ErrUnknownModel},
		"no model":       {func(m *types.MsgSetOffer) { m.ModelId = nil }, types.ErrBadModelID},
		"input price":    {func(m *types.MsgSetOffer) { m.PriceInput = types.MaxPrice + 1 }, types.ErrBadPrice},
		"output price":   {func(m *types.MsgSetOffer) { m.PriceOutput = types.MaxPrice + 1 }, types.ErrBadPrice},
		"no slots":       {func(m *types.MsgSetOffer) { m.Slots = 0 }, types.ErrBadSlots},
		"too many slots": {func(m *types.MsgSetOffer) { m.Slots = types.MaxSlots + 1 }, types.ErrBadSlots},
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
	require.Equal(t, "EventOfferSet", f.events()[len(f.events())-1])
	again := good()
	again.PriceInput, again.Slots = 11, 5
	f.ok(again)
	require.NoError(t, f.k.Invariants(f.ctx))
	require.Equal(t, types.Offer{Provider: account("bob"), ModelId: modelA, PriceInput: 11, PriceOutput: 20, Slots: 5}, f.offerOf(account("bob"), modelA))

	p, err := f.k.params.Get(f.ctx)
	require.NoError(t, err)
	p.MaxOffersPerProvider = 1
	require.NoError(t, f.k.params.Set(f.ctx, p))
	second := good()
	second.ModelId = modelB
	f.refused(types.ErrTooManyOffers, second)
	f.ok(again)
}

func TestRemoveOffer(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.refused(types.ErrUnknownProvider, &types.MsgRemoveOffer{Provider: account("bob"), ModelId: modelA})
	f.refused(types.ErrUnknownOffer, &types.MsgRemoveOffer{Provider: provider(0), ModelId: modelB})
	f.ok(post("a"))
	f.endBlocks(12)

	f.ok(&types.MsgRemoveOffer{Provider: provider(0), ModelId: modelA})
	require.NoError(t, f.k.Invariants(f.ctx))
	require.Equal(t, uint32(1), f.offerOf(provider(0), modelA).UsedSlots, "the open seat stays")
	require.Equal(t, uint64(0), f.offerOf(provider(2), modelA).Position, "the last offer moves into the gap")
	f.refused(types.ErrUnknownOffer, &types.MsgRemoveOffer{Provider: provider(0), ModelId: modelA})

	f.offer(provider(0), modelA, 7, 7, 2)
	require.NoError(t, f.k.Invariants(f.ctx))
	back := f.offerOf(provider(0), modelA)
	require.Equal(t, [3]uint64{2, 1, 2}, [3]uint64{uint64(back.Slots), uint64(back.UsedSlots), back.Position}, "it comes back with its seat")

	f.ok(&types.MsgRemoveOffer{Provider: provider(0), ModelId: modelA})
	f.settle(1)
	require.NoError(t, f.k.Invariants(f.ctx))
	_, err := f.k.offer(f.ctx, addr("p00000"), modelA)
	require.ErrorIs(t, err, types.ErrUnknownOffer, "the record goes with the last seat")
	f.ok(&types.MsgRemoveOffer{Provider: provider(1), ModelId: modelA})
	require.NoError(t, f.k.Invariants(f.ctx))
}

// Whatever comes and goes, the trees and the price indexes hold exactly the standing offers.
func TestTheMarketStaysIndexed(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := newFixture(t)
		const n = 40
		for i := range n {
			f.provider(provider(i), testBond+int64(i))
		}
		for range rapid.IntRange(1, 120).Draw(r, "steps") {
			who := provider(rapid.IntRange(0, n-1).Draw(r, "who"))
			switch rapid.IntRange(0, 5).Draw(r, "op") {
			case 0, 1, 2:
				f.offer(who, modelA, rapid.Uint64Range(0, 3).Draw(r, "in"), rapid.Uint64Range(0, 3).Draw(r, "out"), 1)
			case 3:
				_, err := f.do(&types.MsgRemoveOffer{Provider: who, ModelId: modelA})
				require.True(r, err == nil || types.ErrUnknownOffer.Is(err), "%v", err)
			case 4:
				f.ok(&types.MsgDrainProvider{Provider: who, Resume: rapid.Bool().Draw(r, "resume")})
			case 5:
				bond := rapid.Uint64Range(0, 1<<40).Draw(r, "bond")
				require.NoError(r, f.m.bonded.Set(f.ctx, who, bond))
				require.NoError(r, f.k.BondChanged(f.ctx, who, bond))
			}
		}
		require.NoError(r, f.k.Invariants(f.ctx))
	})
}
