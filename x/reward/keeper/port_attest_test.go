package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	"github.com/aichain/aichain/x/reward/types"
)

var (
	noDefence     = computetypes.REASON_SEAT_NO_DEFENCE
	challengeLost = computetypes.REASON_CHALLENGE_LOST
)

// challenged is a settled task of which dora challenges anna's seat: anna's lien of 500, which was to free itself at
// 110, is held, and dora has staked as much. The task cost 900.
func challenged(t *testing.T) *world {
	w := settled(t)
	w.at(50)
	require.NoError(t, w.k.PlaceLien(w.ctx, named("dora"), 500))
	require.NoError(t, w.k.HoldLien(w.ctx, 1, named("anna"), 110, 500))
	w.addsUp()
	return w
}

// lost is anna's whole lien, lost to dora; half burns.
func lost() attesttypes.Slash {
	return attesttypes.Slash{
		TaskID: 1, Provider: named("anna"), Reason: wrong, Lien: 500, Taken: 500, Winner: named("dora"), BurnBps: 5_000,
	}
}

func (w *world) money(id uint64) computetypes.MoneyView {
	w.t.Helper()
	m, err := w.k.Money(w.ctx, id)
	require.NoError(w.t, err)
	return m
}

func TestHeldLienDoesNotFreeItself(t *testing.T) {
	w := challenged(t)
	w.at(110).endBlock()
	require.Zero(t, w.bond("bert").Liened)
	require.EqualValues(t, 500, w.bond("anna").Liened)
	liened, releasing, err := w.k.LienedBy(w.ctx, named("anna"))
	require.NoError(t, err)
	require.Equal(t, []uint64{500, 0}, []uint64{liened, releasing})
	require.NoError(t, w.k.FreeSeat(w.ctx, 1, named("anna"), 500))
	require.NoError(t, w.k.FreeLien(w.ctx, named("dora"), 500))
	w.endBlock()
	for _, name := range []string{"anna", "dora"} {
		require.Equal(t, types.Bond{Provider: named(name), Bonded: 10_000}, w.bond(name))
	}
	require.Empty(t, w.export().LienReleases)
}

// TestHoldAtTheEdgeOfTheWindow: the last block in which a result can be challenged still has the lien, for
// messages come before the end of the block; the next has not.
func TestHoldAtTheEdgeOfTheWindow(t *testing.T) {
	for _, c := range []struct {
		name   string
		height uint64
		want   error
	}{{"B-1", 109, nil}, {"B", 110, nil}, {"B+1", 111, types.ErrNotReleasing}} {
		t.Run(c.name, func(t *testing.T) {
			w := settled(t)
			w.at(c.height - 1).endBlock()
			w.at(c.height)
			require.ErrorIs(t, w.k.HoldLien(w.ctx, 1, named("anna"), 110, 500), c.want)
		})
	}
}

func TestHoldAPartOfARelease(t *testing.T) {
	w := settled(t)
	w.posted(2, 1_000)
	require.NoError(t, w.k.AfterVerdict(w.at(10).ctx, w.liened(verdict(ending{id: 2, seats: threeRight()}))))
	require.NoError(t, w.k.HoldLien(w.ctx, 1, named("anna"), 110, 500), "of one of the two tasks")
	w.refused(types.ErrNotReleasing, func() error { return w.k.HoldLien(w.ctx, 1, named("anna"), 110, 501) })
	w.at(110).endBlock()
	require.EqualValues(t, 500, w.bond("anna").Liened)
}

func TestHoldAndFreeRefuse(t *testing.T) {
	w := challenged(t)
	hold := func(who string, at, amount uint64) func() error {
		return func() error { return w.k.HoldLien(w.ctx, 1, who, at, amount) }
	}
	w.refused(types.ErrNotReleasing, hold(named("anna"), 110, 1))   // held already
	w.refused(types.ErrNotReleasing, hold(named("bert"), 111, 500)) // another height
	w.refused(types.ErrNotReleasing, hold(named("bert"), 110, 501))
	w.refused(types.ErrNotReleasing, hold(named("zoe"), 110, 1))
	w.refused(types.ErrBadAddress, hold("?", 110, 1))
	free := func(who string, amount uint64) func() error {
		return func() error { return w.k.FreeLien(w.ctx, who, amount) }
	}
	w.refused(types.ErrLedger, free(named("anna"), 501))
	w.refused(types.ErrNoBond, free(named("zoe"), 1))
	w.refused(types.ErrBadAddress, free("?", 1))
	w.refused(types.ErrUnderLien, func() error { return w.k.CloseBond(w.ctx, named("dora")) })
	require.NoError(t, hold(named("zoe"), 110, 0)(), "nothing is there for everybody")
	require.NoError(t, free(named("zoe"), 0)())
}

