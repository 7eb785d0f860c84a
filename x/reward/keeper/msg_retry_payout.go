package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/x/reward/types"
)

// RetryPayout queues the parked payout of a recipient for the end of this block. Anybody may ask and pays for
// the try. It returns ErrNotParked if there is none.
func (s msgServer) RetryPayout(ctx context.Context, msg *types.MsgRetryPayout) (*types.MsgRetryPayoutResponse, error) {
	recipient, err := s.bytesOf(msg.Recipient)
	if err != nil {
		return nil, err
	}
	parked, err := s.parked.Get(ctx, recipient)
	if isNotFound(err) {
		return nil, errorsmod.Wrap(types.ErrNotParked, msg.Recipient)
	}
	if err != nil {
		return nil, err
	}
	if err := s.parked.Remove(ctx, recipient); err != nil {
		return nil, err
	}
	return &types.MsgRetryPayoutResponse{}, s.creditTo(ctx, recipient, parked.Payout)
}
