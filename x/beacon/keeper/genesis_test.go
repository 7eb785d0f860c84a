package keeper_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/x/beacon/keeper"
	"github.com/aichain/aichain/x/beacon/types"
)

// TestGenesisRoundTrip: export, import, export gives the same bytes, in the middle of a rotation too.
func TestGenesisRoundTrip(t *testing.T) {
	w := newWorld(t)
	w.to(110)
	_, err := w.msgs.RegisterVrfKey(w.ctx, register(t, "a", vrfKey(t, "a", 2)))
	require.NoError(t, err)
	first, err := w.k.ExportGenesis(w.ctx)
	require.NoError(t, err)
	require.Len(t, first.Outputs, 100)

	n := emptyWorld(t, chainID)
	n.ctx = n.ctx.WithBlockHeight(111)
	require.NoError(t, n.k.InitGenesis(n.ctx, first))
	second, err := n.k.ExportGenesis(n.ctx)
	require.NoError(t, err)
	a, _ := first.Marshal()
	b, _ := second.Marshal()
	require.Equal(t, a, b)
	require.Equal(t, w.state(), n.state())
}

// TestGenesisRefusals: each with its error.
func TestGenesisRefusals(t *testing.T) {
	cases := map[string]struct {
		change func(g *types.GenesisState)
		want   error
	}{
		"hash source":   {func(g *types.GenesisState) { g.Params.Source = types.SOURCE_HASH }, types.ErrHashSource},
		"no source":     {func(g *types.GenesisState) { g.Params.Source = 0 }, types.ErrInvalidParams},
		"short epochs":  {func(g *types.GenesisState) { g.Params.EpochBlocks = 9 }, types.ErrInvalidParams},
		"short history": {func(g *types.GenesisState) { g.Params.HistoryBlocks = 99 }, types.ErrInvalidParams},
		"short seed":    {func(g *types.GenesisState) { g.Seed = []byte{1} }, types.ErrInvalidGenesis},
		"no proof":      {func(g *types.GenesisState) { g.Proofs = nil }, types.ErrInvalidGenesis},
		"false proof":   {func(g *types.GenesisState) { g.Proofs[0] = bytes.Repeat([]byte{1}, 80) }, types.ErrInvalidPossession},
		"validator twice": {func(g *types.GenesisState) {
			g.Keys = append(g.Keys, g.Keys[0])
			g.Proofs = append(g.Proofs, g.Proofs[0])
		}, types.ErrInvalidGenesis},
		"short key":             {func(g *types.GenesisState) { g.Keys[0].Key = g.Keys[0].Key[1:] }, types.ErrInvalidGenesis},
		"no operator":           {func(g *types.GenesisState) { g.Keys[0].Validator = "a" }, types.ErrInvalidGenesis},
		"key that counts later": {func(g *types.GenesisState) { g.Keys[0].EffectiveHeight = 7 }, types.ErrInvalidGenesis},
		"seed and outputs": {func(g *types.GenesisState) {
			g.Seed, g.Outputs = make([]byte, 32), []types.Output{{Height: 0, Value: make([]byte, 32)}}
		}, types.ErrInvalidGenesis},
		"gap in the outputs": {func(g *types.GenesisState) {
			g.Outputs = []types.Output{{Height: 1, Value: make([]byte, 32)}, {Height: 3, Value: make([]byte, 32)}}
		}, types.ErrInvalidGenesis},
		"outputs of another height": {func(g *types.GenesisState) {
			g.Outputs = []types.Output{{Height: 8, Value: make([]byte, 32)}}
		}, types.ErrInvalidGenesis},
	}
	for name, c := range cases {
		g := genesis(t)
		c.change(g)
		w := emptyWorld(t, chainID)
		require.ErrorIs(t, w.k.InitGenesis(w.ctx, g), c.want, name)
	}
}

// TestUpdateParams: only governance, only within bounds, no hash source; a shorter history is cut at once.
func TestUpdateParams(t *testing.T) {
	w := newWorld(t)
	good := types.Params{Source: types.SOURCE_VRF, EpochBlocks: 20, HistoryBlocks: 200}
	_, err := w.msgs.UpdateParams(w.ctx, &types.MsgUpdateParams{Authority: authority, Params: good})
	require.NoError(t, err)
	w.to(190)

	before := w.state()
	hash := good
	hash.Source = types.SOURCE_HASH
	_, err = w.msgs.UpdateParams(w.ctx, &types.MsgUpdateParams{Authority: authority, Params: hash})
	require.ErrorIs(t, err, types.ErrHashSource)
	_, err = w.msgs.UpdateParams(w.ctx, &types.MsgUpdateParams{Authority: authority, Params: types.Params{}})
	require.ErrorIs(t, err, types.ErrInvalidParams)
	_, err = w.msgs.UpdateParams(w.ctx, &types.MsgUpdateParams{Authority: operator("a").String(), Params: good})
	require.Error(t, err)
	require.Equal(t, before, w.state())

	good.HistoryBlocks = 100
	_, err = w.msgs.UpdateParams(w.ctx, &types.MsgUpdateParams{Authority: authority, Params: good})
	require.NoError(t, err)
	require.NoError(t, w.k.Invariants(w.ctx))
	_, err = w.k.At(w.ctx, 90)
	require.ErrorIs(t, err, types.ErrUnknownHeight)
	require.NotEmpty(t, w.at(91))
	w.to(300)
}

// TestQueries: what is not there says so.
func TestQueries(t *testing.T) {
	w := newWorld(t)
	w.to(3)
	q := keeper.NewQueryServer(w.k)
	_, err := q.Output(w.ctx, &types.QueryOutputRequest{Height: 4})
	require.ErrorIs(t, err, types.ErrUnknownHeight)
	_, err = q.VrfKey(w.ctx, &types.QueryVrfKeyRequest{Validator: operator("b").String()})
	require.ErrorIs(t, err, types.ErrUnknownKey)
	keys, err := q.VrfKeys(w.ctx, &types.QueryVrfKeysRequest{})
	require.NoError(t, err)
	require.Len(t, keys.Keys, 1)
	p, err := q.Params(w.ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.EqualValues(t, 10, p.Params.EpochBlocks)
}
