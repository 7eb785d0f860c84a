package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/types/query"

	computetypes "github.com/aichain/aichain/x/compute/types"
	"github.com/aichain/aichain/x/reward/keeper"
	"github.com/aichain/aichain/x/reward/types"
)

// TestLowAddressesDoNotStarveHighOnes: somebody has one payout in every block to an address before all others, and the
// budget is one. The other recipient is paid all the same, within some blocks.
func TestLowAddressesDoNotStarveHighOnes(t *testing.T) {
	w := newWorld(t)
	setBudgets(t, w, 1, 1)
	paid := func() bool { return w.balance("bert") == rich }
	refund := func(id uint64, who string) {
		require.NoError(t, w.k.Deposit(w.ctx, account(who), []computetypes.EscrowDeposit{{TaskID: id, Amount: 100}}))
		require.NoError(t, w.k.Refund(w.ctx, id, computetypes.REASON_TASK_CANCELLED))
	}
	refund(1, "bert")
	blocks := uint64(0)
	for ; blocks < 40 && !paid(); blocks++ {
		refund(2+blocks, "anna")
		w.at(10 + blocks).endBlock()
	}
	require.True(t, paid(), "starved for %d blocks", blocks)
}

// TestListsAreBounded: no query walks what it does not show.
func TestListsAreBounded(t *testing.T) {
	w := newWorld(t)
	q := keeper.NewQueryServer(w.k)
	for _, p := range []*query.PageRequest{{CountTotal: true}, {Offset: 1}} {
		_, err := q.Unbondings(w.ctx, &types.QueryUnbondingsRequest{Provider: named("anna"), Pagination: p})
		require.ErrorIs(t, err, sdkerrors.ErrInvalidRequest)
		_, err = q.Parked(w.ctx, &types.QueryParkedRequest{Pagination: p})
		require.ErrorIs(t, err, sdkerrors.ErrInvalidRequest)
	}
	w.bonded(5_000, "anna")
	for h := range uint64(250) {
		require.NoError(t, withdraw(w.at(10+h), named("anna"), uaic(1))())
	}
	res, err := q.Unbondings(w.ctx, &types.QueryUnbondingsRequest{Provider: named("anna"), Pagination: &query.PageRequest{Limit: 1 << 40}})
	require.NoError(t, err)
	require.Len(t, res.Unbondings, 200)
	require.NotEmpty(t, res.Pagination.NextKey)
}
