package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/x/compute/types"
)

// RegisterProvider registers the signer with a bond of at least params.min_bond.
func (m *msgServer) RegisterProvider(ctx context.Context, msg *types.MsgRegisterProvider) (*types.MsgRegisterProviderResponse, error) {
	addr, name, err := m.account(msg.Provider)
	if err != nil {
		return nil, err
	}
	if err := checkDisplay(msg.Moniker, msg.Details); err != nil {
		return nil, err
	}
	bond, err := amountOf("bond", msg.Bond)
	if err != nil {
		return nil, err
	}
	params, err := m.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	if bond < params.MinBond {
		return nil, errorsmod.Wrapf(types.ErrBondTooLow, "expected at least %d uaic, got %d", params.MinBond, bond)
	}
	if exists, err := m.providers.Has(ctx, addr); err != nil {
		return nil, err
	} else if exists {
		return nil, errorsmod.Wrap(types.ErrProviderExists, name)
	}
	if err := m.bonds.OpenBond(ctx, name, bond); err != nil {
		return nil, err
	}
	c := sdk.UnwrapSDKContext(ctx)
	if err := m.providers.Set(ctx, addr, types.Provider{
		Address: name, Moniker: msg.Moniker, Details: msg.Details,
		Status: types.PROVIDER_STATUS_ACTIVE, RegisterHeight: height(c),
	}); err != nil {
		return nil, err
	}
	return &types.MsgRegisterProviderResponse{}, event.Emit(c, &types.EventProviderRegistered{Provider: name, Bond: bond})
}

// checkDisplay bounds what a provider says about itself.
func checkDisplay(moniker, details string) error {
	if err := checkText("moniker", moniker, 1, types.MaxMonikerBytes); err != nil {
		return err
	}
	return checkText("details", details, 0, types.MaxDetailsBytes)
}
