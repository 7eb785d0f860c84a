package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	computetypes "github.com/aichain/aichain/x/compute/types"
	"github.com/aichain/aichain/x/reward/keeper"
	"github.com/aichain/aichain/x/reward/types"
)

func TestEmptyBlockWritesNothing(t *testing.T) {
	w := newWorld(t)
	before := w.export()
	w.endBlock()
	require.Equal(t, before, w.export())
	require.Empty(t, w.ctx.EventManager().Events())
}

// settled has three right seats whose liens free at height 110.
func settled(t *testing.T) *world {
	w := ready(t)
	v := w.liened(verdict(ending{id: 1, seats: threeRight()}))
	require.NoError(t, w.k.AfterVerdict(w.at(10).ctx, v))
	w.endBlock()
	return w
}

func TestLiensFreeAtTheirHeight(t *testing.T) {
	for _, c := range []struct {
		name   string
		height uint64
		liened uint64
	}{{"B-1", 109, 500}, {"B", 110, 0}, {"B+1", 111, 0}} {
		t.Run(c.name, func(t *testing.T) {
			w := settled(t)
			w.at(c.height).endBlock()
			require.Equal(t, c.liened, w.bond("anna").Liened)
			liened, releasing, err := w.k.LienedBy(w.ctx, named("anna"))
			require.NoError(t, err)
			require.Equal(t, liened, releasing, "no seat is open")
		})
	}
}

func TestLiensOfABlockFreeTogether(t *testing.T) {
	w := ready(t)
	for id := uint64(2); id <= 4; id++ {
		w.posted(id, 1_000)
		require.NoError(t, w.k.AfterVerdict(w.at(10).ctx, w.liened(verdict(ending{id: id, seats: threeRight()}))))
	}
	w.endBlock()
	require.Len(t, w.export().LienReleases, 3, "one for each provider")
	w.at(110).endBlock()
	require.Equal(t, types.Bond{Provider: named("bert"), Bonded: 10_000}, w.bond("bert"))
}

func setBudgets(t *testing.T, w *world, payouts, releases uint32) {
	p := types.DefaultParams()
	p.PayoutBudget, p.ReleaseBudget = payouts, releases
	_, err := w.msg.UpdateParams(w.ctx, &types.MsgUpdateParams{Authority: named("gov"), Params: p})
	require.NoError(t, err)
}

func TestReleaseBudgetResumes(t *testing.T) {
	w := settled(t)
	setBudgets(t, w, 1, 2)
	w.at(110).endBlock()
	require.Len(t, w.export().LienReleases, 1)
	w.at(111).endBlock()
	require.Empty(t, w.export().LienReleases)
}

// TestPoisonedReleaseStopsNobody: a release that nothing backs is put aside, its neighbours free.
func TestPoisonedReleaseStopsNobody(t *testing.T) {
	w := settled(t)
	require.NoError(t, w.k.PlantRelease(w.ctx, 109, account("aaron"), 7))
	require.NoError(t, w.k.EndBlock(w.at(110).ctx))
	require.Zero(t, w.bond("anna").Liened)
	left := w.export().LienReleases
	require.Len(t, left, 1)
	require.EqualValues(t, 110+keeper.RetryBlocks, left[0].Height)
}

func TestBondComesHomeAtItsHeight(t *testing.T) {
	for _, c := range []struct {
		name   string
		height uint64
		home   uint64
	}{{"B-1", 204, 0}, {"B", 205, 700}, {"B+1", 206, 700}} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.bonded(5_000, "anna")
			w.at(5)
			require.NoError(t, withdraw(w, named("anna"), uaic(300))())
			require.NoError(t, withdraw(w, named("anna"), uaic(400))(), "the same block: they come home together")
			w.endBlock()
			require.Len(t, w.export().Unbondings, 1)
			w.at(c.height).endBlock()
			require.Equal(t, rich-5_000+c.home, w.balance("anna"))
			require.EqualValues(t, c.home, w.ledger().Totals.Unbonded.Uint64())
			require.Equal(t, int(c.home/700), w.emitted("EventUnbonded"))
		})
	}
}

