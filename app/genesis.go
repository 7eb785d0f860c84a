package app

import (
	"encoding/json"

	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/x/bank"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/mint"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	"github.com/cosmos/cosmos-sdk/x/slashing"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"

	"github.com/aichain/aichain/rules/payout"
)

const (
	// MaxBlockBytes lets 100 tasks with prompts of some kilobytes into a block; the SDK's default of 55 MB is more
	// than a network relays in a second.
	MaxBlockBytes = 4 << 20
	// MaxBlockGas is about two seconds of transfers on two cores: 65 000 gas and 0.4 ms each.
	MaxBlockGas = 200_000_000
	// blocksPerYear at one block a second; the SDK assumes five.
	blocksPerYear = 31_557_600
	// signedBlocksWindow is ten minutes of one-second blocks, as many minutes as the SDK's default at six.
	signedBlocksWindow = 600
)

// ConsensusParams returns the consensus parameters of a new chain.
func ConsensusParams() *cmttypes.ConsensusParams {
	p := cmttypes.DefaultConsensusParams()
	p.Block.MaxBytes, p.Block.MaxGas = MaxBlockBytes, MaxBlockGas
	p.Evidence.MaxBytes = 256 << 10 // leaves a block its transactions
	return p
}

// bankBasic is x/bank with the description of our coin in the default genesis.
type bankBasic struct{ bank.AppModuleBasic }

// DefaultGenesis describes AIC.
func (bankBasic) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	gs := banktypes.DefaultGenesisState()
	gs.DenomMetadata = []banktypes.Metadata{{
		Description: "pays for verified answers and secures who gives them",
		DenomUnits: []*banktypes.DenomUnit{
			{Denom: payout.Denom, Exponent: 0}, {Denom: "maic", Exponent: 3}, {Denom: DisplayDenom, Exponent: DisplayExponent},
		},
		Base: payout.Denom, Display: DisplayDenom, Name: "AIC", Symbol: DisplayDenom,
	}}
	return cdc.MustMarshalJSON(gs)
}

// mintBasic is x/mint for one-second blocks.
type mintBasic struct{ mint.AppModuleBasic }

// DefaultGenesis counts the blocks of a year.
func (mintBasic) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	gs := minttypes.DefaultGenesisState()
	gs.Params.BlocksPerYear = blocksPerYear
	return cdc.MustMarshalJSON(gs)
}

// slashingBasic is x/slashing for one-second blocks.
type slashingBasic struct{ slashing.AppModuleBasic }

// DefaultGenesis gives a validator ten minutes, half of which it must sign.
func (slashingBasic) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	gs := slashingtypes.DefaultGenesisState()
	gs.Params.SignedBlocksWindow = signedBlocksWindow
	return cdc.MustMarshalJSON(gs)
}
