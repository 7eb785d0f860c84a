package keeper

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/attest/types"
)

// Migrator brings the state of x/attest from one ConsensusVersion to the next.
type Migrator struct{ keeper *Keeper }

// NewMigrator returns the migrations over a keeper.
func NewMigrator(k *Keeper) Migrator { return Migrator{k} }

// Migrate1to2 lets the referee in: its parameters get their defaults, the first dispute the id 1. Its collections
// begin empty. Rounds keep the terms that they were drawn with: without a referee, without audits. It returns
// ErrInvalidParams if what governance had set before does not go with that.
func (m Migrator) Migrate1to2(ctx sdk.Context) error {
	p, err := m.keeper.params.Get(ctx)
	if err != nil {
		return err
	}
	fresh := types.DefaultParams()
	p.DisputeWindow, p.TraceWindow = fresh.DisputeWindow, fresh.TraceWindow
	p.DisputeBudget, p.AuditBudget = fresh.DisputeBudget, fresh.AuditBudget
	if err := p.Validate(); err != nil {
		return err
	}
	if err := m.keeper.params.Set(ctx, p); err != nil {
		return err
	}
	return m.keeper.nextDispute.Set(ctx, 1)
}