func TestPoisonedUnbondingStopsNobody(t *testing.T) {
	w := newWorld(t)
	w.bonded(5_000, "anna", "bert")
	require.NoError(t, withdraw(w, named("bert"), uaic(300))())
	require.NoError(t, w.k.PlantUnbonding(w.ctx, 200, account("aaron"), 1<<60)) // more than all bond
	require.NoError(t, w.k.EndBlock(w.at(201).ctx))
	require.EqualValues(t, rich-4_700, w.balance("bert"))
	left := w.export().Unbondings
	require.Len(t, left, 1)
	require.EqualValues(t, 201+keeper.RetryBlocks, left[0].Height)
}

func TestBlockedRecipientStopsNobody(t *testing.T) {
	w := ready(t)
	w.bank.blocked[string(account("anna"))] = true
	v := w.liened(verdict(ending{id: 1, seats: threeRight()}))
	require.NoError(t, w.k.AfterVerdict(w.ctx, v))
	w.endBlock()
	require.EqualValues(t, rich-10_000, w.balance("anna"))
	require.EqualValues(t, rich-10_000+255, w.balance("bert"))
	require.EqualValues(t, rich-900, w.balance("payer"))
	require.Equal(t, 1, w.emitted("EventPayoutParked"))
	parked := w.export().Parked
	require.Len(t, parked, 1)
	require.Equal(t, types.Payout{Recipient: named("anna"), Amount: 255, Paid: 255}, parked[0].Payout)
	require.Contains(t, parked[0].Error, "not allowed to receive funds")
	require.EqualValues(t, 255, w.ledger().Pockets.Pending)

	// A second one joins it.
	w.posted(2, 1_000)
	require.NoError(t, w.k.AfterVerdict(w.at(2).ctx, w.liened(verdict(ending{id: 2, seats: threeRight()}))))
	w.endBlock()
	parked = w.export().Parked
	require.Len(t, parked, 1)
	require.EqualValues(t, 510, parked[0].Payout.Amount)
	require.EqualValues(t, 2, parked[0].Height)
}

func TestFireThatIsOutStopsNobody(t *testing.T) {
	w := ready(t)
	w.bank.noBurn = true
	require.NoError(t, w.k.AfterVerdict(w.ctx, w.liened(verdict(ending{id: 1, seats: threeRight()}))))
	w.endBlock()
	require.EqualValues(t, 22, w.ledger().Pockets.PendingBurn)
	require.EqualValues(t, 23, w.balance("fee collector"))
	require.EqualValues(t, rich-900, w.balance("payer"))
	w.bank.noBurn = false
	w.at(2).endBlock()
	require.Zero(t, w.ledger().Pockets.Pending)
	require.EqualValues(t, 22, w.balance("fire"))
}

func TestPayoutBudgetResumes(t *testing.T) {
	w := newWorld(t)
	setBudgets(t, w, 10, 10)
	for i := range 25 {
		name := fmt.Sprintf("payer %02d", i)
		require.NoError(t, w.bank.balances.Set(w.ctx, account(name), 100))
		d := []computetypes.EscrowDeposit{{TaskID: uint64(i), Amount: 100}}
		require.NoError(t, w.k.Deposit(w.ctx, account(name), d))
		require.NoError(t, w.k.Refund(w.ctx, uint64(i), computetypes.REASON_TASK_CANCELLED))
	}
	for block, left := range []int{15, 5, 0, 0} {
		w.at(uint64(2 + block)).endBlock()
		require.Len(t, w.export().Payouts, left)
	}
	require.EqualValues(t, 100, w.balance("payer 24"))
}

// TestPayoutsOfABlockGoTogether: however many tasks end in a block, each recipient is sent money once, the fire
// burns once and the validators are paid once.
func TestPayoutsOfABlockGoTogether(t *testing.T) {
	w := newWorld(t)
	w.bonded(100_000, "anna", "bert", "carl")
	deposits := []computetypes.EscrowDeposit{}
	for id := uint64(1); id <= 50; id++ {
		deposits = append(deposits, computetypes.EscrowDeposit{TaskID: id, Amount: 1_000})
	}
	require.NoError(t, w.k.Deposit(w.ctx, account("payer"), deposits))
	for id := uint64(1); id <= 50; id++ {
		require.NoError(t, w.k.AfterVerdict(w.ctx, w.liened(verdict(ending{id: id, seats: threeRight()}))))
	}
	before := w.bank.sends
	w.endBlock()
	require.Equal(t, 7, w.bank.sends-before, "3 providers, maker, payer, fire, validators")
	require.EqualValues(t, rich-100_000+50*255, w.balance("anna"))
}
