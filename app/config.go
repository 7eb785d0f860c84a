package app

import (
	"os"
	"path/filepath"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/rules/payout"
)

const (
	// Bech32Prefix is the human-readable part of account addresses.
	Bech32Prefix = "aic"
	// DisplayDenom is the unit people speak of: 1 AIC = 10^DisplayExponent uaic.
	DisplayDenom = "AIC"
	// DisplayExponent relates AIC to uaic.
	DisplayExponent = 6
)

// DefaultNodeHome is ~/.aichain.
var DefaultNodeHome string

// configScope names the SDK's configuration. Without a name SDK v0.55 makes one up from the host and the binary on
// every look-up, two system calls for each address it reads: 36 % of the processor time of a settlement, measured.
const configScope = "aichain"

// init sets what the SDK keeps in globals, before anything reads them: address prefixes and the one denomination.
func init() {
	if os.Getenv(sdk.EnvConfigScope) == "" { //nolint:forbidigo // names a look-up, reaches no state
		if err := os.Setenv(sdk.EnvConfigScope, configScope); err != nil {
			panic(err) // only for a name that is no name
		}
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = "." // a service without a home must name one with --home
	}
	DefaultNodeHome = filepath.Join(home, ".aichain")
	sdk.DefaultBondDenom = payout.Denom
	cfg := sdk.GetConfig()
	cfg.SetBech32PrefixForAccount(Bech32Prefix, Bech32Prefix+"pub")
	cfg.SetBech32PrefixForValidator(Bech32Prefix+"valoper", Bech32Prefix+"valoperpub")
	cfg.SetBech32PrefixForConsensusNode(Bech32Prefix+"valcons", Bech32Prefix+"valconspub")
}
