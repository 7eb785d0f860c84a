package types

import (
	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/rules/emission"
	"github.com/aichain/aichain/rules/payout"
)

// Bounds of the parameters.
const (
	// MaxTakeBps leaves at least half of each price to those who did the work and made the model.
	MaxTakeBps = 5_000
	// MinSlashBurnBps keeps slashing oneself through a second seat from being nearly free.
	MinSlashBurnBps = 1_000
	// MinSoftFaultBps keeps silence from being free.
	MinSoftFaultBps = 1
	// MaxUnbondingWindow is about four months of 1-second blocks: a bond must be able to come home.
	MaxUnbondingWindow = 10_000_000
	// MaxBudget bounds the work of one block step: 100 000 transfers take seconds, more than any block time.
	MaxBudget = 100_000
	// MaxMinGasPrice is 1 AIC per 1 000 gas: above it nobody could pay to undo a mistaken vote.
	MaxMinGasPrice = 1_000_000
)

// DefaultParams are the parameters of a new chain.
func DefaultParams() Params {
	return Params{
		TakeBps:         500,   // 5 %: what public marketplaces of compute take at least
		TakeBurnBps:     5_000, // half: burning pays every holder, the rest pays who secures the chain
		SlashBurnBps:    5_000, // half: enough left to reward honesty, enough burned that self-slashing never pays
		SoftFaultBps:    1_000, // 10 %: a crash hurts, a lie (100 %) hurts ten times more
		UnbondingWindow: 200,   // twice the challenge window of 100, so bond outlasts every dispute about it
		PayoutBudget:    1_000, // recipients, a transfer each: some tens of ms of a 1-second block
		ReleaseBudget:   1_000, // items; cheaper than a payout
		MinGasPrice:     1,     // uaic per 1 000 gas: a transfer of 65 000 gas costs 65 uaic
		EmissionBps:     5_000, // half of what takes burn: trading with oneself loses the other half even for who owns all else
	}
}

// Validate returns ErrInvalidParams for values out of bounds.
func (p Params) Validate() error {
	for _, b := range []struct {
		name       string
		value      uint64
		least, max uint64
	}{
		{"take_bps", uint64(p.TakeBps), 0, MaxTakeBps},
		{"take_burn_bps", uint64(p.TakeBurnBps), 0, payout.FullBps},
		{"slash_burn_bps", uint64(p.SlashBurnBps), MinSlashBurnBps, payout.FullBps},
		{"soft_fault_bps", uint64(p.SoftFaultBps), MinSoftFaultBps, payout.FullBps},
		{"unbonding_window", p.UnbondingWindow, 1, MaxUnbondingWindow},
		{"payout_budget", uint64(p.PayoutBudget), 1, MaxBudget},
		{"release_budget", uint64(p.ReleaseBudget), 1, MaxBudget},
		{"min_gas_price", p.MinGasPrice, 0, MaxMinGasPrice},
	} {
		if b.value < b.least || b.value > b.max {
			return errorsmod.Wrapf(ErrInvalidParams, "expected %s from %d to %d, got %d", b.name, b.least, b.max, b.value)
		}
	}
	if p.EmissionBps > emission.FullBps {
		return errorsmod.Wrapf(ErrInvalidParams,
			"expected emission_bps up to %d, got %d: emission above the burned take pays whoever trades with itself", emission.FullBps, p.EmissionBps)
	}
	return nil
}

// ValidateWith returns ErrInvalidParams unless a bond takes longer to come home than a settled result can be
// challenged, in blocks. It is asked when governance changes these parameters; when it changes x/compute's
// challenge_window, governance has to look at both. The safety of challenges does not rest on it but on liens, which
// cannot be unbonded at all.
func (p Params) ValidateWith(challengeWindow uint64) error {
	if p.UnbondingWindow <= challengeWindow {
		return errorsmod.Wrapf(ErrInvalidParams, "expected unbonding_window above the challenge window of %d, got %d", challengeWindow, p.UnbondingWindow)
	}
	return nil
}
