package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/x/reward/types"
)

// credit adds to what its recipient is sent at the end of the block. The caller moves the amount to pending.
func (k *Keeper) credit(ctx context.Context, p types.Payout) error {
	if p.Amount == 0 {
		return nil
	}
	who, err := k.bytesOf(p.Recipient)
	if err != nil {
		return err
	}
	return k.creditTo(ctx, who, p)
}

func (k *Keeper) creditTo(ctx context.Context, who sdk.AccAddress, p types.Payout) error {
	have, err := k.payouts.Get(ctx, who)
	switch {
	case isNotFound(err):
		return k.payouts.Set(ctx, who, p)
	case err != nil:
		return err
	}
	if err := have.Add(p); err != nil {
		return err
	}
	return k.payouts.Set(ctx, who, have)
}

// credits gathers payouts by recipient, in order of first mention, so that each is stored once per task.
type credits []types.Payout

func (c *credits) add(p types.Payout) error {
	if p.Amount == 0 {
		return nil
	}
	for i := range *c { // a task has few recipients
		if (*c)[i].Recipient == p.Recipient {
			return (*c)[i].Add(p)
		}
	}
	*c = append(*c, p)
	return nil
}
