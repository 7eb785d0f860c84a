package keeper

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/reward/types"
)

// Migrator brings the state of x/reward from one ConsensusVersion to the next.
type Migrator struct{ keeper *Keeper }

// NewMigrator returns the migrations over a keeper.
func NewMigrator(k *Keeper) Migrator { return Migrator{k} }

// Migrate1to2 lets emission in: emission_bps gets its default, the totals of emission begin at 0, and the module account may
// mint. Lien releases are read as they are. Tasks that are matched keep their snapshot, which knows no emission; those that
// wait for seats get it with their first draw. Takes burned before do not count, so nothing can be minted against them. Totals
// that have emission say that all this was done: run again, it changes nothing, nor an emission_bps of 0, which may have been
// voted since. It returns ErrInvalidParams if what governance had set before does not go with that.
func (m Migrator) Migrate1to2(ctx sdk.Context) error {
	totals, err := m.keeper.totals.Get(ctx)
	if err != nil {
		return err
	}
	if totals.HasEmission() {
		return nil
	}
	p, err := m.keeper.params.Get(ctx)
	if err != nil {
		return err
	}
	p.EmissionBps = types.DefaultParams().EmissionBps
	if err := p.Validate(); err != nil {
		return err
	}
	if err := m.keeper.params.Set(ctx, p); err != nil {
		return err
	}
	totals.Fill()
	if err := m.keeper.totals.Set(ctx, totals); err != nil {
		return err
	}
	m.keeper.allowMinting(ctx)
	return nil
}
