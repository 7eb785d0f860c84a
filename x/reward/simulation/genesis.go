package simulation

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aichain/aichain/rules/payout"
	computetypes "github.com/aichain/aichain/x/compute/types"
	"github.com/aichain/aichain/x/reward/types"
)

// RandomizedGenState has random parameters and a bond for each provider in the genesis of x/compute, whose money is new: it
// is added to the balances and the supply. So both modules must have been asked before this one.
func RandomizedGenState(s *module.SimulationState) {
	gs := types.DefaultGenesis()
	gs.Params = Params(func(lo, hi int) int { return lo + s.Rand.Intn(hi-lo+1) })
	var compute computetypes.GenesisState
	if bz, ok := s.GenState[computetypes.ModuleName]; ok {
		s.Cdc.MustUnmarshalJSON(bz, &compute)
	}
	for _, p := range compute.Providers {
		bond := compute.Params.MinBond + uint64(s.Rand.Int63n(300_000_000))
		gs.Bonds = append(gs.Bonds, types.Bond{Provider: p.Address, Bonded: bond})
		if err := gs.Ledger.Enter(&gs.Ledger.Pockets.Bonds, bond); err != nil {
			panic(err)
		}
	}
	s.GenState[types.ModuleName] = s.Cdc.MustMarshalJSON(gs)
	if gs.Ledger.Pockets.Bonds > 0 {
		fund(s, gs.Ledger.Pockets.Bonds)
	}
}

// fund gives the module's account what the bonds sum to.
func fund(s *module.SimulationState, amount uint64) {
	var bank banktypes.GenesisState
	s.Cdc.MustUnmarshalJSON(s.GenState[banktypes.ModuleName], &bank)
	coins := sdk.NewCoins(sdk.NewInt64Coin(payout.Denom, int64(amount)))
	bank.Balances = append(bank.Balances, banktypes.Balance{Address: authtypes.NewModuleAddress(types.ModuleName).String(), Coins: coins})
	bank.Supply = bank.Supply.Add(coins...)
	s.GenState[banktypes.ModuleName] = s.Cdc.MustMarshalJSON(&bank)
}