func TestSlashPaysTheWinner(t *testing.T) {
	w := challenged(t)
	burned := w.balance("fire")
	require.NoError(t, w.k.SlashLien(w.ctx, lost()))
	w.addsUp()
	require.Equal(t, types.Bond{Provider: named("anna"), Bonded: 9_500}, w.bond("anna"))
	require.EqualValues(t, 9_500, w.providers.told[named("anna")])
	require.Equal(t, 1, w.emitted("EventSeatSlashed"))
	require.Zero(t, w.emitted("EventRestored"))
	require.EqualValues(t, 500, w.money(1).Slashed)
	require.Zero(t, w.money(1).Restored)
	w.endBlock()
	require.EqualValues(t, rich-10_000+250, w.balance("dora"))
	require.EqualValues(t, burned+250, w.balance("fire"))
	require.EqualValues(t, 500, w.ledger().Totals.Slashed.Uint64())
	require.EqualValues(t, 250, w.ledger().Totals.SlashRewards.Uint64())
	require.EqualValues(t, 500, w.bond("dora").Liened, "her stake is another lien")
}

// TestSoftSlashFreesTheRest: right and unreachable, so a tenth is taken; of 51 the fire gets the odd one.
func TestSoftSlashFreesTheRest(t *testing.T) {
	w := challenged(t)
	s := lost()
	s.Reason, s.Taken = noDefence, 51
	require.NoError(t, w.k.SlashLien(w.ctx, s))
	burned := w.balance("fire")
	w.endBlock()
	require.Equal(t, types.Bond{Provider: named("anna"), Bonded: 9_949}, w.bond("anna"))
	require.EqualValues(t, rich-10_000+25, w.balance("dora"))
	require.EqualValues(t, burned+26, w.balance("fire"))
}

func TestNothingTakenIsNoSlash(t *testing.T) {
	w := challenged(t)
	s := lost()
	s.Taken = 0
	require.NoError(t, w.k.SlashLien(w.ctx, s))
	require.Zero(t, w.emitted("EventSeatSlashed"))
	require.NotContains(t, w.providers.told, named("anna"))
	require.Equal(t, types.Bond{Provider: named("anna"), Bonded: 10_000}, w.bond("anna"))
	s.Provider, s.Lien = named("zoe"), 0
	require.NoError(t, w.k.SlashLien(w.ctx, s), "no lien, no bond needed")
	w.endBlock()
}

func TestLostChallengePaysTheSolver(t *testing.T) {
	w := challenged(t)
	s := attesttypes.Slash{
		TaskID: 1, Provider: named("dora"), Reason: challengeLost, Lien: 500, Taken: 500, Winner: named("anna"), BurnBps: 5_000,
	}
	has := w.balance("anna")
	require.NoError(t, w.k.SlashLien(w.ctx, s))
	require.NoError(t, w.k.FreeSeat(w.ctx, 1, named("anna"), 500))
	w.endBlock()
	require.EqualValues(t, has+250, w.balance("anna"))
	require.Equal(t, types.Bond{Provider: named("dora"), Bonded: 9_500}, w.bond("dora"))
	require.Zero(t, w.money(1).Slashed, "dora has no seat on the task")
	require.EqualValues(t, 500, w.ledger().Totals.Slashed.Uint64())
}

