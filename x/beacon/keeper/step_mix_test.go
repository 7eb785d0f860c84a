package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/rules/beacon"
	"github.com/aichain/aichain/x/beacon/keeper"
	"github.com/aichain/aichain/x/beacon/types"
)

// TestMix: R_h = H(R_{h-1}, output), and a false proof counts as silence.
func TestMix(t *testing.T) {
	w := newWorld(t)
	r0 := beacon.Genesis(chainID)
	require.Equal(t, r0[:], w.at(0))

	proof := w.proof(vrfKey(t, "a", 1))
	output, err := w.k.Check(w.ctx, cons("a"), 1, proof)
	require.NoError(t, err)
	w.block(proof)
	r1 := beacon.Mix(r0[:], output)
	require.Equal(t, r1[:], w.at(1))
	require.Empty(t, w.ctx.EventManager().Events())

	w.block(proof) // of another height
	r2 := beacon.Mix(r1[:], beacon.Skip())
	require.Equal(t, r2[:], w.at(2))
	require.Equal(t, "aichain.beacon.v1.EventBeaconSkipped", w.ctx.EventManager().Events()[0].Type)
	res, err := keeper.NewQueryServer(w.k).Output(w.ctx, &types.QueryOutputRequest{})
	require.NoError(t, err)
	require.EqualValues(t, 1, res.Skips)
	require.True(t, res.Output.Skipped)
}

// TestWhatCannotBeChosen: whoever proposes with the same key, and whatever the block holds, R is the same; only
// silence differs, by one fixed value.
func TestWhatCannotBeChosen(t *testing.T) {
	run := func(hash byte, silent bool) []byte {
		w := newWorld(t)
		var proof []byte
		if !silent {
			proof = w.proof(vrfKey(t, "a", 1))
		}
		w.ctx = w.ctx.WithHeaderHash([]byte{hash}).WithBlockTime(w.ctx.BlockTime().AddDate(int(hash), 0, 0))
		w.block(proof)
		return w.at(1)
	}
	require.Equal(t, run(1, false), run(2, false))
	require.Equal(t, run(1, true), run(2, true))
	require.NotEqual(t, run(1, false), run(1, true))
}

// TestHistoryEdges: at B-1, B and B+1 of the history's length the oldest value is there, gone, gone.
func TestHistoryEdges(t *testing.T) {
	w := newWorld(t)
	w.to(99)
	require.NotEmpty(t, w.at(0))
	w.to(100)
	_, err := w.k.At(w.ctx, 0)
	require.ErrorIs(t, err, types.ErrUnknownHeight)
	require.NotEmpty(t, w.at(1))
	w.to(101)
	_, err = w.k.At(w.ctx, 1)
	require.ErrorIs(t, err, types.ErrUnknownHeight)
	_, err = w.k.At(w.ctx, 102)
	require.ErrorIs(t, err, types.ErrUnknownHeight, "the future")
}

// TestOneWriteOneDelete: a block that speaks leaves as many records as it found.
func TestOneWriteOneDelete(t *testing.T) {
	w := newWorld(t)
	w.to(150)
	before := len(w.state())
	w.block(w.proof(vrfKey(t, "a", 1)))
	require.Len(t, w.state(), before)
}

// TestHashSource: on a -dev chain the block hash decides, which its proposer chooses: the control of the attacks.
func TestHashSource(t *testing.T) {
	run := func(hash byte) []byte {
		w := emptyWorld(t, "aichain-dev")
		g := types.DefaultGenesis()
		g.Params.Source = types.SOURCE_HASH
		require.NoError(t, w.k.InitGenesis(w.ctx, g))
		w.ctx = w.ctx.WithBlockHeight(1).WithHeaderHash([]byte{hash})
		require.NoError(t, w.k.Mix(w.ctx, keeper.Said{Proposer: cons("a")}))
		_, err := w.k.Turn(w.ctx, cons("a"), 2)
		require.ErrorIs(t, err, types.ErrNoKeyInForce)
		return w.at(1)
	}
	require.NotEqual(t, run(1), run(2))
}
