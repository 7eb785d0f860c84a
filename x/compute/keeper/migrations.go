package keeper

import (
	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/compute/types"
)

// Migrator brings the state of x/compute from one ConsensusVersion to the next.
type Migrator struct{ keeper *Keeper }

// NewMigrator returns the migrations over a keeper.
func NewMigrator(k *Keeper) Migrator { return Migrator{k} }

// Migrate1to2 lets audits in: audit_bps gets its default, and commit_window its new bound, which it did not have. Tasks that are matched keep the snapshot that they were
// matched under, which knows neither audits nor a referee; those that wait for seats get both with their first
// draw. The agenda, which had a key for each task, is written in words. It returns ErrBadParams if what governance had
// set before does not go with that.
func (m Migrator) Migrate1to2(ctx sdk.Context) error {
	p, err := m.keeper.params.Get(ctx)
	if err != nil {
		return err
	}
	p.AuditBps = types.DefaultParams().AuditBps
	p.CommitWindow = min(p.CommitWindow, types.MaxCommitWindow)
	if err := p.Validate(); err != nil {
		return err
	}
	if err := m.keeper.params.Set(ctx, p); err != nil {
		return err
	}
	return m.agendaInWords(ctx)
}

// agendaInWords moves the agenda of version 1 into that of version 2.
func (m Migrator) agendaInWords(ctx sdk.Context) error {
	old := agendaV1(m.keeper)
	it, err := old.Iterate(ctx, nil)
	if err != nil {
		return err
	}
	entries, err := it.Keys()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := old.Remove(ctx, e); err != nil {
			return err
		}
		if err := m.keeper.agenda.Add(ctx, agendaKey{Group: e.K1(), Height: e.K2(), ID: e.K3()}); err != nil {
			return err
		}
	}
	return nil
}

// agendaV1 is the agenda of version 1: group, height, id. It is in no schema, and empty since version 2.
func agendaV1(k *Keeper) collections.KeySet[collections.Triple[uint16, uint64, uint64]] {
	return collections.NewKeySet(collections.NewSchemaBuilder(k.store), types.AgendaV1Prefix, "agenda_v1",
		collections.TripleKeyCodec(collections.Uint16Key, collections.Uint64Key, collections.Uint64Key))
}
