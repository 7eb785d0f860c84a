package keeper

import (
	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/aichain/aichain/internal/blockwork"
	"github.com/aichain/aichain/internal/event"
	"github.com/aichain/aichain/x/reward/types"
)

// pay is where money leaves the module: one burn, one transfer to the validators, and one to each of up to
// budget recipients.
func (k *Keeper) pay(ctx sdk.Context, budget uint32) {
	keep := func(_ sdk.Context, _ struct{}, cause error) error { return cause } // stays pending, tried next block
	once := []struct{}{{}}
	blockwork.Run(ctx, once, k.burnPending, keep)
	blockwork.Run(ctx, once, k.payValidators, keep)

	var sent types.Payout // the sum of what has left, so that the ledger is written once
	payOne := func(c sdk.Context, who sdk.AccAddress) error {
		p, err := k.payOne(c, who)
		if err != nil {
			return err
		}
		return sent.Add(p)
	}
	blockwork.Run(ctx, k.payable(ctx, budget), payOne, k.parkPayout)
	if sent.Amount == 0 {
		return
	}
	if err := k.changeLedger(ctx, func(l *types.Ledger) error { return l.Send(sent) }); err != nil {
		ctx.Logger().Error("payouts were sent that the ledger does not know", "sent", sent, "err", err)
	}
}

// burnPending burns what takes and slashes of the block leave to the fire.
func (k *Keeper) burnPending(ctx sdk.Context, _ struct{}) error {
	p, err := k.pockets.Get(ctx)
	if err != nil || p.PendingBurn == 0 {
		return err
	}
	if err := k.bank.BurnCoins(ctx, types.ModuleName, types.Coins(p.PendingBurn)); err != nil {
		return err
	}
	return k.changeLedger(ctx, func(l *types.Ledger) error { return l.Burn() })
}

// payValidators sends the validators' part of the take to the fee collector, from where x/distribution shares it.
func (k *Keeper) payValidators(ctx sdk.Context, _ struct{}) error {
	p, err := k.pockets.Get(ctx)
	if err != nil || p.PendingValidators == 0 {
		return err
	}
	coins := types.Coins(p.PendingValidators)
	if err := k.bank.SendCoinsFromModuleToModule(ctx, types.ModuleName, authtypes.FeeCollectorName, coins); err != nil {
		return err
	}
	return k.changeLedger(ctx, func(l *types.Ledger) error {
		l.Pockets.PendingValidators = 0
		return l.Leave(&l.Totals.Validators, p.PendingValidators)
	})
}

// payable collects up to budget recipients, in order of address from where the block before stopped, and round: a
// crowd of low addresses, paid in every block, must not keep the others waiting for ever.
func (k *Keeper) payable(ctx sdk.Context, budget uint32) []sdk.AccAddress {
	last, err := k.lastPaid.Get(ctx)
	if err != nil && !isNotFound(err) {
		ctx.Logger().Error("the last recipient cannot be read, beginning with the first", "err", err)
	}
	isResuming := err == nil
	var items []sdk.AccAddress
	if isResuming {
		items = k.recipients(ctx, new(collections.Range[sdk.AccAddress]).StartExclusive(last), budget)
		first := new(collections.Range[sdk.AccAddress]).EndInclusive(last)
		items = append(items, k.recipients(ctx, first, budget-uint32(len(items)))...)
	} else {
		items = k.recipients(ctx, nil, budget)
	}
	switch {
	case uint32(len(items)) >= budget: // perhaps not all
		err = k.lastPaid.Set(ctx, items[len(items)-1])
	case isResuming:
		err = k.lastPaid.Remove(ctx)
	default:
		return items
	}
	if err != nil {
		ctx.Logger().Error("the last recipient cannot be kept", "err", err)
	}
	return items
}

// recipients lists up to limit of those with payouts in a range. It only reads.
func (k *Keeper) recipients(ctx sdk.Context, within collections.Ranger[sdk.AccAddress], limit uint32) []sdk.AccAddress {
	var items []sdk.AccAddress
	err := k.payouts.Walk(ctx, within, func(who sdk.AccAddress, _ types.Payout) (bool, error) {
		if uint32(len(items)) >= limit {
			return true, nil
		}
		items = append(items, who)
		return false, nil
	})
	if err != nil {
		ctx.Logger().Error("payouts cannot be read", "err", err)
		return nil
	}
	return items
}

// payOne sends all that a recipient has coming and returns what was sent.
func (k *Keeper) payOne(ctx sdk.Context, who sdk.AccAddress) (types.Payout, error) {
	p, err := k.payouts.Get(ctx, who)
	if err != nil {
		return p, err
	}
	if err := k.payouts.Remove(ctx, who); err != nil {
		return p, err
	}
	return p, k.bank.SendCoinsFromModuleToAccount(ctx, types.ModuleName, who, types.Coins(p.Amount))
}

// parkPayout puts a payout that the bank refused aside, with all that failed before it; the money stays pending.
func (k *Keeper) parkPayout(ctx sdk.Context, who sdk.AccAddress, cause error) error {
	p, err := k.payouts.Get(ctx, who)
	if err != nil {
		return err
	}
	if err := k.payouts.Remove(ctx, who); err != nil {
		return err
	}
	amount := p.Amount
	before, err := k.parked.Get(ctx, who)
	if err != nil && !isNotFound(err) {
		return err
	}
	if err == nil {
		if err := p.Add(before.Payout); err != nil {
			return err
		}
	}
	if err := k.parked.Set(ctx, who, types.ParkedPayout{Payout: p, Height: height(ctx), Error: blockwork.Text(cause)}); err != nil {
		return err
	}
	return event.Emit(ctx, &types.EventPayoutParked{Recipient: p.Recipient, Amount: amount, Error: cause.Error()})
}
