package sim

import (
	"context"
	"encoding/json"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/cosmos/cosmos-sdk/baseapp"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/app/apptest"
)

// Recording is a random run as a node would be given it: whoever runs it on the same code gets the same app hashes.
type Recording struct {
	Init *abci.RequestInitChain
	// Blocks in order, the first has height 1.
	Blocks []*abci.RequestFinalizeBlock
}

// calm is a rush under which a block has a third of the transactions that it has in a run: a recording is kept for ever.
const calm = 3

// Record makes so many blocks of a run with a seed, and then quiet ones without new work. What comes out depends on
// nothing but the arguments and the code.
func Record(tb testing.TB, seed uint64, busy, quiet int) *Recording {
	tb.Helper()
	r := &Recording{}
	o := options(tb)
	genesis := o.Genesis
	o.Genesis = func(a *app.App, gs map[string]json.RawMessage) {
		genesis(a, gs)
		state, err := json.Marshal(gs)
		require.NoError(tb, err)
		params := app.ConsensusParams().ToProto()
		r.Init = &abci.RequestInitChain{ChainId: apptest.DefaultChainID, InitialHeight: 1, ConsensusParams: &params, AppStateBytes: state}
	}
	o.BaseApp = append(o.BaseApp, func(b *baseapp.BaseApp) {
		b.SetStreamingManager(storetypes.StreamingManager{ABCIListeners: []storetypes.ABCIListener{recorder{tb, r}}})
	})
	w := worldOn(tb, apptest.New(tb, o), seed)
	w.rush = calm
	for len(r.Blocks) < busy {
		w.block()
	}
	w.quiet = true
	for len(r.Blocks) < busy+quiet {
		w.block()
	}
	r.Init.Time = r.Blocks[0].Time.Add(-apptest.BlockTime)
	return r
}

// recorder hears of every block that is run, the one before the first operation too.
type recorder struct {
	tb testing.TB
	to *Recording
}

// ListenFinalizeBlock keeps the block.
func (r recorder) ListenFinalizeBlock(_ context.Context, req abci.RequestFinalizeBlock, _ abci.ResponseFinalizeBlock) error {
	require.EqualValues(r.tb, len(r.to.Blocks)+1, req.Height, "a block was run twice")
	r.to.Blocks = append(r.to.Blocks, &req)
	return nil
}

// ListenCommit has nothing to keep.
func (recorder) ListenCommit(context.Context, abci.ResponseCommit, []*storetypes.StoreKVPair) error {
	return nil
}
