package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/x/reward/types"
)

// bondOf loads the bond of a provider; ErrNoBond for a stranger.
func (k *Keeper) bondOf(ctx context.Context, provider sdk.AccAddress) (types.Bond, error) {
	b, err := k.bonds.Get(ctx, provider)
	if isNotFound(err) {
		return types.Bond{}, k.noBond(provider)
	}
	return b, err
}

func (k *Keeper) noBond(provider sdk.AccAddress) error {
	name, err := k.addr.BytesToString(provider)
	if err != nil {
		return err
	}
	return errorsmod.Wrap(types.ErrNoBond, name)
}

// fund takes amount uaic from the provider's account into its bond and counts it.
func (k *Keeper) fund(ctx context.Context, provider sdk.AccAddress, bond *types.Bond, amount uint64) error {
	if err := k.takeIn(ctx, provider, amount); err != nil {
		return err
	}
	sum, err := types.Add(bond.Bonded, amount)
	if err != nil {
		return err
	}
	bond.Bonded = sum
	if err := k.bonds.Set(ctx, provider, *bond); err != nil {
		return err
	}
	if err := k.changeLedger(ctx, func(l *types.Ledger) error { return l.Enter(&l.Pockets.Bonds, amount) }); err != nil {
		return err
	}
	return event.Emit(sdk.UnwrapSDKContext(ctx), &types.EventBondAdded{Provider: bond.Provider, Amount: amount})
}

// freeLien ends the lien of a release on a bond and lets its emission be claimed; ErrNoBond, or ErrLedger if less is under
// lien. Nothing has changed on an error.
func (k *Keeper) freeLien(ctx context.Context, provider sdk.AccAddress, r types.Release) error {
	bond, err := k.bondOf(ctx, provider)
	if err != nil {
		return err
	}
	return k.freeLienOf(ctx, provider, bond, r)
}

// freeLienOf is freeLien for a bond that was changed and is not stored yet.
func (k *Keeper) freeLienOf(ctx context.Context, provider sdk.AccAddress, bond types.Bond, r types.Release) (err error) {
	if bond.Liened, err = types.Sub(bond.Liened, r.Lien); err != nil {
		return err
	}
	if bond.Emission, err = types.Add(bond.Emission, r.Emission); err != nil {
		return err
	}
	err = k.changePockets(ctx, func(p *types.Pockets) (err error) {
		p.Liened, err = types.Sub(p.Liened, r.Lien)
		return err
	})
	if err != nil {
		return err
	}
	return k.bonds.Set(ctx, provider, bond)
}

// startUnbonding queues amount uaic that has left the bond for its way home, and returns the height at which it
// is paid out. All that a provider unbonds in one block comes home together.
func (k *Keeper) startUnbonding(ctx context.Context, provider sdk.AccAddress, name string, amount uint64) (uint64, error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return 0, err
	}
	home := height(ctx) + params.UnbondingWindow
	if err := k.queueUnbonding(ctx, home, provider, amount); err != nil {
		return 0, err
	}
	err = k.changePockets(ctx, func(p *types.Pockets) error { return p.Move(&p.Bonds, &p.Unbonding, amount) })
	if err != nil {
		return 0, err
	}
	return home, event.Emit(sdk.UnwrapSDKContext(ctx), &types.EventUnbondingStarted{Provider: name, Amount: amount, Height: home})
}

// queueUnbonding adds amount to what comes home to provider at a height, in both directions of lookup.
func (k *Keeper) queueUnbonding(ctx context.Context, home uint64, provider sdk.AccAddress, amount uint64) error {
	if err := addAt(ctx, k.unbondings, collections.Join(home, provider), amount); err != nil {
		return err
	}
	return k.unbondingsBy.Set(ctx, collections.Join(provider, home))
}

// dropUnbonding removes what comes home to provider at a height.
func (k *Keeper) dropUnbonding(ctx context.Context, home uint64, provider sdk.AccAddress) error {
	if err := k.unbondings.Remove(ctx, collections.Join(home, provider)); err != nil {
		return err
	}
	return k.unbondingsBy.Remove(ctx, collections.Join(provider, home))
}

// addAt adds amount to the number at a key, which is 0 where there is none.
func addAt(ctx context.Context, m collections.Map[heightOf, uint64], key heightOf, amount uint64) error {
	have, err := m.Get(ctx, key)
	if err != nil && !isNotFound(err) {
		return err
	}
	sum, err := types.Add(have, amount)
	if err != nil {
		return err
	}
	return m.Set(ctx, key, sum)
}

// addRelease adds to what frees itself at a height.
func (k *Keeper) addRelease(ctx context.Context, at heightOf, r types.Release) error {
	have, err := k.lienReleases.Get(ctx, at)
	if err != nil && !isNotFound(err) {
		return err
	}
	sum, err := have.Add(r)
	if err != nil {
		return err
	}
	return k.lienReleases.Set(ctx, at, sum)
}
