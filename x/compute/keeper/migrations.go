package keeper

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/compute/types"
)

// Migrator brings the state of x/compute from one ConsensusVersion to the next.
type Migrator struct{ keeper *Keeper }

// NewMigrator returns the migrations over a keeper.
func NewMigrator(k *Keeper) Migrator { return Migrator{k} }

// Migrate1to2 lets audits in: audit_bps gets its default. Tasks that are matched keep the snapshot that they were
// matched under, which knows neither audits nor a referee; those that wait for seats get both with their first
// draw. It returns ErrBadParams if what governance had set before does not go with that.
func (m Migrator) Migrate1to2(ctx sdk.Context) error {
	p, err := m.keeper.params.Get(ctx)
	if err != nil {
		return err
	}
	p.AuditBps = types.DefaultParams().AuditBps
	if err := p.Validate(); err != nil {
		return err
	}
	return m.keeper.params.Set(ctx, p)
}
