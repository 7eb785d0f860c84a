package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/x/reward/types"
)

// OpenBond implements compute's Bonds: the bond of a new provider. It returns ErrBondExists, ErrBadCoin for 0,
// or ErrInsufficientFunds. That amount is enough is x/compute's to say, who owns the least bond.
func (k *Keeper) OpenBond(ctx context.Context, provider string, amount uint64) error {
	who, err := k.bytesOf(provider)
	if err != nil {
		return err
	}
	if amount == 0 {
		return errorsmod.Wrap(types.ErrBadCoin, "expected a bond, got 0")
	}
	exists, err := k.bonds.Has(ctx, who)
	if err != nil {
		return err
	}
	if exists {
		return errorsmod.Wrap(types.ErrBondExists, provider)
	}
	name, err := k.addr.BytesToString(who)
	if err != nil {
		return err
	}
	return k.fund(ctx, who, &types.Bond{Provider: name}, amount)
}

// CloseBond implements compute's Bonds: everything starts to unbond and the bond is gone, so its owner is no
// provider any more; emission that it has not claimed is claimed. It returns ErrNoBond, or ErrUnderLien while a seat or a
// challenge window is open.
func (k *Keeper) CloseBond(ctx context.Context, provider string) error {
	who, err := k.bytesOf(provider)
	if err != nil {
		return err
	}
	bond, err := k.bondOf(ctx, who)
	if err != nil {
		return err
	}
	if bond.Liened > 0 {
		return errorsmod.Wrapf(types.ErrUnderLien, "asked for %d, free are %d", bond.Bonded, bond.Free())
	}
	if bond.Emission > 0 {
		if _, err := k.claim(ctx, who, &bond); err != nil {
			return err
		}
	}
	if err := k.bonds.Remove(ctx, who); err != nil {
		return err
	}
	if bond.Bonded > 0 { // slashes may have left nothing
		if _, err := k.startUnbonding(ctx, who, bond.Provider, bond.Bonded); err != nil {
			return err
		}
	}
	return k.providers.BondChanged(ctx, bond.Provider, 0)
}

// BondOf implements compute's Bonds: bonded uaic, and the part that is not under lien; zeros for a stranger.
func (k *Keeper) BondOf(ctx context.Context, provider string) (bonded, free uint64, err error) {
	who, err := k.bytesOf(provider)
	if err != nil {
		return 0, 0, err
	}
	bond, err := k.bonds.Get(ctx, who)
	if isNotFound(err) {
		return 0, 0, nil
	}
	return bond.Bonded, bond.Free(), err
}

// PlaceLien implements compute's Bonds and attest's Stakes: it reserves amount uaic for a seat, or as the stake of a
// challenge. ErrNoBond, or ErrUnderLien if less
// is free.
func (k *Keeper) PlaceLien(ctx context.Context, provider string, amount uint64) error {
	who, err := k.bytesOf(provider)
	if err != nil {
		return err
	}
	bond, err := k.bondOf(ctx, who)
	if err != nil {
		return err
	}
	if amount > bond.Free() {
		return errorsmod.Wrapf(types.ErrUnderLien, "asked for %d, free are %d", amount, bond.Free())
	}
	bond.Liened += amount // not above bonded
	if err := k.bonds.Set(ctx, who, bond); err != nil {
		return err
	}
	return k.changePockets(ctx, func(p *types.Pockets) (err error) {
		p.Liened, err = types.Add(p.Liened, amount)
		return err
	})
}
