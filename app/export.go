package app

import (
	"encoding/json"
	"errors"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/staking"
)

// ErrZeroHeight is returned for an export for a chain that starts at height 0: deadlines, liens and beacon outputs
// are heights, and a task that lost its deadline would lose its money.
var ErrZeroHeight = errors.New("--for-zero-height is not supported: tasks, liens and the beacon count in heights; export without it and keep the initial_height of the exported genesis")

// ExportAppStateAndValidators returns the state as a genesis that begins at the next height. It returns
// ErrZeroHeight if asked to begin at 0.
func (app *App) ExportAppStateAndValidators(forZeroHeight bool, _, modules []string) (servertypes.ExportedApp, error) {
	if forZeroHeight {
		return servertypes.ExportedApp{}, ErrZeroHeight
	}
	// The committed state: the check state would add what waits in the mempool.
	header := cmtproto.Header{Height: app.LastBlockHeight(), ChainID: app.ChainID()}
	ctx := sdk.NewContext(app.CommitMultiStore().CacheMultiStore(), header, false, app.Logger())
	gs, err := app.ModuleManager.ExportGenesisForModules(ctx, app.encoding.Codec, modules)
	if err != nil {
		return servertypes.ExportedApp{}, err
	}
	bz, err := json.MarshalIndent(gs, "", "  ")
	if err != nil {
		return servertypes.ExportedApp{}, err
	}
	vals, err := staking.WriteValidators(ctx, app.Staking)
	return servertypes.ExportedApp{
		AppState: bz, Validators: vals, Height: app.LastBlockHeight() + 1,
		ConsensusParams: app.GetConsensusParams(ctx),
	}, err
}
