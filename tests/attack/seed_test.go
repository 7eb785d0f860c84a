package attack

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/app/apptest"
	rulebeacon "github.com/aichain/aichain/rules/beacon"
	"github.com/aichain/aichain/tests/kit"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
)

// blockHashSeed is the control of requesterAndProposer: if the seed were the block's hash, the proposer would try
// contents until it likes the seats. It must succeed, and the chain must refuse that source outside development.
func blockHashSeed(r *report) {
	const c, tries, trials = 0.1, 2_000, 150
	l := newLottery()
	l.addMany("x", 10, 1_000_000)
	l.addMany("h", 90, 9_000_000)
	captured := 0
	for i := range uint64(trials) {
		for try := range uint64(tries) {
			hash := random32("contents of the block", i*tries+try)
			if taken(l.draw(rulebeacon.FromBlockHash(hash[:]), i)) == seats {
				captured++
				break
			}
		}
	}
	chance := allOf(10, 100)
	r.share("control: proposer tries 2 000 contents, all seats taken (c = 0.1): must succeed", 1-math.Pow(1-chance, tries), captured, trials)
	r.least("against the beacon's 2c³, times", 100, float64(captured)/trials/(2*cube(c)), "")
	hashSourceAtGenesis(r)
}

// hashSourceAtGenesis offers a genesis with the block-hash source to the application under two chain ids.
func hashSourceAtGenesis(r *report) {
	start := func(id string) (err error) {
		w := kit.New(r.T, kit.Setup{})
		state := w.Chain.Export(r.T)
		var gs map[string]json.RawMessage
		must(json.Unmarshal(state.AppState, &gs))
		apptest.Edit(w.Chain.App, gs, beacontypes.ModuleName, func(g *beacontypes.GenesisState) {
			g.Params.Source = beacontypes.SOURCE_HASH
		})
		bz, err := json.Marshal(gs)
		must(err)
		opts := simtestutil.AppOptionsMap{flags.FlagHome: r.TempDir()}
		a := app.New(log.NewNopLogger(), dbm.NewMemDB(), true, opts, baseapp.SetChainID(id))
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("%v", p)
			}
		}()
		_, err = a.InitChain(&abci.RequestInitChain{ChainId: id, InitialHeight: state.Height, ConsensusParams: &state.ConsensusParams, AppStateBytes: bz})
		return err
	}
	err := start("aichain-1")
	r.exact("genesis with the hash source, chain aichain-1: refused", true, err != nil && strings.Contains(err.Error(), beacontypes.ErrHashSource.Error()))
	r.exact("control: the same on aichain-1-dev: accepted", "<nil>", start("aichain-1-dev"))
}
