package simulation

import (
	"context"

	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	"github.com/aichain/aichain/x/reward/types"
)

// Between chooses a number from lo to hi inclusive.
type Between func(lo, hi int) int

// Params are valid parameters with every share from nothing to much, and budgets so small that steps leave work over.
func Params(between Between) types.Params {
	p := types.DefaultParams()
	p.TakeBps = uint32(between(0, 2_000))
	p.TakeBurnBps = uint32(between(0, 10_000))
	p.EmissionBps = uint32(between(0, 10_000))
	p.SlashBurnBps = uint32(between(2_000, 10_000))
	p.SoftFaultBps = uint32(between(100, 3_000))
	p.UnbondingWindow = uint64(between(20, 40))
	p.PayoutBudget = uint32(between(2, 10))
	p.ReleaseBudget = uint32(between(8, 24)) // some three releases a task, all to be over when a run ends
	return p
}

// UpdateParams proposes random parameters.
func UpdateParams() simsx.SimMsgFactoryFn[*types.MsgUpdateParams] {
	return func(_ context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgUpdateParams) {
		return nil, &types.MsgUpdateParams{
			Authority: data.ModuleAccountAddress(reporter, govtypes.ModuleName), Params: Params(data.Rand().IntInRange),
		}
	}
}
