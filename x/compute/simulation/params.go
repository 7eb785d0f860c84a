package simulation

import (
	"context"

	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	"github.com/aichain/aichain/x/compute/types"
)

// Between chooses a number from lo to hi inclusive.
type Between func(lo, hi int) int

// Params are parameters that a genesis may have, and governance may set 19 times of 20, under which much happens in few
// blocks: short windows, and budgets so small that steps leave work over.
func Params(between Between) types.Params {
	p := types.DefaultParams()
	p.MinBond = 50_000_000
	p.OpenWindow = uint64(between(10, 30))
	p.CommitWindow = uint64(between(4, 9))
	p.RevealWindow = uint64(between(3, 6))
	p.ChallengeWindow = types.ChallengeRuns*p.CommitWindow + uint64(between(0, 7))
	if between(0, 19) == 0 {
		p.ChallengeWindow = p.CommitWindow // governance may not; a genesis may
	}
	p.RetentionWindow = p.ChallengeWindow + uint64(between(5, 25))
	p.MinSeatLien = uint64(between(1_000_000, 4_000_000))
	p.SeatLienMultiple = uint32(between(5, 40))
	p.MatchBudget = uint32(between(3, 20))
	p.PruneBudget = uint32(between(1, 10))
	p.MaxDraws = uint32(between(8, 64))
	p.AuditBps = uint32(max(0, between(-1_500, 3_000)))
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
