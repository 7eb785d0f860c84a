package bench

import (
	"encoding/json"
	"testing"

	dbm "github.com/cosmos/cosmos-db"

	"github.com/aichain/aichain/app"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// newDB is a database of the kind that nodes use.
func newDB(tb testing.TB) dbm.DB {
	tb.Helper()
	db, err := dbm.NewDB("bench", dbm.PebbleDBBackend, tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

// shortWindows lets a task's liens free and the task be pruned a few blocks after it was settled, so that a measured
// block holds that part of an earlier task's life too. Budgets let a block take what the pipeline gives it.
func shortWindows(a *app.App, gs map[string]json.RawMessage) {
	var compute computetypes.GenesisState
	a.AppCodec().MustUnmarshalJSON(gs[computetypes.ModuleName], &compute)
	compute.Params.ChallengeWindow, compute.Params.RetentionWindow = 5, 10
	compute.Params.MatchBudget, compute.Params.PruneBudget = 2_000, 2_000
	gs[computetypes.ModuleName] = a.AppCodec().MustMarshalJSON(&compute)
	var reward rewardtypes.GenesisState
	a.AppCodec().MustUnmarshalJSON(gs[rewardtypes.ModuleName], &reward)
	reward.Params.UnbondingWindow = 20
	gs[rewardtypes.ModuleName] = a.AppCodec().MustMarshalJSON(&reward)
}
