package keeper

import (
	"context"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/aichain/aichain/internal/event"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	"github.com/aichain/aichain/x/reward/types"
)

// Emission accrues to right seats with the settlement (listener.go), waits in the record that frees their liens, is set
// aside while a seat is challenged, and joins the bond when nobody can challenge the seat any more. It is a number and no
// coin until it is claimed: nothing is minted for a seat that loses it.

// claim mints all that a provider may claim and sends it, and stores the bond without it; it returns how much it was. The
// recipient is who asks, so a bank that refuses makes the message fail and nothing has to be parked. ErrNothingToClaim,
// ErrEmissionAhead, or the bank's refusal.
func (k *Keeper) claim(ctx context.Context, who sdk.AccAddress, bond *types.Bond) (uint64, error) {
	amount := bond.Emission
	if amount == 0 {
		return 0, types.ErrNothingToClaim
	}
	if err := k.changeLedger(ctx, func(l *types.Ledger) error { return l.Emit(amount) }); err != nil {
		return 0, err
	}
	bond.Emission = 0
	if err := k.bonds.Set(ctx, who, *bond); err != nil {
		return 0, err
	}
	coins := types.Coins(amount)
	if err := k.bank.MintCoins(ctx, types.ModuleName, coins); err != nil {
		return 0, err
	}
	if err := k.bank.SendCoinsFromModuleToAccount(ctx, types.ModuleName, who, coins); err != nil {
		return 0, err
	}
	return amount, event.Emit(sdk.UnwrapSDKContext(ctx), &types.EventEmissionClaimed{Provider: bond.Provider, Amount: amount})
}

// holdEmission sets the emission of a challenged seat aside in its provider's bond.
func (k *Keeper) holdEmission(ctx context.Context, who sdk.AccAddress, amount uint64) error {
	if amount == 0 {
		return nil
	}
	bond, err := k.bondOf(ctx, who)
	if err != nil {
		return err
	}
	if bond.ChallengedEmission, err = types.Add(bond.ChallengedEmission, amount); err != nil {
		return err
	}
	return k.bonds.Set(ctx, who, bond)
}

// forfeit takes the emission of a seat that has lost a challenge from what was set aside; nobody ever gets it. A task whose
// escrow was forgotten tells nothing, and nothing of it is forfeited.
func (c *closing) forfeit(who sdk.AccAddress, s attesttypes.Slash) error {
	e, err := c.escrows.Get(c.ctx, s.TaskID)
	if isNotFound(err) || err == nil && e.SeatEmission == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	bond, err := c.bondOf(c.ctx, who)
	if err != nil {
		return err
	}
	if bond.ChallengedEmission, err = types.Sub(bond.ChallengedEmission, e.SeatEmission); err != nil {
		return err
	}
	if err := c.bonds.Set(c.ctx, who, bond); err != nil {
		return err
	}
	if c.pockets.Emission, err = types.Sub(c.pockets.Emission, e.SeatEmission); err != nil {
		return err
	}
	totals, err := c.totals.Get(c.ctx)
	if err != nil {
		return err
	}
	totals.Forfeited = totals.Forfeited.Add(math.NewIntFromUint64(e.SeatEmission))
	if err := c.totals.Set(c.ctx, totals); err != nil {
		return err
	}
	return event.Emit(sdk.UnwrapSDKContext(c.ctx), &types.EventEmissionForfeited{
		TaskId: s.TaskID, Provider: bond.Provider, Amount: e.SeatEmission,
	})
}

// allowMinting gives a module account from before there was emission the permission to mint, which the bank reads from the
// account as stored. It does nothing to one that has it, or that does not exist yet and will be made with it.
func (k *Keeper) allowMinting(ctx context.Context) {
	acc, ok := k.accounts.GetAccount(ctx, k.account).(*authtypes.ModuleAccount)
	if !ok || acc.HasPermission(authtypes.Minter) {
		return
	}
	acc.Permissions = append(acc.Permissions, authtypes.Minter)
	k.accounts.SetAccount(ctx, acc)
}
