package localnet

import (
	"path/filepath"
	"strings"
	"testing"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client/flags"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/app/apptest"
)

// CheckState opens the data of a stopped node and checks all invariants of its last state: within each module, between
// them, and of the money. It returns the height of that state.
func CheckState(tb testing.TB, home string) (height int64) {
	tb.Helper()
	backend := dbm.GoLevelDBBackend
	if strings.Contains(BuildTags(), "pebbledb") {
		backend = dbm.PebbleDBBackend
	}
	db, err := dbm.NewDB("application", backend, filepath.Join(home, "data"))
	if err != nil {
		tb.Fatal(err)
	}
	a := app.New(log.NewNopLogger(), db, true, simtestutil.AppOptionsMap{flags.FlagHome: home})
	height = a.LastBlockHeight()
	ctx := sdk.NewContext(a.CommitMultiStore().CacheMultiStore(), cmtproto.Header{Height: height, ChainID: ChainID}, false, a.Logger())
	if err := apptest.Contradiction(ctx, a); err != nil {
		tb.Errorf("%s, height %d: %v", home, height, err)
	}
	if err := a.Close(); err != nil {
		tb.Error(err)
	}
	return height
}
