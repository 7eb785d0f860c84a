package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	computetypes "github.com/aichain/aichain/x/compute/types"
	"github.com/aichain/aichain/x/reward/keeper"
	"github.com/aichain/aichain/x/reward/types"
)

// earning is a task settled at height 10 with an emission of half of the 22 that its take burned: 3 for each of three
// seats, to be claimed from 110 on.
func earning(t *testing.T) *world {
	w := ready(t)
	require.NoError(t, w.k.AfterVerdict(w.at(10).ctx, w.liened(verdict(ending{id: 1, seats: threeRight(), emission: 5_000}))))
	w.endBlock()
	return w
}

func claim(w *world, name string) func() error {
	return func() error {
		_, err := w.msg.ClaimEmission(w.ctx, &types.MsgClaimEmission{Provider: named(name)})
		return err
	}
}

func (w *world) emission(name string) types.QueryEmissionResponse {
	w.t.Helper()
	res, err := w.query.Emission(w.ctx, &types.QueryEmissionRequest{Provider: named(name)})
	require.NoError(w.t, err)
	return *res
}

func TestEmissionAccruesWithTheVerdict(t *testing.T) {
	w := earning(t)
	l := w.ledger()
	require.EqualValues(t, 9, l.Pockets.Emission)
	require.EqualValues(t, 22, l.Totals.BurnedTake.Uint64())
	require.EqualValues(t, rich-10_000+255, w.balance("anna"), "a number, no coin yet")
	require.Zero(t, w.bank.minted)
	g := w.export()
	require.EqualValues(t, 3, g.Escrows[0].SeatEmission)
	require.Len(t, g.LienReleases, 3, "no record of its own")
	require.Equal(t, types.LienRelease{Height: 110, Provider: named("anna"), Amount: 500, Emission: 3}, g.LienReleases[0])
	require.Equal(t, types.QueryEmissionResponse{Waiting: 3, NextHeight: 110, UntilHeight: 110}, w.emission("anna"))
	require.Equal(t, types.QueryEmissionResponse{UntilHeight: 110}, w.emission("dora"))
}

func TestClaimAtTheEdgeOfTheWindow(t *testing.T) {
	for _, c := range []struct {
		name   string
		height uint64
		want   error
	}{{"B-1", 109, types.ErrNothingToClaim}, {"B", 110, nil}, {"B+1", 111, nil}} {
		t.Run(c.name, func(t *testing.T) {
			w := earning(t)
			w.at(c.height).endBlock()
			if c.want != nil {
				w.refused(c.want, claim(w, "anna"))
				return
			}
			require.EqualValues(t, 3, w.emission("anna").Claimable)
			require.NoError(t, claim(w, "anna")())
			require.EqualValues(t, rich-10_000+255+3, w.balance("anna"), "at once, not at the end of the block")
			require.Equal(t, 1, w.emitted("EventEmissionClaimed"))
			w.refused(types.ErrNothingToClaim, claim(w, "anna"))
			l := w.ledger()
			require.EqualValues(t, 6, l.Pockets.Emission)
			require.EqualValues(t, 3, l.Totals.Emitted.Uint64())
			require.Equal(t, types.Bond{Provider: named("anna"), Bonded: 10_000}, w.bond("anna"))
			w.endBlock()
		})
	}
}

func TestClaimRefuses(t *testing.T) {
	w := earning(t)
	w.refused(types.ErrNoBond, claim(w, "zoe"))
	w.refused(types.ErrBadAddress, func() error {
		_, err := w.msg.ClaimEmission(w.ctx, &types.MsgClaimEmission{Provider: "anna"})
		return err
	})
	w.at(110).endBlock()
	for name, spoil := range map[string]func(is bool){
		"may not mint":    func(is bool) { w.bank.noMint = is },
		"may not receive": func(is bool) { w.bank.blocked[string(account("anna"))] = is },
	} {
		t.Run(name, func(t *testing.T) {
			spoil(true)
			branch, _ := w.ctx.CacheContext() // as a transaction has one
			_, err := w.msg.ClaimEmission(branch, &types.MsgClaimEmission{Provider: named("anna")})
			require.Error(t, err)
			spoil(false)
			require.EqualValues(t, 3, w.emission("anna").Claimable)
			w.addsUp()
		})
	}
}

