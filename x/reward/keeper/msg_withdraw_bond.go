package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/x/reward/types"
)

// WithdrawBond starts to unbond a part of the free bond; at least the least bond stays, for leaving altogether is
// retiring. It returns ErrBadCoin, ErrNoBond, ErrUnderLien or ErrBelowMinBond.
func (s msgServer) WithdrawBond(ctx context.Context, msg *types.MsgWithdrawBond) (*types.MsgWithdrawBondResponse, error) {
	provider, err := s.bytesOf(msg.Provider)
	if err != nil {
		return nil, err
	}
	amount, err := types.Amount(msg.Amount)
	if err != nil {
		return nil, err
	}
	bond, err := s.bondOf(ctx, provider)
	if err != nil {
		return nil, err
	}
	if err := s.withdrawable(ctx, bond, amount); err != nil {
		return nil, err
	}
	bond.Bonded -= amount // not more than is free
	if err := s.bonds.Set(ctx, provider, bond); err != nil {
		return nil, err
	}
	home, err := s.startUnbonding(ctx, provider, bond.Provider, amount)
	if err != nil {
		return nil, err
	}
	return &types.MsgWithdrawBondResponse{Height: home}, s.providers.BondChanged(ctx, bond.Provider, bond.Bonded)
}

// withdrawable says whether amount may leave the bond.
func (k *Keeper) withdrawable(ctx context.Context, bond types.Bond, amount uint64) error {
	if amount > bond.Free() {
		return errorsmod.Wrapf(types.ErrUnderLien, "asked for %d, free are %d", amount, bond.Free())
	}
	least, err := k.providers.MinBond(ctx)
	if err != nil {
		return err
	}
	if rest := bond.Bonded - amount; rest < least {
		return errorsmod.Wrapf(types.ErrBelowMinBond, "expected at least %d to remain, got %d", least, rest)
	}
	return nil
}
