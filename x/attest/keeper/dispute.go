package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/x/attest/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// dispute loads a dispute; ErrDisputeNotFound if there is none.
func (k *Keeper) dispute(ctx context.Context, id uint64) (types.Dispute, error) {
	d, err := k.disputes.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return types.Dispute{}, errorsmod.Wrapf(types.ErrDisputeNotFound, "dispute %d", id)
	}
	return d, err
}

// checkMove checks a move message completely and changes nothing. apply makes the move.
func (k *Keeper) checkMove(goCtx context.Context, msg sdk.Msg) (d types.Dispute, apply func(ctx context.Context) error, err error) {
	return types.Dispute{}, nil, types.ErrNotSeatMessage
}

// forgetDisputes removes up to forgetAtOnce disputes of a task. done is false while some are left or a case is open.
func (k *Keeper) forgetDisputes(ctx context.Context, taskID uint64) (done bool, err error) {
	return true, nil
}
