package keeper

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/internal/blockwork"
	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/x/reward/types"
)

// unbond credits the bonds whose unbonding window is over to their providers; they are sent with the payouts of
// this block.
func (k *Keeper) unbond(ctx sdk.Context, budget uint32) {
	blockwork.Run(ctx, dueIn(ctx, k.unbondings, budget), k.unbondOne, k.postponeUnbonding)
}

func (k *Keeper) unbondOne(ctx sdk.Context, d due[uint64]) error {
	if err := k.dropUnbonding(ctx, d.height, d.who); err != nil {
		return err
	}
	name, err := k.addr.BytesToString(d.who)
	if err != nil {
		return err
	}
	if err := k.creditTo(ctx, d.who, types.Payout{Recipient: name, Amount: d.amount, Unbonded: d.amount}); err != nil {
		return err
	}
	err = k.changePockets(ctx, func(p *types.Pockets) error { return p.Move(&p.Unbonding, &p.Pending, d.amount) })
	if err != nil {
		return err
	}
	return event.Emit(ctx, &types.EventUnbonded{Provider: name, Amount: d.amount})
}

// postponeUnbonding puts an unbonding that failed aside; its money stays unbonding.
func (k *Keeper) postponeUnbonding(ctx sdk.Context, d due[uint64], cause error) error {
	ctx.Logger().Error("an unbonding failed and is tried again later", "provider", d.who, "amount", d.amount, "err", cause)
	if err := k.dropUnbonding(ctx, d.height, d.who); err != nil {
		return err
	}
	return k.queueUnbonding(ctx, height(ctx)+retryBlocks, d.who, d.amount)
}
