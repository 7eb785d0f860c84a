package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	"github.com/aichain/aichain/x/reward/types"
)

// busy has something in every collection.
func busy(t *testing.T) *world {
	w := newWorld(t)
	w.bonded(10_000, "anna", "bert", "carl", "dora")
	for id := uint64(1); id <= 4; id++ {
		w.posted(id, 1_000)
	}
	require.NoError(t, w.k.PlaceLien(w.ctx, named("dora"), 500)) // an open seat
	require.NoError(t, withdraw(w, named("dora"), uaic(100))())
	w.bank.blocked[string(account("anna"))] = true
	require.NoError(t, w.k.AfterVerdict(w.ctx, w.liened(verdict(ending{id: 1, emission: 5_000, seats: threeRight()}))))
	w.endBlock()
	w.bank.noBurn = true
	seats := []attesttypes.FinalSeat{seat("anna", right), seat("bert", wrong)}
	require.NoError(t, w.k.AfterVerdict(w.at(2).ctx, w.liened(verdict(ending{id: 2, emission: 5_000, seats: seats}))))
	w.endBlock() // burn stays pending
	require.NoError(t, w.k.AfterVerdict(w.at(3).ctx, w.liened(verdict(ending{id: 3, emission: 5_000, seats: threeRight()}))))
	// Dora challenged bert's seat on task 1 and won, and that overturned it; carl's is still held.
	for _, name := range []string{"bert", "carl"} {
		require.NoError(t, w.k.HoldLien(w.ctx, 1, named(name), 101, 500))
	}
	s := lost()
	s.Provider, s.Restore = named("bert"), true
	require.NoError(t, w.k.SlashLien(w.ctx, s))
	w.addsUp() // payouts not yet sent, as in the middle of a block
	return w
}

func TestExportImportExport(t *testing.T) {
	w := busy(t)
	g := w.export()
	for name, n := range map[string]int{
		"bonds": len(g.Bonds), "escrows": len(g.Escrows), "releases": len(g.LienReleases),
		"unbondings": len(g.Unbondings), "payouts": len(g.Payouts), "parked": len(g.Parked),
	} {
		require.NotZero(t, n, name)
	}
	other := newWorld(t)
	require.NoError(t, other.bank.balances.Set(other.ctx, moduleAccount, w.bank.of(w.ctx, moduleAccount)))
	require.NoError(t, other.k.InitGenesis(other.ctx, g))
	other.addsUp()
	first, err := g.Marshal()
	require.NoError(t, err)
	second, err := other.export().Marshal()
	require.NoError(t, err)
	require.Equal(t, first, second)

	// Both go on alike: the same is paid at the same heights.
	for h := uint64(3); h < 210; h++ {
		w.at(h).endBlock()
		other.at(h).endBlock()
	}
	require.Equal(t, w.export().LienReleases, other.export().LienReleases)
	require.EqualValues(t, rich-9_900+250, w.balance("dora"))
	require.EqualValues(t, rich+100+250, other.balance("dora"), "her bond came with the state")
	require.EqualValues(t, 250, other.money(1).Restored)
}

// forfeitAllThatBurned leaves no emission to be earned, and more less.
func forfeitAllThatBurned(g *types.GenesisState, more uint64) {
	t, p := &g.Ledger.Totals, g.Ledger.Pockets
	t.Forfeited = t.BurnedTake.Add(math.NewIntFromUint64(p.PendingTake + more)).Sub(t.Emitted.Add(math.NewIntFromUint64(p.Emission)))
}

