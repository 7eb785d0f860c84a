package app

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
	reflectionv1 "cosmossdk.io/api/cosmos/reflection/v1"

	runtimeservices "github.com/cosmos/cosmos-sdk/runtime/services"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/x/auth"
	authsims "github.com/cosmos/cosmos-sdk/x/auth/simulation"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/auth/vesting"
	vestingtypes "github.com/cosmos/cosmos-sdk/x/auth/vesting/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	authzmodule "github.com/cosmos/cosmos-sdk/x/authz/module"
	"github.com/cosmos/cosmos-sdk/x/bank"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/consensus"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distr "github.com/cosmos/cosmos-sdk/x/distribution"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	"github.com/cosmos/cosmos-sdk/x/evidence"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantmodule "github.com/cosmos/cosmos-sdk/x/feegrant/module"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	"github.com/cosmos/cosmos-sdk/x/gov"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	"github.com/cosmos/cosmos-sdk/x/mint"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	"github.com/cosmos/cosmos-sdk/x/slashing"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	"github.com/cosmos/cosmos-sdk/x/staking"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	"github.com/cosmos/cosmos-sdk/x/upgrade"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/aichain/aichain/x/attest"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	"github.com/aichain/aichain/x/beacon"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
	"github.com/aichain/aichain/x/compute"
	computetypes "github.com/aichain/aichain/x/compute/types"
	"github.com/aichain/aichain/x/reward"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// genesisOrder is the order in which modules read and write genesis: accounts and coins before those who hold
// them, gentxs after staking, ours downstream last.
var genesisOrder = []string{
	authtypes.ModuleName, banktypes.ModuleName, distrtypes.ModuleName, stakingtypes.ModuleName, slashingtypes.ModuleName,
	govtypes.ModuleName, minttypes.ModuleName,
	beacontypes.ModuleName, rewardtypes.ModuleName, computetypes.ModuleName, attesttypes.ModuleName,
	genutiltypes.ModuleName, evidencetypes.ModuleName, authz.ModuleName, feegrant.ModuleName, upgradetypes.ModuleName,
	vestingtypes.ModuleName, consensustypes.ModuleName,
}

// setModules lists the modules, sets their order and registers their services.
func (app *App) setModules() {
	app.ModuleManager = module.NewManager(app.modules()...)
	app.BasicModuleManager = module.NewBasicManagerFromManager(app.ModuleManager, basicOverrides())
	app.BasicModuleManager.RegisterLegacyAminoCodec(app.encoding.Amino)
	app.BasicModuleManager.RegisterInterfaces(app.encoding.InterfaceRegistry)

	app.ModuleManager.SetOrderPreBlockers(upgradetypes.ModuleName, authtypes.ModuleName)
	// Draws, of seats and of audits, need the beacon, which the pre-blocker brings, and must come before the transactions
	// of a proposer that knows it.
	app.ModuleManager.SetOrderBeginBlockers(minttypes.ModuleName, distrtypes.ModuleName, slashingtypes.ModuleName,
		evidencetypes.ModuleName, stakingtypes.ModuleName, genutiltypes.ModuleName, authz.ModuleName, computetypes.ModuleName,
		attesttypes.ModuleName)
	// Bank first, so that the fees of the block are credited before anybody spends them; payouts after everything
	// that owes.
	app.ModuleManager.SetOrderEndBlockers(banktypes.ModuleName, govtypes.ModuleName,
		attesttypes.ModuleName, computetypes.ModuleName, rewardtypes.ModuleName,
		stakingtypes.ModuleName, genutiltypes.ModuleName, feegrant.ModuleName)
	app.ModuleManager.SetOrderInitGenesis(genesisOrder...)
	app.ModuleManager.SetOrderExportGenesis(genesisOrder...)

	app.configurator = module.NewConfigurator(app.encoding.Codec, app.MsgServiceRouter(), app.GRPCQueryRouter())
	if err := app.ModuleManager.RegisterServices(app.configurator); err != nil {
		panic(err)
	}
	autocliv1.RegisterQueryServer(app.GRPCQueryRouter(), runtimeservices.NewAutoCLIQueryService(app.ModuleManager.Modules))
	reflection, err := runtimeservices.NewReflectionService()
	if err != nil {
		panic(err)
	}
	reflectionv1.RegisterReflectionServiceServer(app.GRPCQueryRouter(), reflection)

	app.sm = module.NewSimulationManagerFromAppModules(app.ModuleManager.Modules, map[string]module.AppModuleSimulation{
		authtypes.ModuleName: auth.NewAppModule(app.encoding.Codec, app.Accounts, authsims.RandomGenesisAccounts),
	})
	app.sm.RegisterStoreDecoders()
}

// modules returns the modules of the SDK, then ours.
func (app *App) modules() []module.AppModule { //nolint:staticcheck // what the SDK's own manager takes
	cdc, registry := app.encoding.Codec, app.encoding.InterfaceRegistry
	return []module.AppModule{ //nolint:staticcheck // as above
		genutil.NewAppModule(app.Accounts, app.Staking, app, app.encoding.TxConfig),
		auth.NewAppModule(cdc, app.Accounts, authsims.RandomGenesisAccounts),
		vesting.NewAppModule(app.Accounts, app.Bank),
		bank.NewAppModule(cdc, app.Bank, app.Accounts),
		feegrantmodule.NewAppModule(cdc, app.Accounts, app.Bank, app.FeeGrants, registry),
		gov.NewAppModule(cdc, app.Gov, app.Accounts, app.Bank),
		mint.NewAppModule(cdc, app.Mint, app.Accounts, nil),
		slashing.NewAppModule(cdc, app.Slashing, app.Accounts, app.Bank, app.Staking, registry),
		distr.NewAppModule(cdc, app.Distribution, app.Accounts, app.Bank, app.Staking),
		staking.NewAppModule(cdc, app.Staking, app.Accounts, app.Bank),
		upgrade.NewAppModule(app.Upgrade, app.encoding.Addresses),
		evidence.NewAppModule(app.Evidence),
		authzmodule.NewAppModule(cdc, app.Authz, app.Accounts, app.Bank, registry),
		consensus.NewAppModule(cdc, app.Consensus),
		beacon.NewAppModule(app.Beacon),
		compute.NewAppModule(app.Compute),
		attest.NewAppModule(app.Attest),
		reward.NewAppModule(app.Reward),
	}
}

// basicOverrides replaces the default genesis of some SDK modules by ours.
func basicOverrides() map[string]module.AppModuleBasic {
	return map[string]module.AppModuleBasic{
		genutiltypes.ModuleName:  genutil.NewAppModuleBasic(genutiltypes.DefaultMessageValidator),
		banktypes.ModuleName:     bankBasic{},
		minttypes.ModuleName:     mintBasic{},
		slashingtypes.ModuleName: slashingBasic{},
	}
}
