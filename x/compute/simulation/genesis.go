package simulation

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"

	"github.com/cosmos/cosmos-sdk/types/module"
	simtypes "github.com/cosmos/cosmos-sdk/types/simulation"

	"github.com/aichain/aichain/x/compute/types"
)

// FirstProvidersKey is the simulator's parameter that lists, by address, who is a provider from the genesis on. It is a
// random choice if not given.
const FirstProvidersKey = "first_providers"

// RandomizedGenState has random parameters and some providers, whose bonds x/reward adds. They offer nothing yet.
func RandomizedGenState(s *module.SimulationState) {
	gs := types.DefaultGenesis()
	gs.Params = Params(within(s.Rand))
	var first []string
	s.AppParams.GetOrGenerate(FirstProvidersKey, &first, s.Rand, func(r *rand.Rand) { first = some(r, s.Accounts) })
	slices.Sort(first)
	for i, address := range first {
		status := types.PROVIDER_STATUS_ACTIVE
		if s.Rand.Intn(8) == 0 {
			status = types.PROVIDER_STATUS_DRAINING
		}
		gs.Providers = append(gs.Providers, types.Provider{Address: address, Moniker: fmt.Sprintf("first %d", i), Status: status})
	}
	s.GenState[types.ModuleName] = s.Cdc.MustMarshalJSON(gs)
}

// some are a quarter of the accounts.
func some(r *rand.Rand, accounts []simtypes.Account) (out []string) {
	for _, a := range accounts {
		if r.Intn(4) == 0 {
			out = append(out, a.Address.String())
		}
	}
	slices.SortFunc(out, strings.Compare)
	return out
}

func within(r *rand.Rand) Between {
	return func(lo, hi int) int { return lo + r.Intn(hi-lo+1) }
}
