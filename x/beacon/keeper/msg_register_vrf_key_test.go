package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aichain/aichain/rules/beacon"
	"github.com/aichain/aichain/x/beacon/keeper"
	"github.com/aichain/aichain/x/beacon/types"
	"github.com/aichain/aichain/x/beacon/vrf"
)

// TestRegisterVrfKey: a first key counts from the first block of the epoch after the next.
func TestRegisterVrfKey(t *testing.T) {
	w := newWorld(t)
	w.to(13)
	res, err := w.msgs.RegisterVrfKey(w.ctx, register(t, "b", vrfKey(t, "b", 1)))
	require.NoError(t, err)
	require.EqualValues(t, 30, res.EffectiveHeight)
	require.NoError(t, w.k.Invariants(w.ctx))
	events := w.ctx.EventManager().Events()
	require.Equal(t, "aichain.beacon.v1.EventVrfKeyRegistered", events[len(events)-1].Type)
	got, err := keeper.NewQueryServer(w.k).VrfKey(w.ctx, &types.QueryVrfKeyRequest{Validator: operator("b").String()})
	require.NoError(t, err)
	require.Equal(t, vrfKey(t, "b", 1).Public(), got.Key.Key)
	require.Empty(t, got.Key.Previous)
}

// TestRegisterVrfKeyRefusals: each with its error, and nothing changes.
func TestRegisterVrfKeyRefusals(t *testing.T) {
	w := newWorld(t)
	w.to(5)
	key := vrfKey(t, "b", 1)
	good := register(t, "b", key)
	with := func(change func(*types.MsgRegisterVrfKey)) *types.MsgRegisterVrfKey {
		m := *good
		change(&m)
		return &m
	}
	cases := map[string]struct {
		msg  *types.MsgRegisterVrfKey
		want error
	}{
		"no address":               {with(func(m *types.MsgRegisterVrfKey) { m.Validator = "b" }), sdkerrors.ErrInvalidAddress},
		"not a validator":          {register(t, "c", key), types.ErrNotValidator},
		"short key":                {with(func(m *types.MsgRegisterVrfKey) { m.Key = m.Key[:31] }), types.ErrInvalidKey},
		"no proof":                 {with(func(m *types.MsgRegisterVrfKey) { m.Proof = nil }), types.ErrInvalidPossession},
		"proof for another":        {with(func(m *types.MsgRegisterVrfKey) { m.Proof = register(t, "a", key).Proof }), types.ErrInvalidPossession},
		"proof for another chain":  {with(func(m *types.MsgRegisterVrfKey) { m.Proof = key.Prove(beacon.Possession("other-1", operator("b"))) }), types.ErrInvalidPossession},
		"somebody else's key":      {with(func(m *types.MsgRegisterVrfKey) { m.Key = vrfKey(t, "a", 2).Public() }), types.ErrInvalidPossession},
		"a beacon proof":           {with(func(m *types.MsgRegisterVrfKey) { m.Proof = w.proof(key) }), types.ErrInvalidPossession},
		"key of another validator": {register(t, "b", vrfKey(t, "a", 1)), types.ErrKeyTaken},
		"own key again":            {register(t, "a", vrfKey(t, "a", 1)), types.ErrKeyTaken},
	}
	before := w.state()
	for name, c := range cases {
		_, err := w.msgs.RegisterVrfKey(w.ctx, c.msg)
		require.ErrorIs(t, err, c.want, name)
		require.Equal(t, before, w.state(), name)
	}
}

// TestRotation: the old key counts up to the block before the new one does; at each edge exactly one of them.
func TestRotation(t *testing.T) {
	old, fresh := vrfKey(t, "a", 1), vrfKey(t, "a", 2)
	for _, c := range []struct {
		block    int64 // B-1, B and B+1 of B = 30
		inForce  vrf.Key
		notForce vrf.Key
	}{{29, old, fresh}, {30, fresh, old}, {31, fresh, old}} {
		w := newWorld(t)
		w.to(19) // the last block of epoch 1
		res, err := w.msgs.RegisterVrfKey(w.ctx, register(t, "a", fresh))
		require.NoError(t, err)
		require.EqualValues(t, 30, res.EffectiveHeight)
		w.to(c.block - 1)
		_, err = w.k.Check(w.ctx, cons("a"), uint64(c.block), w.proof(c.notForce))
		require.ErrorIs(t, err, types.ErrInvalidProof, "block %d", c.block)
		_, err = w.k.Check(w.ctx, cons("a"), uint64(c.block), w.proof(c.inForce))
		require.NoError(t, err, "block %d", c.block)
	}
}

// TestNoKeyBeforeItCounts: a first key is silent before its height.
func TestNoKeyBeforeItCounts(t *testing.T) {
	w := newWorld(t)
	w.to(19)
	key := vrfKey(t, "b", 1)
	_, err := w.msgs.RegisterVrfKey(w.ctx, register(t, "b", key))
	require.NoError(t, err)
	w.to(28)
	_, err = w.k.Check(w.ctx, cons("b"), 29, w.proof(key))
	require.ErrorIs(t, err, types.ErrNoKeyInForce)
	w.to(29)
	_, err = w.k.Check(w.ctx, cons("b"), 30, w.proof(key))
	require.NoError(t, err)
}

// TestPendingKeyCannotBeTakenBack: otherwise its owner could choose between two outputs one block before they count.
func TestPendingKeyCannotBeTakenBack(t *testing.T) {
	w := newWorld(t)
	w.to(19)
	_, err := w.msgs.RegisterVrfKey(w.ctx, register(t, "a", vrfKey(t, "a", 2)))
	require.NoError(t, err)
	w.to(29)
	before := w.state()
	_, err = w.msgs.RegisterVrfKey(w.ctx, register(t, "a", vrfKey(t, "a", 3)))
	require.ErrorIs(t, err, types.ErrKeyPending)
	require.Equal(t, before, w.state())
	w.to(30)
	_, err = w.msgs.RegisterVrfKey(w.ctx, register(t, "a", vrfKey(t, "a", 3)))
	require.NoError(t, err)
	_, err = w.msgs.RegisterVrfKey(w.ctx, register(t, "b", vrfKey(t, "a", 2)))
	require.ErrorIs(t, err, types.ErrKeyTaken, "the key in force")
	_, err = w.msgs.RegisterVrfKey(w.ctx, register(t, "b", vrfKey(t, "a", 1)))
	require.NoError(t, err, "a key replaced for good is free")
	require.NoError(t, w.k.Invariants(w.ctx))
}

// TestKeysFollowTheOperator: a rotated consensus key speaks with the same VRF key.
func TestKeysFollowTheOperator(t *testing.T) {
	w := newWorld(t)
	delete(w.vals.byCons, string(cons("a")))
	w.vals.byCons[string(cons("z"))] = operator("a")
	_, err := w.k.Check(w.ctx, cons("z"), 1, w.proof(vrfKey(t, "a", 1)))
	require.NoError(t, err)
	_, err = w.k.Check(w.ctx, cons("a"), 1, w.proof(vrfKey(t, "a", 1)))
	require.ErrorIs(t, err, types.ErrNoKeyInForce)
}