// TestOverturnedTaskIsRestored: the task cost 900. Each of three slashes of 1 000 would burn 500: the first goes to
// the payer whole, of the second 400, the rest of it and the third burn.
func TestOverturnedTaskIsRestored(t *testing.T) {
	w := ready(t)
	v := verdict(ending{id: 1, seats: threeRight()})
	for i := range v.Seats {
		v.Seats[i].Lien = 1_000
	}
	require.NoError(t, w.k.AfterVerdict(w.at(10).ctx, w.liened(v)))
	w.endBlock()
	paid, burned := w.balance("payer"), w.balance("fire")
	require.EqualValues(t, rich-900, paid)
	for i, name := range []string{"anna", "bert", "carl"} {
		require.NoError(t, w.k.HoldLien(w.at(11).ctx, 1, named(name), 110, 1_000))
		s := lost()
		s.Provider, s.Lien, s.Taken, s.Restore = named(name), 1_000, 1_000, true
		require.NoError(t, w.k.SlashLien(w.ctx, s))
		require.EqualValues(t, []uint64{500, 900, 900}[i], w.money(1).Restored)
		require.Equal(t, []int{1, 1, 0}[i], w.emitted("EventRestored"))
		w.addsUp()
	}
	w.endBlock()
	require.EqualValues(t, rich, w.balance("payer"), "the task has cost nothing")
	require.EqualValues(t, burned+600, w.balance("fire"))
	require.EqualValues(t, rich-10_000+1_500, w.balance("dora"))
	require.EqualValues(t, 3_000, w.money(1).Slashed)
	escrow, err := w.query.Escrow(w.ctx, &types.QueryEscrowRequest{TaskId: 1})
	require.NoError(t, err)
	require.EqualValues(t, 900, escrow.Escrow.Restored)
	require.NoError(t, w.k.Forget(w.ctx, 1))
}

// TestPayerMayBeTheWinner: credits to one account add up.
func TestPayerMayBeTheWinner(t *testing.T) {
	w := challenged(t)
	has := w.balance("payer")
	s := lost()
	s.Winner, s.Restore = named("payer"), true
	require.NoError(t, w.k.SlashLien(w.ctx, s))
	w.endBlock()
	require.EqualValues(t, has+500, w.balance("payer"))
}

func TestSlashAfterTheEscrowIsForgotten(t *testing.T) {
	w := challenged(t)
	require.NoError(t, w.k.Forget(w.ctx, 1))
	s := lost()
	s.Restore = true
	w.refused(types.ErrNoEscrow, func() error { return w.k.SlashLien(w.ctx, s) })
	s.Restore = false
	require.NoError(t, w.k.SlashLien(w.ctx, s))
	w.endBlock()
	require.Equal(t, types.Bond{Provider: named("anna"), Bonded: 9_500}, w.bond("anna"))
}

func TestSlashRefuses(t *testing.T) {
	w := challenged(t)
	w.posted(2, 700)
	for name, c := range map[string]struct {
		spoil func(*attesttypes.Slash)
		want  error
	}{
		"more than the lien":    {func(s *attesttypes.Slash) { s.Taken = 501 }, types.ErrBadSlash},
		"burns more than all":   {func(s *attesttypes.Slash) { s.BurnBps = 10_001 }, types.ErrBadSlash},
		"no reason":             {func(s *attesttypes.Slash) { s.Reason = computetypes.REASON_UNSPECIFIED }, types.ErrBadSlash},
		"a verdict's reason":    {func(s *attesttypes.Slash) { s.Reason = noReveal }, types.ErrBadSlash},
		"its own winner":        {func(s *attesttypes.Slash) { s.Winner = s.Provider }, types.ErrBadSlash},
		"restored by the loser": {func(s *attesttypes.Slash) { s.Reason, s.Restore = challengeLost, true }, types.ErrBadSlash},
		"nobody wins":           {func(s *attesttypes.Slash) { s.Winner = "" }, types.ErrBadAddress},
		"no address":            {func(s *attesttypes.Slash) { s.Provider = "?" }, types.ErrBadAddress},
		"a stranger":            {func(s *attesttypes.Slash) { s.Provider = named("zoe") }, types.ErrNoBond},
		"no such lien":          {func(s *attesttypes.Slash) { s.Lien, s.Taken = 501, 501 }, types.ErrLedger},
		"verdict to come":       {func(s *attesttypes.Slash) { s.TaskID = 2 }, types.ErrEscrowOpen},
		"restored, no escrow":   {func(s *attesttypes.Slash) { s.TaskID, s.Restore = 9, true }, types.ErrNoEscrow},
	} {
		t.Run(name, func(*testing.T) {
			s := lost()
			c.spoil(&s)
			w.refused(c.want, func() error { return w.k.SlashLien(w.ctx, s) })
			require.Zero(t, w.emitted("EventSeatSlashed"))
		})
	}
	s := lost()
	s.Winner, s.BurnBps = "", 10_000
	require.NoError(t, w.k.SlashLien(w.ctx, s), "all of it burns, so there is nobody to name")
}
