package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
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

// emissions is all that the query tells of those who earn.
func (w *world) emissions() (sum uint64) {
	w.t.Helper()
	for _, name := range []string{"anna", "bert", "carl"} {
		e := w.emission(name)
		sum += e.Claimable + e.Waiting + e.Challenged
	}
	return sum
}

// TestEmissionTellsWhatTheBudgetLeftOver: what is due and was not released yet waits.
func TestEmissionTellsWhatTheBudgetLeftOver(t *testing.T) {
	w := earning(t)
	setBudgets(t, w, 1_000, 1)
	w.at(110).endBlock() // one of three
	require.Equal(t, types.QueryEmissionResponse{Claimable: 3, UntilHeight: 210}, w.emission("anna"))
	require.Equal(t, types.QueryEmissionResponse{Waiting: 3, NextHeight: 110, UntilHeight: 210}, w.emission("carl"))
	for h := uint64(110); h <= 113; h++ {
		require.Equal(t, w.ledger().Pockets.Emission, w.at(h).emissions())
		w.at(h + 1).endBlock()
	}
	require.Equal(t, types.QueryEmissionResponse{Claimable: 3, UntilHeight: 214}, w.emission("carl"))
}

// TestEmissionTellsWhatWaitsBeyondTheWindow: tasks keep the challenge window that they were matched with.
func TestEmissionTellsWhatWaitsBeyondTheWindow(t *testing.T) {
	for _, c := range []struct {
		name          string
		window, until uint64
		waiting       uint64
	}{
		{"as short as now", 100, 110, 3},
		{"longer", 101, 111, 3},
		{"B-1", 9_999, 10_009, 3},
		{"B", 10_000, 10_010, 3},
		{"B+1", 10_001, 10_010, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := ready(t)
			v := verdict(ending{id: 1, seats: threeRight(), emission: 5_000})
			v.Task.Snapshot.ChallengeWindow = c.window
			require.NoError(t, w.k.AfterVerdict(w.at(10).ctx, w.liened(v)))
			w.endBlock()
			e := w.emission("anna")
			require.Equal(t, []uint64{c.waiting, c.until}, []uint64{e.Waiting, e.UntilHeight})
			if c.waiting > 0 {
				require.Equal(t, 10+c.window, e.NextHeight)
			}
		})
	}
}

// TestEmissionReadsNoFurtherBack than 10 000 blocks, however long a release has been left over.
func TestEmissionReadsNoFurtherBack(t *testing.T) {
	for _, c := range []struct {
		name          string
		late, waiting uint64
	}{{"B-1", 9_999, 3}, {"B", 10_000, 3}, {"B+1", 10_001, 0}} {
		t.Run(c.name, func(t *testing.T) {
			w := earning(t)
			meter := w.at(110 + c.late).ctx.WithGasMeter(storetypes.NewInfiniteGasMeter()).WithKVGasConfig(storetypes.GasConfig{ReadCostFlat: 1})
			res, err := w.query.Emission(meter, &types.QueryEmissionRequest{Provider: named("anna")})
			require.NoError(t, err)
			require.Equal(t, c.waiting, res.Waiting)
			require.Less(t, meter.GasMeter().GasConsumed(), uint64(2*10_000))
		})
	}
}
