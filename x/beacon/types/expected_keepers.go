package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
)

// Validators is the part of x/staking that x/beacon uses.
type Validators interface {
	// GetValidatorByConsAddr finds the operator of a block's proposer; consensus keys rotate, operators do not.
	GetValidatorByConsAddr(ctx context.Context, cons sdk.ConsAddress) (stakingtypes.Validator, error)
	// GetValidator checks that a key is registered by a validator.
	GetValidator(ctx context.Context, addr sdk.ValAddress) (stakingtypes.Validator, error)
}
