package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/rules/payout"
	"github.com/aichain/aichain/x/reward/types"
)

// InitGenesis stores an exported state and rebuilds the index of unbondings. x/bank comes before it, x/compute
// after it. It returns ErrInvalidGenesis for a state that does not fit together, ErrBadAddress for an address
// that does not decode, and ErrInvariant if the module account does not hold what the ledger says.
func (k *Keeper) InitGenesis(ctx context.Context, g *types.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	k.allowMinting(ctx)
	g.Ledger.Totals.Fill()
	if err := k.params.Set(ctx, g.Params); err != nil {
		return err
	}
	if err := k.setLedger(ctx, g.Ledger); err != nil {
		return err
	}
	for _, e := range g.Escrows {
		if err := k.escrows.Set(ctx, e.TaskId, e); err != nil {
			return err
		}
	}
	if err := k.initBonds(ctx, g); err != nil {
		return err
	}
	if err := k.initPayouts(ctx, g); err != nil {
		return err
	}
	return k.checkBalance(ctx, g.Ledger.Pockets)
}

func (k *Keeper) initBonds(ctx context.Context, g *types.GenesisState) error {
	for _, b := range g.Bonds {
		who, err := k.bytesOf(b.Provider)
		if err != nil {
			return err
		}
		if err := k.bonds.Set(ctx, who, b); err != nil {
			return err
		}
	}
	for _, r := range g.LienReleases {
		who, err := k.bytesOf(r.Provider)
		if err != nil {
			return err
		}
		if err := k.lienReleases.Set(ctx, collections.Join(r.Height, who), types.Release{Lien: r.Amount, Emission: r.Emission}); err != nil {
			return err
		}
	}
	for _, u := range g.Unbondings {
		who, err := k.bytesOf(u.Provider)
		if err != nil {
			return err
		}
		if err := k.queueUnbonding(ctx, u.Height, who, u.Amount); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) initPayouts(ctx context.Context, g *types.GenesisState) error {
	for _, p := range g.Payouts {
		who, err := k.bytesOf(p.Recipient)
		if err != nil {
			return err
		}
		if err := k.payouts.Set(ctx, who, p); err != nil {
			return err
		}
	}
	for _, p := range g.Parked {
		who, err := k.bytesOf(p.Payout.Recipient)
		if err != nil {
			return err
		}
		if err := k.parked.Set(ctx, who, p); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis returns the whole state, every list in the order of its keys.
func (k *Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	g := &types.GenesisState{}
	var err error
	if g.Params, err = k.params.Get(ctx); err != nil {
		return nil, err
	}
	if g.Ledger, err = k.Ledger(ctx); err != nil {
		return nil, err
	}
	if g.Bonds, err = valuesOf(ctx, k.bonds); err != nil {
		return nil, err
	}
	if g.Escrows, err = valuesOf(ctx, k.escrows); err != nil {
		return nil, err
	}
	if g.Payouts, err = valuesOf(ctx, k.payouts); err != nil {
		return nil, err
	}
	if g.Parked, err = valuesOf(ctx, k.parked); err != nil {
		return nil, err
	}
	err = walkHeights(ctx, k, k.lienReleases, func(at uint64, provider string, r types.Release) {
		g.LienReleases = append(g.LienReleases, types.LienRelease{Height: at, Provider: provider, Amount: r.Lien, Emission: r.Emission})
	})
	if err != nil {
		return nil, err
	}
	err = walkHeights(ctx, k, k.unbondings, func(at uint64, provider string, amount uint64) {
		g.Unbondings = append(g.Unbondings, types.Unbonding{Height: at, Provider: provider, Amount: amount})
	})
	return g, err
}

// valuesOf returns all values of a collection in the order of its keys.
func valuesOf[K, V any](ctx context.Context, m collections.Map[K, V]) ([]V, error) {
	var out []V
	err := m.Walk(ctx, nil, func(_ K, v V) (bool, error) {
		out = append(out, v)
		return false, nil
	})
	return out, err
}

// walkHeights visits all records of a collection by height, then address.
func walkHeights[V any](ctx context.Context, k *Keeper, m collections.Map[heightOf, V], visit func(at uint64, who string, amount V)) error {
	return m.Walk(ctx, nil, func(key heightOf, amount V) (bool, error) {
		name, err := k.addr.BytesToString(key.K2())
		if err == nil {
			visit(key.K1(), name, amount)
		}
		return false, err
	})
}

// checkBalance compares the module account with the pockets.
func (k *Keeper) checkBalance(ctx context.Context, p types.Pockets) error {
	has := k.bank.GetBalance(ctx, k.account, payout.Denom).Amount
	if !has.Equal(p.Held()) {
		return errorsmod.Wrapf(types.ErrInvariant, "module account: expected %s, got %s", p.Held(), has)
	}
	return nil
}
