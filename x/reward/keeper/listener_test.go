package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	"github.com/aichain/aichain/x/reward/types"
)

func threeRight() []attesttypes.FinalSeat {
	return []attesttypes.FinalSeat{seat("anna", right), seat("bert", right), seat("carl", right)}
}

func ready(t *testing.T) *world {
	w := newWorld(t)
	w.bonded(10_000, "anna", "bert", "carl", "dora")
	w.posted(1, 1_000)
	w.addsUp()
	return w
}

func TestVerdictPaysInItsBlock(t *testing.T) {
	w := ready(t)
	v := w.liened(verdict(ending{id: 1, reason: computetypes.REASON_TASK_AGREED, seats: threeRight()}))
	require.NoError(t, w.k.AfterVerdict(w.ctx, v))
	w.addsUp()
	require.EqualValues(t, 1_000, w.ledger().Pockets.Pending)
	w.endBlock()
	// 300 each: 15 take, 30 to the model, 255 to the seat. Of the take of 45, 22 are burned.
	for _, name := range []string{"anna", "bert", "carl"} {
		require.EqualValues(t, rich-10_000+255, w.balance(name))
		require.EqualValues(t, types.Bond{Provider: named(name), Bonded: 10_000, Liened: 500}, w.bond(name))
	}
	require.EqualValues(t, 90, w.balance("maker"))
	require.EqualValues(t, 22, w.balance("fire"))
	require.EqualValues(t, 23, w.balance("fee collector"))
	require.EqualValues(t, rich-900, w.balance("payer"))
	money, err := w.k.Money(w.ctx, 1)
	require.NoError(t, err)
	require.Equal(t, computetypes.MoneyView{
		Escrowed: 1_000, PaidSeats: 765, PaidModel: 90, PaidValidators: 23, Burned: 22, Refunded: 100,
	}, money)
	require.Equal(t, 1, w.emitted("EventTaskSettled"))
	require.Zero(t, w.emitted("EventSeatSlashed"))
	l := w.ledger()
	require.Zero(t, l.Pockets.Pending)
	require.EqualValues(t, 855, l.Totals.Paid.Uint64())
	require.EqualValues(t, 100, l.Totals.Refunded.Uint64())
}

func TestVerdictSlashesOnce(t *testing.T) {
	w := ready(t)
	seats := threeRight()
	seats[2].Outcome = wrong
	v := w.liened(verdict(ending{id: 1, reason: computetypes.REASON_TASK_AGREED_BY_PANEL, seats: seats}))
	require.NoError(t, w.k.AfterVerdict(w.ctx, v))
	w.refused(types.ErrEscrowClosed, func() error { return w.k.AfterVerdict(w.ctx, v) })
	w.refused(types.ErrEscrowClosed, func() error { return w.k.Refund(w.ctx, 1, computetypes.REASON_TASK_CANCELLED) })
	w.endBlock()
	require.Equal(t, types.Bond{Provider: named("carl"), Bonded: 9_500}, w.bond("carl"))
	require.EqualValues(t, 9_500, w.providers.told[named("carl")])
	require.NotContains(t, w.providers.told, named("anna"), "her bond did not change")
	require.EqualValues(t, rich-10_000+255+125, w.balance("anna"))
	require.EqualValues(t, 15+250, w.balance("fire"))
	require.Equal(t, 1, w.emitted("EventSeatSlashed"))
	l := w.ledger()
	require.EqualValues(t, 500, l.Totals.Slashed.Uint64())
	require.EqualValues(t, 250, l.Totals.SlashRewards.Uint64())
	money, err := w.k.Money(w.ctx, 1)
	require.NoError(t, err)
	require.EqualValues(t, 500, money.Slashed)
}

func TestRefundByVerdictSlashesTheSilent(t *testing.T) {
	w := ready(t)
	v := w.liened(verdict(ending{
		id: 1, refunded: true, reason: computetypes.REASON_TASK_STALLED_TWICE,
		seats: []attesttypes.FinalSeat{seat("anna", freed), seat("bert", noCommit), seat("carl", noReveal)},
	}))
	require.NoError(t, w.k.AfterVerdict(w.ctx, v))
	w.endBlock()
	require.EqualValues(t, rich, w.balance("payer"), "all the money back")
	require.Equal(t, types.Bond{Provider: named("anna"), Bonded: 10_000}, w.bond("anna"))
	require.Equal(t, types.Bond{Provider: named("bert"), Bonded: 9_950}, w.bond("bert"))
	require.Equal(t, types.Bond{Provider: named("carl"), Bonded: 9_500}, w.bond("carl"))
	require.EqualValues(t, rich-10_000+275, w.balance("anna"), "half of 550")
	require.EqualValues(t, 275, w.balance("fire"))
}