func TestInitGenesisRefuses(t *testing.T) {
	good := busy(t)
	held := good.bank.of(good.ctx, moduleAccount)
	for name, c := range map[string]struct {
		spoil func(*types.GenesisState)
		want  error
	}{
		"params":           {func(g *types.GenesisState) { g.Params.PayoutBudget = 0 }, types.ErrInvalidParams},
		"ledger sum":       {func(g *types.GenesisState) { g.Ledger.Totals.Deposited = g.Ledger.Totals.Deposited.AddRaw(1) }, types.ErrInvalidGenesis},
		"no ledger":        {func(g *types.GenesisState) { g.Ledger = types.Ledger{} }, types.ErrInvalidGenesis},
		"bond twice":       {func(g *types.GenesisState) { g.Bonds = append(g.Bonds, g.Bonds[0]) }, types.ErrInvalidGenesis},
		"bond over lien":   {func(g *types.GenesisState) { g.Bonds[0].Liened = g.Bonds[0].Bonded + 1 }, types.ErrInvalidGenesis},
		"bond missing":     {func(g *types.GenesisState) { g.Bonds = g.Bonds[1:] }, types.ErrInvalidGenesis},
		"escrow parts":     {func(g *types.GenesisState) { g.Escrows[0].Refunded++ }, types.ErrInvalidGenesis},
		"escrow missing":   {func(g *types.GenesisState) { g.Escrows = g.Escrows[:3] }, types.ErrInvalidGenesis},
		"too much back":    {func(g *types.GenesisState) { g.Escrows[0].Restored = 901 }, types.ErrInvalidGenesis},
		"back of what":     {func(g *types.GenesisState) { g.Escrows[0].Slashed = 249 }, types.ErrInvalidGenesis},
		"slashed early":    {func(g *types.GenesisState) { g.Escrows[3].Slashed = 1 }, types.ErrInvalidGenesis},
		"free of no lien":  {func(g *types.GenesisState) { g.LienReleases[0].Amount = 0 }, types.ErrInvalidGenesis},
		"free of no bond":  {func(g *types.GenesisState) { g.LienReleases[0].Provider = named("zoe") }, types.ErrInvalidGenesis},
		"free over lien":   {func(g *types.GenesisState) { g.LienReleases[0].Amount = g.Bonds[0].Liened + 1 }, types.ErrInvalidGenesis},
		"release of 0":     {func(g *types.GenesisState) { g.LienReleases[0].Amount, g.LienReleases[0].Emission = 0, 0 }, types.ErrInvalidGenesis},
		"emission twice":   {func(g *types.GenesisState) { g.LienReleases[0].Emission *= 2 }, types.ErrInvalidGenesis},
		"emission lost":    {func(g *types.GenesisState) { g.Bonds[2].ChallengedEmission = 0 }, types.ErrInvalidGenesis},
		"forfeited more":   {func(g *types.GenesisState) { forfeitAllThatBurned(g, 1) }, types.ErrInvalidGenesis},
		"minted more":      {func(g *types.GenesisState) { g.Ledger.Totals.Emitted = g.Ledger.Totals.Burned.AddRaw(1_000) }, types.ErrInvalidGenesis},
		"more than burned": {func(g *types.GenesisState) { g.Ledger.Totals.BurnedTake = g.Ledger.Totals.BurnedTake.AddRaw(1_000) }, types.ErrInvalidGenesis},
		"take over burn":   {func(g *types.GenesisState) { g.Ledger.Pockets.PendingTake = g.Ledger.Pockets.PendingBurn + 1 }, types.ErrInvalidGenesis},
		"negative":         {func(g *types.GenesisState) { g.Ledger.Totals.Forfeited = math.NewInt(-1) }, types.ErrInvalidGenesis},
		"seat over task":   {func(g *types.GenesisState) { g.Escrows[0].SeatEmission = g.Escrows[0].Burned + 1 }, types.ErrInvalidGenesis},
		"rate":             {func(g *types.GenesisState) { g.Params.EmissionBps = 10_001 }, types.ErrInvalidParams},
		"unbonding":        {func(g *types.GenesisState) { g.Unbondings[0].Amount++ }, types.ErrInvalidGenesis},
		"payout parts":     {func(g *types.GenesisState) { g.Payouts[0].Paid++ }, types.ErrInvalidGenesis},
		"parked missing":   {func(g *types.GenesisState) { g.Parked = nil }, types.ErrInvalidGenesis},
		"bond address":     {func(g *types.GenesisState) { g.Bonds[3].Provider = "x" }, types.ErrBadAddress},
		"payee address":    {func(g *types.GenesisState) { g.Payouts[0].Recipient = "x" }, types.ErrBadAddress},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			require.NoError(t, w.bank.balances.Set(w.ctx, moduleAccount, held))
			g := good.export()
			c.spoil(g)
			require.ErrorIs(t, w.k.InitGenesis(w.ctx, g), c.want)
		})
	}
	t.Run("all that burned is forfeited", func(t *testing.T) {
		g := good.export()
		forfeitAllThatBurned(g, 0)
		require.NoError(t, g.Validate())
	})
	t.Run("module account", func(t *testing.T) {
		w := newWorld(t)
		require.ErrorIs(t, w.k.InitGenesis(w.ctx, good.export()), types.ErrInvariant)
	})
}

// TestChallengedEmissionNeedsALien: where all that is under lien is gone before the challenge is over, the bond could be
// closed, and the emission that was set aside in it would be lost.
func TestChallengedEmissionNeedsALien(t *testing.T) {
	for name, want := range map[string]string{
		"dora": "expected a lien of the seats whose emission of 3 is challenged, got none",
		"anna": "liened 500, releases 500, challenged emission 3",
	} {
		t.Run(name, func(t *testing.T) {
			g := earning(t).export()
			g.LienReleases[0].Emission = 0 // sums do not tell whose it is
			for i := range g.Bonds {
				if g.Bonds[i].Provider == named(name) {
					g.Bonds[i].ChallengedEmission = 3
				}
			}
			err := g.Validate()
			require.ErrorIs(t, err, types.ErrInvalidGenesis)
			require.ErrorContains(t, err, want)
		})
	}
	w := earning(t)
	require.NoError(t, w.k.HoldLien(w.at(50).ctx, 1, named("anna"), 110, 500))
	require.NoError(t, w.export().Validate(), "its lien is held")
}

func TestInvariantsSeeWhatDoesNotAddUp(t *testing.T) {
	broken := func(act func(w *world)) {
		w := busy(t)
		act(w)
		require.ErrorIs(t, w.k.Invariants(w.ctx), types.ErrInvariant)
	}
	broken(func(w *world) { // coins that came in by no door
		require.NoError(t, w.bank.balances.Set(w.ctx, moduleAccount, w.bank.of(w.ctx, moduleAccount)+1))
	})
	broken(func(w *world) { require.NoError(t, w.k.PlantRelease(w.ctx, 500, account("zoe"), 1)) })
	broken(func(w *world) { require.NoError(t, w.k.PlantRelease(w.ctx, 500, account("anna"), 1_000_000)) })
	broken(func(w *world) { require.NoError(t, w.k.PlantUnbonding(w.ctx, 500, account("anna"), 1)) })
}
