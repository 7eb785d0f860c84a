package keeper

import (
	"context"

	"github.com/aichain/aichain/x/reward/types"
)

// AddBond adds to the bond of a registered provider. It returns ErrBadCoin, ErrNoBond or ErrInsufficientFunds.
func (s msgServer) AddBond(ctx context.Context, msg *types.MsgAddBond) (*types.MsgAddBondResponse, error) {
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
	if err := s.fund(ctx, provider, &bond, amount); err != nil {
		return nil, err
	}
	return &types.MsgAddBondResponse{}, s.providers.BondChanged(ctx, bond.Provider, bond.Bonded)
}
