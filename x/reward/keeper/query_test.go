package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aichain/aichain/x/reward/types"
)

func TestQueries(t *testing.T) {
	w := busy(t)
	bond, err := w.query.Bond(w.ctx, &types.QueryBondRequest{Provider: named("dora")})
	require.NoError(t, err)
	require.Equal(t, &types.QueryBondResponse{Bond: types.Bond{Provider: named("dora"), Bonded: 9_900, Liened: 500}, Free: 9_400}, bond)
	_, err = w.query.Bond(w.ctx, &types.QueryBondRequest{Provider: named("zoe")})
	require.ErrorIs(t, err, types.ErrNoBond)
	_, err = w.query.Bond(w.ctx, nil)
	require.ErrorIs(t, err, types.ErrBadAddress)

	escrow, err := w.query.Escrow(w.ctx, &types.QueryEscrowRequest{TaskId: 4})
	require.NoError(t, err)
	require.EqualValues(t, 1_000, escrow.Escrow.Held)
	_, err = w.query.Escrow(w.ctx, &types.QueryEscrowRequest{TaskId: 44})
	require.ErrorIs(t, err, types.ErrNoEscrow)

	params, err := w.query.Params(w.ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, types.DefaultParams(), params.Params)
	ledger, err := w.query.Ledger(w.ctx, &types.QueryLedgerRequest{})
	require.NoError(t, err)
	require.Equal(t, w.ledger(), ledger.Ledger)
	parked, err := w.query.Parked(w.ctx, &types.QueryParkedRequest{})
	require.NoError(t, err)
	require.Len(t, parked.Parked, 1)
}

func TestUnbondingsArePagedSoonestFirst(t *testing.T) {
	w := newWorld(t)
	w.bonded(5_000, "anna", "bert")
	for h := uint64(300); h >= 1; h -= 60 {
		require.NoError(t, withdraw(w.at(h), named("anna"), uaic(int64(h)))())
		require.NoError(t, withdraw(w.at(h), named("bert"), uaic(1))())
		if h == 60 {
			break
		}
	}
	var heights []uint64
	page := &query.PageRequest{Limit: 2}
	for {
		res, err := w.query.Unbondings(w.ctx, &types.QueryUnbondingsRequest{Provider: named("anna"), Pagination: page})
		require.NoError(t, err)
		for _, u := range res.Unbondings {
			require.Equal(t, u.Height-200, u.Amount)
			heights = append(heights, u.Height)
		}
		if res.Pagination.NextKey == nil {
			break
		}
		page = &query.PageRequest{Limit: 2, Key: res.Pagination.NextKey}
	}
	require.Equal(t, []uint64{260, 320, 380, 440, 500}, heights)
}
