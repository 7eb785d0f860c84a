package simulation

import (
	"context"

	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	"github.com/cosmos/cosmos-sdk/types/module"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	"github.com/aichain/aichain/x/attest/types"
)

// Between chooses a number from lo to hi inclusive.
type Between func(lo, hi int) int

// Params are valid parameters with short windows, and budgets so small that steps leave work over.
func Params(between Between) types.Params {
	p := types.DefaultParams()
	p.MaxBatch = uint32(between(40, 200))
	p.VerdictBudget = uint32(between(2, 12))
	p.DisputeWindow = uint64(between(4, 8))
	p.TraceWindow = uint64(between(4, 12))
	p.DisputeBudget = uint32(between(2, 20))
	p.AuditBudget = uint32(between(1, 4))
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

// RandomizedGenState has random parameters, and no round yet.
func RandomizedGenState(s *module.SimulationState) {
	gs := types.DefaultGenesis()
	gs.Params = Params(func(lo, hi int) int { return lo + s.Rand.Intn(hi-lo+1) })
	s.GenState[types.ModuleName] = s.Cdc.MustMarshalJSON(gs)
}