// TestRefundByTheRefereeSlashesTheOverthrown: no result stood, and who was proven wrong pays for it all the same.
func TestRefundByTheRefereeSlashesTheOverthrown(t *testing.T) {
	w := ready(t)
	v := w.liened(verdict(ending{
		id: 1, refunded: true, reason: computetypes.REASON_TASK_NONE_STOOD,
		seats: []attesttypes.FinalSeat{seat("anna", wrong), seat("bert", wrong), seat("carl", freed)},
	}))
	require.NoError(t, w.k.AfterVerdict(w.ctx, v))
	w.endBlock()
	require.EqualValues(t, rich, w.balance("payer"))
	require.Equal(t, types.Bond{Provider: named("anna"), Bonded: 9_500}, w.bond("anna"))
	require.Equal(t, types.Bond{Provider: named("bert"), Bonded: 9_500}, w.bond("bert"))
	require.EqualValues(t, rich-10_000+500, w.balance("carl"))
	require.EqualValues(t, 1_000, w.money(1).Slashed)
}

// TestNoDefenceIsASoftFault: bert was right and silent; a tenth of its lien goes, and its seat is not paid.
func TestNoDefenceIsASoftFault(t *testing.T) {
	w := ready(t)
	seats := threeRight()
	seats[1].Outcome, seats[2].Outcome = noDefence, wrong
	require.NoError(t, w.k.AfterVerdict(w.ctx, w.liened(verdict(ending{id: 1, reason: computetypes.REASON_TASK_REFEREED, seats: seats}))))
	w.endBlock()
	require.Equal(t, types.Bond{Provider: named("bert"), Bonded: 9_950}, w.bond("bert"))
	require.EqualValues(t, rich-10_000, w.balance("bert"))
	require.EqualValues(t, rich-10_000+255+275, w.balance("anna"))
	require.EqualValues(t, rich-300, w.balance("payer"))
	require.Len(t, w.export().LienReleases, 1, "only anna can be challenged")
}

// TestSlashOfABondLoweredTwice: a provider on two seats of one task is not possible, but if it were, both slashes
// would count.
func TestSlashOfABondLoweredTwice(t *testing.T) {
	w := ready(t)
	v := w.liened(verdict(ending{id: 1, refunded: true, seats: []attesttypes.FinalSeat{seat("anna", noReveal), seat("anna", noReveal)}}))
	require.NoError(t, w.k.AfterVerdict(w.ctx, v))
	w.endBlock()
	require.Equal(t, types.Bond{Provider: named("anna"), Bonded: 9_000}, w.bond("anna"))
}

func TestVerdictRefuses(t *testing.T) {
	w := ready(t)
	v := w.liened(verdict(ending{id: 1, seats: threeRight()}))
	with := func(spoil func(*attesttypes.FinalVerdict)) func() error {
		bad := v
		bad.Seats = append([]attesttypes.FinalSeat(nil), v.Seats...)
		spoil(&bad)
		return func() error { // as x/attest does: in a branch
			ctx, _ := w.ctx.CacheContext()
			return w.k.AfterVerdict(ctx, bad)
		}
	}
	w.refused(types.ErrNoEscrow, with(func(v *attesttypes.FinalVerdict) { v.Task.Id = 2 }))
	w.refused(types.ErrSettlement, with(func(v *attesttypes.FinalVerdict) { v.Closing.Status = computetypes.TASK_STATUS_OPEN }))
	w.refused(types.ErrSettlement, with(func(v *attesttypes.FinalVerdict) { v.Seats[0].Outcome = computetypes.REASON_UNSPECIFIED }))
	w.refused(types.ErrSettlement, with(func(v *attesttypes.FinalVerdict) { v.Seats[0].Outcome = challengeLost }))
	w.refused(types.ErrSettlement, with(func(v *attesttypes.FinalVerdict) {
		v.Closing.Status, v.Seats = computetypes.TASK_STATUS_REFUNDED, []attesttypes.FinalSeat{seat("anna", right)}
	}))
	w.refused(types.ErrSettlement, with(func(v *attesttypes.FinalVerdict) { v.Task.Snapshot.TakeBps = 10_001 }))
	w.refused(types.ErrNoBond, with(func(v *attesttypes.FinalVerdict) { v.Seats[0] = seat("zoe", wrong) }))
	w.refused(types.ErrLedger, with(func(v *attesttypes.FinalVerdict) { v.Seats[0] = seat("dora", wrong) }))
	w.refused(types.ErrBadAddress, with(func(v *attesttypes.FinalVerdict) { v.Task.Snapshot.ModelSplits[0].Recipient = "?" }))
}