// TestNothingIsMintedAheadOfTheFire: accrued against a take that is not burned yet, emission waits for the fire.
func TestNothingIsMintedAheadOfTheFire(t *testing.T) {
	w := ready(t)
	w.bank.noBurn = true
	require.NoError(t, w.k.AfterVerdict(w.at(10).ctx, w.liened(verdict(ending{id: 1, seats: threeRight(), emission: 5_000}))))
	w.endBlock()
	w.at(110).endBlock()
	w.refused(types.ErrEmissionAhead, claim(w, "anna"))
	w.bank.noBurn = false
	w.at(111).endBlock()
	require.NoError(t, claim(w, "anna")())
	w.addsUp()
}

func TestRateAboveTheTakeBreaksTheInvariant(t *testing.T) {
	w := ready(t)
	require.NoError(t, w.k.AfterVerdict(w.ctx, w.liened(verdict(ending{id: 1, seats: threeRight(), emission: 30_000}))))
	require.ErrorIs(t, w.k.Invariants(w.ctx), types.ErrInvariant)
}

func TestChallengedSeatThatStandsKeepsItsEmission(t *testing.T) {
	w := earning(t)
	require.NoError(t, w.k.HoldLien(w.at(50).ctx, 1, named("anna"), 110, 500))
	w.addsUp()
	w.at(110).endBlock()
	w.refused(types.ErrNothingToClaim, claim(w, "anna"))
	require.EqualValues(t, 3, w.emission("anna").Challenged)
	require.NoError(t, w.k.FreeSeat(w.ctx, 1, named("anna"), 500))
	w.endBlock()
	require.NoError(t, claim(w, "anna")())
	require.NoError(t, claim(w, "bert")())
	w.addsUp()
}

// TestSlashedSeatLosesItsEmission: overthrown, or only unreachable, and in an overturned task every seat.
func TestSlashedSeatLosesItsEmission(t *testing.T) {
	w := earning(t)
	w.at(50)
	for i, s := range []struct {
		name   string
		reason computetypes.Reason
		taken  uint64
	}{{"anna", wrong, 500}, {"bert", noDefence, 50}} {
		require.NoError(t, w.k.HoldLien(w.ctx, 1, named(s.name), 110, 500))
		slash := lost()
		slash.Provider, slash.Reason, slash.Taken = named(s.name), s.reason, s.taken
		require.NoError(t, w.k.SlashLien(w.ctx, slash))
		require.Equal(t, i+1, w.emitted("EventEmissionForfeited"))
		w.addsUp()
	}
	w.at(110).endBlock()
	w.refused(types.ErrNothingToClaim, claim(w, "anna"))
	w.refused(types.ErrNothingToClaim, claim(w, "bert"))
	require.NoError(t, claim(w, "carl")())
	l := w.ledger()
	require.Zero(t, l.Pockets.Emission)
	require.EqualValues(t, 6, l.Totals.Forfeited.Uint64())
	require.EqualValues(t, 3, l.Totals.Emitted.Uint64())
	w.addsUp()
}

func TestLostChallengeCostsNoEmission(t *testing.T) {
	w := earning(t)
	require.NoError(t, w.k.PlaceLien(w.at(50).ctx, named("dora"), 500))
	s := lost()
	s.Provider, s.Winner, s.Reason = named("dora"), named("anna"), challengeLost
	require.NoError(t, w.k.SlashLien(w.ctx, s))
	require.Zero(t, w.emitted("EventEmissionForfeited"))
	require.EqualValues(t, 9, w.ledger().Pockets.Emission)
	w.endBlock()
}

func TestHoldRefusesAForgottenEscrow(t *testing.T) {
	w := earning(t)
	w.refused(types.ErrNoEscrow, func() error { return w.k.HoldLien(w.ctx, 2, named("anna"), 110, 500) })
	w.refused(types.ErrNoEscrow, func() error { return w.k.FreeSeat(w.ctx, 2, named("anna"), 500) })
	w.refused(types.ErrLedger, func() error { return w.k.FreeSeat(w.ctx, 1, named("anna"), 500) }) // not held
}

