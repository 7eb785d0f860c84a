package app

import (
	"github.com/spf13/cast"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	authzkeeper "github.com/cosmos/cosmos-sdk/x/authz/keeper"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensuskeeper "github.com/cosmos/cosmos-sdk/x/consensus/keeper"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distrkeeper "github.com/cosmos/cosmos-sdk/x/distribution/keeper"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	evidencekeeper "github.com/cosmos/cosmos-sdk/x/evidence/keeper"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantkeeper "github.com/cosmos/cosmos-sdk/x/feegrant/keeper"
	govkeeper "github.com/cosmos/cosmos-sdk/x/gov/keeper"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1beta1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1beta1"
	mintkeeper "github.com/cosmos/cosmos-sdk/x/mint/keeper"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	slashingkeeper "github.com/cosmos/cosmos-sdk/x/slashing/keeper"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingkeeper "github.com/cosmos/cosmos-sdk/x/staking/keeper"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	upgradekeeper "github.com/cosmos/cosmos-sdk/x/upgrade/keeper"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	attestkeeper "github.com/aichain/aichain/x/attest/keeper"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	beaconkeeper "github.com/aichain/aichain/x/beacon/keeper"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
	computekeeper "github.com/aichain/aichain/x/compute/keeper"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardkeeper "github.com/aichain/aichain/x/reward/keeper"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// moduleAccounts lists the module accounts and what each may do with coins.
var moduleAccounts = map[string][]string{
	authtypes.FeeCollectorName:          nil,
	distrtypes.ModuleName:               nil,
	minttypes.ModuleName:                {authtypes.Minter},
	stakingtypes.BondedPoolName:         {authtypes.Burner, authtypes.Staking},
	stakingtypes.NotBondedPoolName:      {authtypes.Burner, authtypes.Staking},
	stakingtypes.KeyRotationFeePoolName: {authtypes.Burner}, // required since SDK v0.55
	govtypes.ModuleName:                 {authtypes.Burner},
	rewardtypes.ModuleName:              {authtypes.Burner, authtypes.Minter}, // escrows and bonds in; payouts, refunds, burns, claimed emission out
}

// Keepers are the keepers of all modules. Only this package knows them all.
type Keepers struct {
	Accounts     authkeeper.AccountKeeper
	Bank         bankkeeper.BaseKeeper
	Staking      *stakingkeeper.Keeper
	Slashing     slashingkeeper.Keeper
	Mint         mintkeeper.Keeper
	Distribution distrkeeper.Keeper
	Gov          *govkeeper.Keeper
	Upgrade      *upgradekeeper.Keeper
	Evidence     evidencekeeper.Keeper
	Consensus    consensuskeeper.Keeper
	Authz        authzkeeper.Keeper
	FeeGrants    feegrantkeeper.Keeper

	Beacon  *beaconkeeper.Keeper
	Compute *computekeeper.Keeper
	Attest  *attestkeeper.Keeper
	Reward  *rewardkeeper.Keeper
}

// authority may change parameters by proposal.
func authority() string { return authtypes.NewModuleAddress(govtypes.ModuleName).String() }

// newKeepers makes the SDK's keepers, then ours.
func newKeepers(base *baseapp.BaseApp, enc Encoding, st stores, appOpts servertypes.AppOptions, logger log.Logger) Keepers {
	var k Keepers
	k.setChainKeepers(base, enc, st, logger)
	k.setRightsKeepers(base, enc, st, appOpts)
	k.setOwnKeepers(enc, st)
	return k
}

// setChainKeepers makes the keepers of accounts, coins and consensus.
func (k *Keepers) setChainKeepers(base *baseapp.BaseApp, enc Encoding, st stores, logger log.Logger) {
	cdc := enc.Codec
	k.Consensus = consensuskeeper.NewKeeper(cdc, st.service(consensustypes.StoreKey), authority(), runtime.EventService{})
	base.SetParamStore(k.Consensus.ParamsStore)
	k.Accounts = authkeeper.NewAccountKeeper(cdc, st.service(authtypes.StoreKey), authtypes.ProtoBaseAccount,
		moduleAccounts, enc.Addresses, Bech32Prefix, authority(), authkeeper.WithUnorderedTransactions(true))
	k.Bank = bankkeeper.NewBaseKeeper(cdc, st.service(banktypes.StoreKey), k.Accounts, BlockedAddresses(), authority(), logger).
		WithObjStoreKey(st.objects[banktypes.ObjectStoreKey])
	k.Staking = stakingkeeper.NewKeeper(cdc, st.service(stakingtypes.StoreKey), k.Accounts, k.Bank, authority(), enc.Operators, enc.Consensus)
	k.Mint = mintkeeper.NewKeeper(cdc, st.service(minttypes.StoreKey), k.Staking, k.Accounts, k.Bank, authtypes.FeeCollectorName, authority())
	k.Distribution = distrkeeper.NewKeeper(cdc, st.service(distrtypes.StoreKey), k.Accounts, k.Bank, k.Staking, authtypes.FeeCollectorName, authority())
	k.Slashing = slashingkeeper.NewKeeper(cdc, enc.Amino, st.service(slashingtypes.StoreKey), k.Staking, authority())
	k.Staking.SetHooks(stakingtypes.NewMultiStakingHooks(k.Distribution.Hooks(), k.Slashing.Hooks()))
	k.Evidence = *evidencekeeper.NewKeeper(cdc, st.service(evidencetypes.StoreKey), k.Staking, k.Slashing, enc.Addresses, runtime.ProvideCometInfoService())
}

// setRightsKeepers makes the keepers of who may do what: governance, upgrades, grants.
func (k *Keepers) setRightsKeepers(base *baseapp.BaseApp, enc Encoding, st stores, appOpts servertypes.AppOptions) {
	cdc, router := enc.Codec, base.MsgServiceRouter()
	k.FeeGrants = feegrantkeeper.NewKeeper(cdc, st.service(feegrant.StoreKey), k.Accounts)
	k.Authz = authzkeeper.NewKeeper(st.service(authzkeeper.StoreKey), cdc, router, k.Accounts)
	skip := make(map[int64]bool)
	for _, h := range cast.ToIntSlice(appOpts.Get(server.FlagUnsafeSkipUpgrades)) {
		skip[int64(h)] = true
	}
	k.Upgrade = upgradekeeper.NewKeeper(skip, st.service(upgradetypes.StoreKey), cdc, cast.ToString(appOpts.Get(flags.FlagHome)), base, authority())
	k.Gov = govkeeper.NewKeeper(cdc, st.service(govtypes.StoreKey), k.Accounts, k.Bank, k.Distribution, router, govtypes.DefaultConfig(),
		authority(), govkeeper.NewDefaultCalculateVoteResultsAndVotingPower(k.Staking))
	// Without a legacy router MsgExecLegacyContent panics on a nil map: recovered, but the simulator fails on it.
	k.Gov.SetLegacyRouter(govv1beta1.NewRouter().AddRoute(govtypes.RouterKey, govv1beta1.ProposalHandler))
}

// setOwnKeepers makes our keepers: reward holds the bank, compute asks reward and the beacon, attest asks compute.
// Then each is told who listens downstream.
func (k *Keepers) setOwnKeepers(enc Encoding, st stores) {
	cdc := enc.Codec
	k.Beacon = beaconkeeper.NewKeeper(cdc, st.service(beacontypes.StoreKey), enc.Operators, k.Staking, authority())
	k.Reward = rewardkeeper.NewKeeper(cdc, st.service(rewardtypes.StoreKey), enc.Addresses, k.Bank, k.Accounts, authority())
	k.Compute = computekeeper.NewKeeper(cdc, st.service(computetypes.StoreKey), enc.Addresses, k.Reward, k.Reward, k.Beacon, authority())
	k.Attest = attestkeeper.NewKeeper(cdc, st.service(attesttypes.StoreKey), enc.Addresses, k.Compute, k.Reward, k.Beacon, authority())

	k.Reward.SetProviders(k.Compute)
	k.Compute.SetRounds(k.Attest)
	k.Compute.SetHooks(k.Attest)
	k.Attest.SetHooks(k.Reward)
}

// BlockedAddresses are module accounts that must not receive transfers; the gov account may.
func BlockedAddresses() map[string]bool {
	blocked := make(map[string]bool, len(moduleAccounts))
	for name := range moduleAccounts { //det:ok a map from a map, order does not show
		blocked[authtypes.NewModuleAddress(name).String()] = true
	}
	delete(blocked, authority())
	return blocked
}
