package app

import (
	"encoding/json"
	"fmt"
	"sync"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/gogoproto/proto"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/baseapp/blockexec"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
	"github.com/cosmos/cosmos-sdk/version"
	"github.com/cosmos/cosmos-sdk/x/auth/posthandler"

	appabci "github.com/aichain/aichain/app/abci"
	"github.com/aichain/aichain/app/ante"
	"github.com/aichain/aichain/app/pool"
	"github.com/aichain/aichain/internal/blockwork"
	"github.com/aichain/aichain/rules/payout"
)

// Name is the application's name.
const Name = "aichain"

var (
	_ runtime.AppI            = (*App)(nil)
	_ servertypes.Application = (*App)(nil)
)

// App is the ABCI application.
type App struct {
	*baseapp.BaseApp
	Keepers

	encoding Encoding
	stores   stores

	ModuleManager      *module.Manager
	BasicModuleManager module.BasicManager
	configurator       module.Configurator
	sm                 *module.SimulationManager

	// proposals are the handlers of proposed blocks.
	proposals *appabci.Proposals
	// observer hears what block steps do; nil if nobody watches. Nothing here may depend on it.
	observer blockwork.Observer

	closing sync.Once
}

// New builds the application on a database. It panics on a wiring mistake or a database it cannot load: a node
// in that state must not start.
func New(logger log.Logger, db dbm.DB, loadLatest bool, appOpts servertypes.AppOptions, baseAppOptions ...func(*baseapp.BaseApp)) *App {
	enc := NewEncoding()
	base := baseapp.NewBaseApp(Name, logger, db, enc.TxConfig.TxDecoder(), baseAppOptions...)
	base.SetVersion(version.Version)
	base.SetInterfaceRegistry(enc.InterfaceRegistry)
	base.SetTxEncoder(enc.TxConfig.TxEncoder())

	app := &App{BaseApp: base, encoding: enc, stores: newStores()}
	if err := base.RegisterStreamingServices(appOpts, app.stores.keys); err != nil {
		panic(err)
	}
	blockexec.Apply(base, appOpts, app.stores.all(), enc.TxConfig.TxDecoder(),
		func(storetypes.MultiStore) string { return sdk.DefaultBondDenom },
		blockexec.WithRunnerWrap(appabci.UniformRunner))

	app.Keepers = newKeepers(base, enc, app.stores, appOpts, logger)
	app.setModules()
	app.setUpgrades()

	app.MountKVStores(app.stores.keys)
	app.MountObjectStores(app.stores.objects)
	app.setHandlers()
	if loadLatest {
		if err := app.LoadLatestVersion(); err != nil {
			panic(fmt.Errorf("load last version: %w", err))
		}
	}
	return app
}

// setHandlers installs what runs around and inside blocks.
func (app *App) setHandlers() {
	waiting := pool.New(pool.Options{
		Decode: app.encoding.TxConfig.TxDecoder(), IsFree: ante.IsFreeTx, Spends: ante.Spends,
		ActsForOthers: ante.ActsForOthers(app.encoding.Codec), Denom: payout.Denom, Limits: pool.DefaultLimits(),
	})
	app.proposals = appabci.NewProposals(app.BaseApp, app.Beacon, waiting)
	app.SetCheckTxHandler(waiting.CheckTx)
	app.SetPrepareProposal(app.proposals.Prepare)
	app.SetProcessProposal(app.proposals.Process)
	app.SetInitChainer(app.InitChainer)
	app.SetPreBlocker(app.PreBlocker)
	app.SetBeginBlocker(app.BeginBlocker)
	app.SetEndBlocker(app.EndBlocker)
	app.SetAnteHandler(ante.NewHandler(ante.Options{
		Accounts: app.Accounts, Bank: app.Bank, FeeGrants: app.FeeGrants, Seats: app.Attest, Prices: app.Reward,
		SignModes: app.encoding.TxConfig.SignModeHandler(),
	}))
	post, err := posthandler.NewPostHandler(posthandler.HandlerOptions{})
	if err != nil {
		panic(err)
	}
	app.SetPostHandler(post)

	// Fail at start, not at the first transaction, when a message lacks a signer.
	files, err := proto.MergedRegistry()
	if err != nil {
		panic(err)
	}
	if err := msgservice.ValidateProtoAnnotations(files); err != nil {
		panic(err)
	}
}

// SetProver gives the node the keys with which it speaks in the beacon; without, it keeps silent.
func (app *App) SetProver(p appabci.Prover) { app.proposals.SetProver(p) }

// SetObserver lets somebody who watches the node hear what block steps do; before the first block.
func (app *App) SetObserver(o blockwork.Observer) { app.observer = o }

// InitChainer runs InitGenesis of every module in order.
func (app *App) InitChainer(ctx sdk.Context, req *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	var gs map[string]json.RawMessage
	if err := json.Unmarshal(req.AppStateBytes, &gs); err != nil {
		return nil, err
	}
	if err := app.Upgrade.SetModuleVersionMap(ctx, app.ModuleManager.GetVersionMap()); err != nil {
		return nil, err
	}
	return app.ModuleManager.InitGenesis(ctx, app.encoding.Codec, gs)
}

// PreBlocker runs upgrades, then gives the block its randomness, before anything else in the block.
func (app *App) PreBlocker(ctx sdk.Context, req *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
	res, err := app.ModuleManager.PreBlock(ctx)
	if err != nil {
		return nil, err
	}
	return res, app.proposals.PreBlock(ctx, req)
}

// BeginBlocker runs every module's BeginBlock in order.
func (app *App) BeginBlocker(ctx sdk.Context) (sdk.BeginBlock, error) {
	return app.ModuleManager.BeginBlock(blockwork.WithObserver(ctx, app.observer))
}

// EndBlocker runs every module's EndBlock in order.
func (app *App) EndBlocker(ctx sdk.Context) (sdk.EndBlock, error) {
	return app.ModuleManager.EndBlock(blockwork.WithObserver(ctx, app.observer))
}

// Name returns the application's name.
func (app *App) Name() string { return Name }

// LegacyAmino returns the amino codec.
func (app *App) LegacyAmino() *codec.LegacyAmino { return app.encoding.Amino }

// AppCodec returns the protobuf codec.
func (app *App) AppCodec() codec.Codec { return app.encoding.Codec }

// InterfaceRegistry returns the registry of Any types.
func (app *App) InterfaceRegistry() codectypes.InterfaceRegistry {
	return app.encoding.InterfaceRegistry
}

// TxConfig returns the transaction codec.
func (app *App) TxConfig() client.TxConfig { return app.encoding.TxConfig }

// Close closes the databases. The SDK's start command calls it twice, at which pebbledb panics.
func (app *App) Close() error {
	var err error
	app.closing.Do(func() { err = app.BaseApp.Close() })
	return err
}

// LoadHeight loads a past version.
func (app *App) LoadHeight(h int64) error { return app.LoadVersion(h) }

// SimulationManager returns the simulation manager.
func (app *App) SimulationManager() *module.SimulationManager { return app.sm }

// DefaultGenesis returns every module's default genesis.
func (app *App) DefaultGenesis() map[string]json.RawMessage {
	return app.BasicModuleManager.DefaultGenesis(app.encoding.Codec)
}
