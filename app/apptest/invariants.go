package apptest

import (
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Invariants returns the first contradiction in the committed state: within one of our modules, or between them.
func (c *Chain) Invariants() error {
	ctx := c.Ctx()
	for _, m := range []struct {
		name  string
		check func(context.Context) error
	}{
		{"beacon", c.App.Beacon.Invariants},
		{"compute", c.App.Compute.Invariants},
		{"attest", c.App.Attest.Invariants},
		{"reward", c.App.Reward.Invariants},
	} {
		if err := m.check(ctx); err != nil {
			return fmt.Errorf("x/%s: %w", m.name, err)
		}
	}
	if err := c.liensMatchSeats(ctx); err != nil {
		return err
	}
	return c.supplyMatchesBalances(ctx)
}

// liensMatchSeats checks for each provider that what its bond has under lien is the liens of its open seats plus its
// lien releases.
func (c *Chain) liensMatchSeats(ctx sdk.Context) error {
	attest, err := c.App.Attest.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	reward, err := c.App.Reward.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	want := map[string]uint64{}
	for _, r := range attest.Rounds {
		for _, s := range r.Seats {
			if s.Outcome == computetypes.REASON_UNSPECIFIED {
				want[s.Provider] += s.Lien
			}
		}
	}
	for _, r := range reward.LienReleases {
		want[r.Provider] += r.Amount
	}
	for _, b := range reward.Bonds {
		if b.Liened != want[b.Provider] {
			return fmt.Errorf("bond of %s: %d uaic under lien, seats and releases say %d", b.Provider, b.Liened, want[b.Provider])
		}
		delete(want, b.Provider)
	}
	for provider, lien := range want {
		if lien > 0 {
			return fmt.Errorf("%s has no bond but %d uaic under lien", provider, lien)
		}
	}
	return nil
}

// supplyMatchesBalances checks that the coins of all accounts are the supply, whatever was minted and burned.
func (c *Chain) supplyMatchesBalances(ctx sdk.Context) error {
	total := sdk.NewCoins()
	c.App.Bank.IterateAllBalances(ctx, func(_ sdk.AccAddress, coin sdk.Coin) bool {
		total = total.Add(coin)
		return false
	})
	supply, _, err := c.App.Bank.GetPaginatedTotalSupply(ctx, nil)
	if err != nil {
		return err
	}
	if !supply.Equal(total) {
		return fmt.Errorf("%s: the supply is %s, the balances sum to %s", banktypes.ModuleName, supply, total)
	}
	return nil
}
