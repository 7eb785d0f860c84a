package cmd

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cosmos/go-bip39"
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/client/input"
	"github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/telemetry"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/version"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/internal/vrfkey"
)

// initResult is what init prints.
type initResult struct {
	Home    string `json:"home"`
	Moniker string `json:"moniker"`
	ChainID string `json:"chain_id"`
	NodeID  string `json:"node_id"`
	VrfKey  string `json:"vrf_key"` // public, hex
	Genesis string `json:"genesis"`
}

// initCmd writes the home of a new node.
func initCmd(mbm module.BasicManager) *cobra.Command {
	var overwrite, recoverKey bool
	cmd := &cobra.Command{
		Use:   "init MONIKER",
		Short: "Write the home of a new node: keys, configuration, genesis",
		Long: `Write the home of a new node: consensus, peer and VRF keys, config.toml, app.toml, and a genesis file with our
defaults and no accounts. Existing keys are kept.

  to join a chain      replace config/genesis.json by that chain's, set persistent_peers or seeds in config/config.toml, start;
                       docs/operators.md has each command
  to begin a chain     aichaind genesis add-genesis-account, gentx, collect-gentxs, add-vrf-key, then start`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			res, err := initHome(cmd, mbm, args[0], overwrite, recoverKey)
			if err != nil {
				return err
			}
			return show(cmd, res, fmt.Sprintf("wrote the home of %s for chain %s\n  home     %s\n  node id  %s\n  vrf key  %s\n  genesis  %s (without accounts: replace it to join a chain)\n",
				res.Moniker, res.ChainID, res.Home, res.NodeID, res.VrfKey, res.Genesis))
		},
	}
	cmd.Flags().BoolVar(&overwrite, "overwrite", false, "overwrite the genesis file; keys are kept in any case")
	cmd.Flags().BoolVar(&recoverKey, "recover", false, "ask for a mnemonic from which the consensus key is made")
	cmd.Flags().String(flags.FlagChainID, "", "chain id; one that ends in -dev allows sources of randomness for development")
	cmd.Flags().String(flags.FlagHome, app.DefaultNodeHome, "home of the node")
	addOutputFlag(cmd)
	return cmd
}

func initHome(cmd *cobra.Command, mbm module.BasicManager, moniker string, overwrite, recoverKey bool) (initResult, error) {
	clientCtx := client.GetClientContextFromCmd(cmd)
	cfg := server.GetServerContextFromCmd(cmd).Config
	cfg.SetRoot(clientCtx.HomeDir)
	cfg.Moniker = moniker
	chainID, err := cmd.Flags().GetString(flags.FlagChainID)
	if err != nil {
		return initResult{}, err
	}
	if chainID == "" {
		return initResult{}, usageError{errors.New("expected --chain-id, for example aichain-local-1")}
	}
	if _, err := os.Stat(cfg.GenesisFile()); err == nil && !overwrite {
		return initResult{}, fmt.Errorf("%s exists: pass --overwrite to replace it", cfg.GenesisFile())
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return initResult{}, err
	}
	mnemonic := ""
	if recoverKey {
		if mnemonic, err = input.GetString("Enter your mnemonic", bufio.NewReader(cmd.InOrStdin())); err != nil {
			return initResult{}, err
		}
		if !bip39.IsMnemonicValid(mnemonic) {
			return initResult{}, errors.New("expected a BIP-39 mnemonic of 12 to 24 words")
		}
	}
	nodeID, _, err := genutil.InitializeNodeValidatorFilesFromMnemonic(cfg, mnemonic)
	if err != nil {
		return initResult{}, err
	}
	key, err := ensureVrfKey(cfg.RootDir)
	if err != nil {
		return initResult{}, err
	}
	if err := writeGenesis(cfg, clientCtx, mbm, chainID); err != nil {
		return initResult{}, err
	}
	cmtcfg.WriteConfigFile(filepath.Join(cfg.RootDir, "config", "config.toml"), cfg)
	if err := writeTelemetryFile(cfg.RootDir); err != nil {
		return initResult{}, err
	}
	if err := nameChainToClient(cfg.RootDir, chainID); err != nil {
		return initResult{}, err
	}
	return initResult{
		Home: cfg.RootDir, Moniker: moniker, ChainID: chainID, NodeID: nodeID, VrfKey: hex.EncodeToString(key), Genesis: cfg.GenesisFile(),
	}, nil
}

// writeGenesis writes our default genesis, without accounts.
func writeGenesis(cfg *cmtcfg.Config, clientCtx client.Context, mbm module.BasicManager, chainID string) error {
	state, err := json.MarshalIndent(mbm.DefaultGenesis(clientCtx.Codec), "", " ")
	if err != nil {
		return err
	}
	return genutil.ExportGenesisFile(newGenesis(chainID, state), cfg.GenesisFile())
}

// newGenesis returns a genesis with our consensus parameters.
func newGenesis(chainID string, state json.RawMessage) *genutiltypes.AppGenesis {
	gen := genutiltypes.NewAppGenesisWithVersion(chainID, state)
	gen.AppName, gen.AppVersion = version.AppName, version.Version
	gen.InitialHeight = 1
	gen.Consensus = &genutiltypes.ConsensusGenesis{Params: app.ConsensusParams()}
	return gen
}

// ensureVrfKey returns the newest VRF key of a home, making the first if there is none.
func ensureVrfKey(home string) ([]byte, error) {
	keys, err := vrfkey.Load(vrfkey.Path(home))
	if errors.Is(err, vrfkey.ErrMissing) {
		key, err := vrfkey.Add(vrfkey.Path(home))
		if err != nil {
			return nil, err
		}
		return key.Public(), nil
	}
	if err != nil {
		return nil, err
	}
	return keys.Newest().Public(), nil
}

// writeTelemetryFile leaves an empty telemetry configuration: the SDK looks for it and an operator fills it in.
func writeTelemetryFile(home string) error {
	path := filepath.Join(home, "config", telemetry.OtelFileName)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	return os.WriteFile(path, nil, 0o600)
}

// chainIDLine is the chain id in client.toml.
var chainIDLine = regexp.MustCompile(`(?m)^chain-id = .*$`)

// nameChainToClient puts the chain id into the home's client.toml. Any command makes that file, without one: only when init
// is the first of all does the SDK fill it in, and afterwards every transaction would ask for --chain-id.
func nameChainToClient(home, chainID string) error {
	path := filepath.Join(home, "config", "client.toml")
	bz, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, chainIDLine.ReplaceAllLiteral(bz, fmt.Appendf(nil, "chain-id = %q", chainID)), 0o600)
}