// TestRetiringClaims: nothing is left behind, and nothing is lost.
func TestRetiringClaims(t *testing.T) {
	w := earning(t)
	w.at(110).endBlock()
	require.NoError(t, w.k.CloseBond(w.ctx, named("anna")))
	require.EqualValues(t, rich-10_000+255+3, w.balance("anna"))
	require.Equal(t, 1, w.emitted("EventEmissionClaimed"))
	w.refused(types.ErrNoBond, claim(w, "anna"))
	w.endBlock()
}

// TestUnfoundedSeatEarnsNothing: without a lien there is nothing that could be taken back.
func TestUnfoundedSeatEarnsNothing(t *testing.T) {
	w := ready(t)
	seats := threeRight()
	seats[0].Lien = 0
	require.NoError(t, w.k.AfterVerdict(w.at(10).ctx, w.liened(verdict(ending{id: 1, seats: seats, emission: 5_000}))))
	w.endBlock()
	require.EqualValues(t, 10, w.ledger().Pockets.Emission, "11 for two")
	require.Len(t, w.export().LienReleases, 2)
}

func TestMigrate1to2(t *testing.T) {
	w := ready(t)
	p := types.DefaultParams()
	p.EmissionBps, p.PayoutBudget = 0, 77
	_, err := w.msg.UpdateParams(w.ctx, &types.MsgUpdateParams{Authority: named("gov"), Params: p})
	require.NoError(t, err)
	w.accounts.stored = authtypes.NewEmptyModuleAccount(types.ModuleName, authtypes.Burner)
	require.NoError(t, w.k.PlantOld(w.ctx, w.store, 110, account("anna"), 500))
	require.NoError(t, keeper.NewMigrator(w.k).Migrate1to2(w.ctx))
	require.True(t, w.accounts.stored.HasPermission(authtypes.Minter))
	require.True(t, w.accounts.stored.HasPermission(authtypes.Burner))
	g := w.export()
	p.EmissionBps = types.DefaultParams().EmissionBps
	require.Equal(t, p, g.Params)
	require.Equal(t, types.LienRelease{Height: 110, Provider: named("anna"), Amount: 500}, g.LienReleases[0])
	require.True(t, g.Ledger.Totals.Emitted.IsZero())
}

// TestMigrate1to2TwiceChangesNothing: what has happened since the first run stays, as a vote for no emission.
func TestMigrate1to2TwiceChangesNothing(t *testing.T) {
	w := ready(t)
	w.accounts.stored = authtypes.NewEmptyModuleAccount(types.ModuleName, authtypes.Burner)
	require.NoError(t, w.k.PlantOld(w.ctx, w.store, 110, account("anna"), 500))
	migrate := keeper.NewMigrator(w.k).Migrate1to2
	require.NoError(t, migrate(w.ctx))
	require.Equal(t, types.DefaultParams(), w.export().Params)
	require.NoError(t, w.k.AfterVerdict(w.ctx, w.liened(verdict(ending{id: 1, seats: threeRight(), emission: 5_000}))))
	p := types.DefaultParams()
	p.EmissionBps = 0
	_, err := w.msg.UpdateParams(w.ctx, &types.MsgUpdateParams{Authority: named("gov"), Params: p})
	require.NoError(t, err)
	require.NoError(t, w.k.EndBlock(w.ctx))
	require.EqualValues(t, 22, w.ledger().Totals.BurnedTake.Uint64())

	before, permissions := w.export(), w.accounts.stored.Permissions
	require.NoError(t, migrate(w.ctx))
	require.Equal(t, before, w.export())
	require.Equal(t, permissions, w.accounts.stored.Permissions)
	require.Zero(t, w.export().Params.EmissionBps)
}

// TestInitGenesisFromBefore: an export that knows no emission.
func TestInitGenesisFromBefore(t *testing.T) {
	w := settled(t)
	g := w.export()
	g.Params.EmissionBps = 0
	g.Ledger.Totals.BurnedTake, g.Ledger.Totals.Emitted, g.Ledger.Totals.Forfeited = math.Int{}, math.Int{}, math.Int{}
	other := newWorld(t)
	other.accounts.stored = authtypes.NewEmptyModuleAccount(types.ModuleName, authtypes.Burner)
	require.NoError(t, other.bank.balances.Set(other.ctx, moduleAccount, w.bank.of(w.ctx, moduleAccount)))
	require.NoError(t, other.k.InitGenesis(other.ctx, g))
	other.addsUp()
	require.True(t, other.accounts.stored.HasPermission(authtypes.Minter))
}
