package apptest

import (
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aichain/aichain/app"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// state is what the checks between modules read.
type state struct{ App *app.App }

// Invariants returns the first contradiction in the committed state: within one of our modules, or between them.
func (c *Chain) Invariants() error { return Contradiction(c.Ctx(), c.App) }

// Contradiction returns the first contradiction in the state of an application.
func Contradiction(ctx sdk.Context, a *app.App) error {
	c := &state{a}
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
	attest, err := c.App.Attest.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	if err := c.liensMatchSeats(ctx, attest); err != nil {
		return err
	}
	if err := c.matchedTasksAreAttested(ctx, attest); err != nil {
		return err
	}
	return c.supplyMatchesBalances(ctx)
}

// liensMatchSeats checks for each provider that what its bond has under lien is the liens of its open seats, of its seats
// that are challenged, its stakes in challenges that are not resolved, and its lien releases.
func (c *state) liensMatchSeats(ctx sdk.Context, attest *attesttypes.GenesisState) error {
	reward, err := c.App.Reward.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	want := map[string]uint64{}
	for _, r := range attest.Rounds {
		for _, s := range r.Seats {
			if s.Outcome == computetypes.REASON_UNSPECIFIED || s.Challenged {
				want[s.Provider] += s.Lien
			}
		}
	}
	for _, d := range attest.Disputes {
		if d.IsOpen() {
			want[d.Challenger] += d.Stake
		}
	}
	for _, r := range reward.LienReleases {
		want[r.Provider] += r.Amount
	}
	for _, b := range reward.Bonds {
		if b.Liened != want[b.Provider] {
			return fmt.Errorf("bond of %s: %d uaic under lien, seats, challenges and releases say %d", b.Provider, b.Liened, want[b.Provider])
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

// matchedTasksAreAttested checks that each task in a round has an open one, or the referee works on it, and never both, and
// that a case is about a task whose results differ or are settled.
func (c *state) matchedTasksAreAttested(ctx sdk.Context, attest *attesttypes.GenesisState) error {
	compute, err := c.App.Compute.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	open, cases := map[uint64]bool{}, map[uint64]attesttypes.Case{}
	for i := range attest.Rounds {
		if r := &attest.Rounds[i]; r.IsOpen() {
			open[r.TaskId] = true
		}
	}
	for _, x := range attest.Cases {
		cases[x.TaskId] = x
	}
	for _, t := range compute.Tasks {
		x, hasCase := cases[t.Id]
		isMatched, isSplit := t.Status == computetypes.TASK_STATUS_MATCHED, x.Origin == attesttypes.DISPUTE_ORIGIN_SPLIT
		if isMatched != (open[t.Id] || hasCase && isSplit) || open[t.Id] && hasCase {
			return fmt.Errorf("task %d is %s: open round %t, case %+v", t.Id, t.Status, open[t.Id], x)
		}
		if hasCase && !isSplit && t.Status != computetypes.TASK_STATUS_SETTLED {
			return fmt.Errorf("task %d is %s while its result is challenged", t.Id, t.Status)
		}
		delete(cases, t.Id)
	}
	if len(cases) > 0 {
		return fmt.Errorf("cases without a task: %v", cases)
	}
	return nil
}

// supplyMatchesBalances checks that the coins of all accounts are the supply, whatever was minted and burned.
func (c *state) supplyMatchesBalances(ctx sdk.Context) error {
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
