package client

import (
	"context"

	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// RegisterProvider registers the client's account with a bond in uaic.
func (c *Client) RegisterProvider(ctx context.Context, moniker, details string, bond uint64) (Tx, error) {
	return c.send(ctx, 0, &computetypes.MsgRegisterProvider{Provider: c.addr, Moniker: moniker, Details: details, Bond: coin(bond)})
}

// UpdateProvider changes the display fields.
func (c *Client) UpdateProvider(ctx context.Context, moniker, details string) (Tx, error) {
	return c.send(ctx, 0, &computetypes.MsgUpdateProvider{Provider: c.addr, Moniker: moniker, Details: details})
}

// Drain stops new seats; open ones go on.
func (c *Client) Drain(ctx context.Context) (Tx, error) {
	return c.send(ctx, 0, &computetypes.MsgDrainProvider{Provider: c.addr})
}

// Resume takes new seats again after Drain.
func (c *Client) Resume(ctx context.Context) (Tx, error) {
	return c.send(ctx, 0, &computetypes.MsgDrainProvider{Provider: c.addr, Resume: true})
}

// Retire ends the provider and starts unbonding; it needs no open seat.
func (c *Client) Retire(ctx context.Context) (Tx, error) {
	return c.send(ctx, 0, &computetypes.MsgRetireProvider{Provider: c.addr})
}

// SetOffer makes or changes the offer for a model: prices in uaic per 1 000 tokens, and how many seats at once.
func (c *Client) SetOffer(ctx context.Context, model []byte, priceInput, priceOutput uint64, slots uint32) (Tx, error) {
	return c.send(ctx, 0, &computetypes.MsgSetOffer{Provider: c.addr, ModelId: model, PriceInput: priceInput, PriceOutput: priceOutput, Slots: slots})
}

// RemoveOffer withdraws an offer; its open seats stay.
func (c *Client) RemoveOffer(ctx context.Context, model []byte) (Tx, error) {
	return c.send(ctx, 0, &computetypes.MsgRemoveOffer{Provider: c.addr, ModelId: model})
}

// AddBond adds uaic to the bond.
func (c *Client) AddBond(ctx context.Context, uaic uint64) (Tx, error) {
	return c.send(ctx, 0, &rewardtypes.MsgAddBond{Provider: c.addr, Amount: coin(uaic)})
}

// WithdrawBond starts unbonding of uaic that is not under lien and returns the height of its payout.
func (c *Client) WithdrawBond(ctx context.Context, uaic uint64) (height uint64, tx Tx, err error) {
	tx, err = c.send(ctx, 0, &rewardtypes.MsgWithdrawBond{Provider: c.addr, Amount: coin(uaic)})
	if err != nil {
		return 0, tx, err
	}
	var res rewardtypes.MsgWithdrawBondResponse
	err = c.response(tx, &res)
	return res.Height, tx, err
}

// ClaimEmission claims what the provider has earned beside its prices and returns how much it was, uaic.
func (c *Client) ClaimEmission(ctx context.Context) (uaic uint64, tx Tx, err error) {
	tx, err = c.send(ctx, 0, &rewardtypes.MsgClaimEmission{Provider: c.addr})
	if err != nil {
		return 0, tx, err
	}
	var res rewardtypes.MsgClaimEmissionResponse
	err = c.response(tx, &res)
	return res.Amount, tx, err
}

// Provider returns a provider with its offers and bond; ErrNotFound if it is not registered.
func (c *Client) Provider(ctx context.Context, addr string) (*computetypes.QueryProviderResponse, error) {
	return call(ctx, c, "ask for provider "+addr, c.compute.Provider, &computetypes.QueryProviderRequest{Address: addr})
}
