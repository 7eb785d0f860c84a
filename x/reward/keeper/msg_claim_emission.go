package keeper

import (
	"context"

	"github.com/aichain/aichain/x/reward/types"
)

// ClaimEmission mints what a provider has earned beside its prices and may claim, and sends it to its account. It returns
// ErrNoBond for a stranger, ErrNothingToClaim when all was claimed or waits, or ErrEmissionAhead.
func (s msgServer) ClaimEmission(ctx context.Context, msg *types.MsgClaimEmission) (*types.MsgClaimEmissionResponse, error) {
	provider, err := s.bytesOf(msg.Provider)
	if err != nil {
		return nil, err
	}
	bond, err := s.bondOf(ctx, provider)
	if err != nil {
		return nil, err
	}
	amount, err := s.claim(ctx, provider, &bond)
	if err != nil {
		return nil, err
	}
	return &types.MsgClaimEmissionResponse{Amount: amount}, nil
}
