package client

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/canon/step"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// fakeDisputes answers queries about one dispute.
type fakeDisputes struct {
	attesttypes.QueryClient
	dispute attesttypes.Dispute
}

func (f fakeDisputes) Dispute(context.Context, *attesttypes.QueryDisputeRequest, ...grpc.CallOption) (*attesttypes.QueryDisputeResponse, error) {
	return &attesttypes.QueryDisputeResponse{Dispute: f.dispute}, nil
}

func (f fakeDisputes) Disputes(context.Context, *attesttypes.QueryDisputesRequest, ...grpc.CallOption) (*attesttypes.QueryDisputesResponse, error) {
	return &attesttypes.QueryDisputesResponse{Disputes: []attesttypes.Dispute{f.dispute}}, nil
}

func refuses(e *errorsmod.Error) func(sdk.Tx) error {
	return func(sdk.Tx) error { return newChainError(e.Codespace(), e.ABCICode(), e.Error(), "") }
}

func TestMovesAreFreeAndNotSimulated(t *testing.T) {
	c, n := newTestClient(t)
	n.running(t)
	at, hashes := Turn{3, 4}, make([]step.Hash, 5)
	for _, move := range []func() (Tx, error){
		func() (Tx, error) {
			return c.PostTrace(t.Context(), at, Opening{First: hashes, Last: hashes, Children: hashes})
		},
		func() (Tx, error) { return c.ChooseChild(t.Context(), at, 7) },
		func() (Tx, error) { return c.PostChildren(t.Context(), at, hashes) },
		func() (Tx, error) { return c.PostChunk(t.Context(), at, make([]byte, 512)) },
		func() (Tx, error) { return c.PostStep(t.Context(), at, make([]byte, 10_000)) },
	} {
		tx, err := move()
		require.NoError(t, err)
		require.NotEmpty(t, tx.Hash)
	}
	require.Zero(t, n.simulated)
	for _, fee := range n.fees {
		require.True(t, fee.IsZero())
	}
	for _, raw := range n.raws {
		tx, err := n.enc.tx.TxDecoder()(raw)
		require.NoError(t, err)
		require.Equal(t, attesttypes.FreeMoveGas(tx.GetMsgs()[0]), tx.(sdk.FeeTx).GetGas())
		require.NotZero(t, tx.(sdk.FeeTx).GetGas())
	}
}

// A process that was killed after its move was sent sends it again: once it is in a block, that is no failure.
func TestAMoveThatIsInABlockIsDone(t *testing.T) {
	const choice, children = attesttypes.DISPUTE_MOVE_KIND_CHOICE, attesttypes.DISPUTE_MOVE_KIND_CHILDREN
	moves := []attesttypes.DisputeMove{{Kind: attesttypes.DISPUTE_MOVE_KIND_TRACE, Height: 5}, {Kind: choice, Height: 6}}
	for name, x := range map[string]struct {
		refusal *errorsmod.Error
		moves   []attesttypes.DisputeMove
		height  uint64 // 0: it fails
	}{
		"its number is over":          {attesttypes.ErrMoveNotDue, moves, 6},
		"it is the other's turn":      {attesttypes.ErrNotYourMove, moves, 6},
		"it ended the dispute":        {attesttypes.ErrDisputeResolved, moves, 6},
		"it was never made":           {attesttypes.ErrMoveNotDue, moves[:1], 0},
		"another move has its number": {attesttypes.ErrMoveNotDue, []attesttypes.DisputeMove{{}, {Kind: children}}, 0},
		"it is refused":               {attesttypes.ErrInvalidChild, moves, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c, n := newTestClient(t)
			c.attest = fakeDisputes{dispute: attesttypes.Dispute{Id: 3, Moves: x.moves}}
			n.onBroadcast = []func(sdk.Tx) error{refuses(x.refusal)}
			tx, err := c.ChooseChild(t.Context(), Turn{3, 1}, 7)
			if x.height == 0 {
				require.ErrorIs(t, err, x.refusal)
				return
			}
			require.NoError(t, err)
			require.Equal(t, Tx{Height: x.height}, tx)
			require.Empty(t, n.sequences)
		})
	}
}

func TestAMovePaysWhenTheLawOfFreeGasHasChanged(t *testing.T) {
	c, n := newTestClient(t)
	n.onBroadcast = []func(sdk.Tx) error{func(sdk.Tx) error { return newChainError(anteCodespace, codeFreeGas, "wrong gas", "") }}
	n.running(t)
	_, err := c.ChooseChild(t.Context(), Turn{3, 1}, 7)
	require.NoError(t, err)
	require.Equal(t, 1, n.simulated)
	require.False(t, n.fees[0].IsZero())
}

func TestAChallengeIsOpenedOnce(t *testing.T) {
	c, n := newTestClient(t)
	c.attest = fakeDisputes{dispute: attesttypes.Dispute{Id: 9, Solver: "s", Challenger: c.addr}}
	n.onBroadcast = []func(sdk.Tx) error{refuses(attesttypes.ErrAlreadyChallenged), refuses(attesttypes.ErrAlreadyChallenged), refuses(attesttypes.ErrWindowOver)}
	res, _, err := c.OpenDispute(t.Context(), 1, "s")
	require.NoError(t, err)
	require.EqualValues(t, 9, res.DisputeId)
	_, _, err = c.OpenDispute(t.Context(), 1, "other")
	require.ErrorIs(t, err, attesttypes.ErrAlreadyChallenged)
	_, _, err = c.OpenDispute(t.Context(), 1, "s")
	require.ErrorIs(t, err, attesttypes.ErrWindowOver)
	require.Contains(t, Next(err), "challenge window")
}

func TestHashesAreCut(t *testing.T) {
	in := []step.Hash{{1}, {2}, {3}}
	out, err := Hashes(flat(in))
	require.NoError(t, err)
	require.Equal(t, in, out)
	_, err = Hashes(make([]byte, 33))
	require.Error(t, err)
}
