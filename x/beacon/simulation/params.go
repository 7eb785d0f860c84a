package simulation

import (
	"context"

	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	"github.com/cosmos/cosmos-sdk/types/module"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	"github.com/aichain/aichain/x/beacon/types"
)

// Between chooses a number from lo to hi inclusive.
type Between func(lo, hi int) int

// Params are valid parameters under which keys change often.
func Params(between Between) types.Params {
	p := types.DefaultParams()
	p.EpochBlocks, p.HistoryBlocks = uint64(between(types.MinEpochBlocks, 2*types.MinEpochBlocks)), uint64(between(types.MinHistoryBlocks, 150))
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

// RandomizedGenState has random parameters and no key: the simulator's validators have none.
func RandomizedGenState(s *module.SimulationState) {
	gs := types.DefaultGenesis()
	gs.Params = Params(func(lo, hi int) int { return lo + s.Rand.Intn(hi-lo+1) })
	s.GenState[types.ModuleName] = s.Cdc.MustMarshalJSON(gs)
}
