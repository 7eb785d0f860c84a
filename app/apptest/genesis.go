package apptest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/rules/beacon"
	"github.com/aichain/aichain/rules/payout"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
)

// Stake of each validator, uaic.
const Stake = 100_000_000

// genesis is the default genesis with the accounts, the bonded validators and their VRF keys.
func (c *Chain) genesis(tb testing.TB) map[string]json.RawMessage {
	tb.Helper()
	cdc, gs := c.App.AppCodec(), c.App.DefaultGenesis()
	var accounts authtypes.GenesisAccounts
	var balances []banktypes.Balance
	for i, acc := range c.Accounts {
		accounts = append(accounts, authtypes.NewBaseAccount(acc.Addr, acc.Priv.PubKey(), uint64(i), 0))
		balances = append(balances, banktypes.Balance{Address: acc.Addr.String(), Coins: coins(Funds)})
	}
	gs[authtypes.ModuleName] = cdc.MustMarshalJSON(authtypes.NewGenesisState(authtypes.DefaultParams(), accounts))
	pool := authtypes.NewModuleAddress(stakingtypes.BondedPoolName).String()
	bonded := int64(Stake) * int64(len(c.Validators))
	balances = append(balances, banktypes.Balance{Address: pool, Coins: coins(bonded)})

	var bank banktypes.GenesisState
	cdc.MustUnmarshalJSON(gs[banktypes.ModuleName], &bank)
	bank.Balances, bank.Supply = balances, coins(bonded+Funds*int64(len(c.Accounts)))
	gs[banktypes.ModuleName] = cdc.MustMarshalJSON(&bank)

	c.stakingGenesis(tb, gs)
	if !c.options.Silent {
		c.beaconGenesis(gs)
	}
	return gs
}

// stakingGenesis bonds the validators, with what x/slashing would have noted when they bonded.
func (c *Chain) stakingGenesis(tb testing.TB, gs map[string]json.RawMessage) {
	tb.Helper()
	cdc := c.App.AppCodec()
	var staking stakingtypes.GenesisState
	var slashing slashingtypes.GenesisState
	cdc.MustUnmarshalJSON(gs[stakingtypes.ModuleName], &staking)
	cdc.MustUnmarshalJSON(gs[slashingtypes.ModuleName], &slashing)
	for i, v := range c.Validators {
		pub, err := cryptocodec.FromCmtPubKeyInterface(v.cons.PubKey())
		require.NoError(tb, err)
		packed, err := codectypes.NewAnyWithValue(pub)
		require.NoError(tb, err)
		stake := math.NewInt(Stake)
		zero := math.LegacyZeroDec()
		staking.Validators = append(staking.Validators, stakingtypes.Validator{
			OperatorAddress: v.Operator.String(), ConsensusPubkey: packed, Status: stakingtypes.Bonded, Tokens: stake,
			DelegatorShares: math.LegacyNewDecFromInt(stake), UnbondingTime: time.Unix(0, 0).UTC(),
			Commission: stakingtypes.NewCommission(zero, zero, zero), MinSelfDelegation: math.OneInt(),
		})
		staking.Delegations = append(staking.Delegations,
			stakingtypes.NewDelegation(c.Accounts[i].Addr.String(), v.Operator.String(), math.LegacyNewDecFromInt(stake)))
		slashing.SigningInfos = append(slashing.SigningInfos, slashingtypes.SigningInfo{
			Address: v.Cons.String(), ValidatorSigningInfo: slashingtypes.NewValidatorSigningInfo(v.Cons, 0, 0, time.Unix(0, 0).UTC(), false, 0),
		})
	}
	gs[stakingtypes.ModuleName] = cdc.MustMarshalJSON(&staking)
	gs[slashingtypes.ModuleName] = cdc.MustMarshalJSON(&slashing)
}

// beaconGenesis registers the validators' VRF keys.
func (c *Chain) beaconGenesis(gs map[string]json.RawMessage) {
	cdc := c.App.AppCodec()
	var g beacontypes.GenesisState
	cdc.MustUnmarshalJSON(gs[beacontypes.ModuleName], &g)
	for _, v := range c.Validators {
		g.Keys = append(g.Keys, beacontypes.VrfKey{Validator: v.Operator.String(), Key: v.Vrf.Public()})
		g.Proofs = append(g.Proofs, v.Vrf.Prove(beacon.Possession(c.options.ChainID, v.Operator)))
	}
	gs[beacontypes.ModuleName] = cdc.MustMarshalJSON(&g)
}

// Edit changes one module's genesis, for Options.Genesis. The state is that module's GenesisState.
func Edit[T any, P interface {
	*T
	proto.Message
}](a *app.App, gs map[string]json.RawMessage, module string, change func(P),
) {
	state := P(new(T))
	a.AppCodec().MustUnmarshalJSON(gs[module], state)
	change(state)
	gs[module] = a.AppCodec().MustMarshalJSON(state)
}

func coins(amount int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin(payout.Denom, amount)) }
