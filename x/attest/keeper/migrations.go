package keeper

import (
	"cmp"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/attest/types"
)

// Migrator brings the state of x/attest from one ConsensusVersion to the next.
type Migrator struct{ keeper *Keeper }

// NewMigrator returns the migrations over a keeper.
func NewMigrator(k *Keeper) Migrator { return Migrator{k} }

// Migrate1to2 lets the referee in: its parameters get their defaults, the first dispute the id 1. Its collections
// begin empty. Rounds keep the terms that they were drawn with: without a referee, without audits. The deadlines, which
// had a key for each round, are written in words. Version 1 has none of this, so what is there already was set since, and
// stays: run again, it changes nothing. It returns ErrInvalidParams if what governance had set before does not go with that.
func (m Migrator) Migrate1to2(ctx sdk.Context) error {
	p, err := m.keeper.params.Get(ctx)
	if err != nil {
		return err
	}
	fresh := types.DefaultParams() // none of them may be 0
	p.DisputeWindow, p.TraceWindow = cmp.Or(p.DisputeWindow, fresh.DisputeWindow), cmp.Or(p.TraceWindow, fresh.TraceWindow)
	p.DisputeBudget, p.AuditBudget = cmp.Or(p.DisputeBudget, fresh.DisputeBudget), cmp.Or(p.AuditBudget, fresh.AuditBudget)
	if err := p.Validate(); err != nil {
		return err
	}
	if err := m.keeper.params.Set(ctx, p); err != nil {
		return err
	}
	next, err := m.keeper.nextDispute.Peek(ctx)
	if err != nil {
		return err
	}
	if err := m.keeper.nextDispute.Set(ctx, max(next, 1)); err != nil {
		return err
	}
	return m.deadlinesInWords(ctx)
}

// deadlinesInWords moves the deadlines of version 1 into those of version 2.
func (m Migrator) deadlinesInWords(ctx sdk.Context) error {
	old := deadlinesV1(m.keeper)
	it, err := old.Iterate(ctx, nil)
	if err != nil {
		return err
	}
	keys, err := it.Keys()
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := old.Remove(ctx, key); err != nil {
			return err
		}
		if err := m.keeper.deadlines.Add(ctx, dueKey{Height: key.K1(), ID: key.K2()}); err != nil {
			return err
		}
	}
	return nil
}

// deadlinesV1 is the deadlines of version 1: height, task id, round. It is in no schema, and empty since version 2.
func deadlinesV1(k *Keeper) collections.KeySet[collections.Triple[uint64, uint64, uint32]] {
	return collections.NewKeySet(collections.NewSchemaBuilder(k.store), types.DeadlinesV1Key, "deadlines_v1",
		collections.TripleKeyCodec(collections.Uint64Key, collections.Uint64Key, collections.Uint32Key))
}
