package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// BeginBlock draws the seats that are due, and refunds what has waited too long. It runs when the block has its
// beacon and before any of its transactions: who proposes the block knows the beacon while it chooses them, and one
// that moved a bond, an offer or a price before the draw would redraw every seat, as often as the proposer likes to
// try. It never fails: what fails is parked, one item at a time.
func (k *Keeper) BeginBlock(ctx context.Context) error {
	return k.step(sdk.UnwrapSDKContext(ctx), stepMatch, k.matchDue)
}
