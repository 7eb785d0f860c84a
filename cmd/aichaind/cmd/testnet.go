package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
)

// testnet is a local network being written.
type testnet struct {
	clientCtx client.Context
	basics    module.BasicManager

	out         string
	chainID     string
	validators  int
	host        string // on which the nodes listen
	basePort    int
	accounts    []string
	commitPause time.Duration

	state  map[string]json.RawMessage
	nodes  []testnetNode
	funded []sdk.AccAddress
}

// testnetAccount is a funded account of the result.
type testnetAccount struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// testnetEndpoints tells where a node listens.
type testnetEndpoints struct {
	Name string `json:"name"`
	Home string `json:"home"`
	P2P  string `json:"p2p"`
	RPC  string `json:"rpc"`
	GRPC string `json:"grpc"`
	REST string `json:"rest"`
	// Metrics for Prometheus.
	Metrics string `json:"metrics"`
}

// testnetResult is what testnet-init prints.
type testnetResult struct {
	ChainID    string             `json:"chain_id"`
	Client     string             `json:"client_home"`
	Validators []testnetEndpoints `json:"validators"`
	Accounts   []testnetAccount   `json:"accounts"`
}

// testnetCmd writes the homes of validators that all listen on 127.0.0.1.
func testnetCmd(mbm module.BasicManager) *cobra.Command {
	n := testnet{basics: mbm}
	var accounts string
	cmd := &cobra.Command{
		Use:   "testnet-init",
		Short: "Write the homes of a network of validators on this machine",
		Long: `Write the homes of a network of validators on this machine: OUT/node0 …, each with its keys in a test keyring. The extra
accounts are in that of node0, so that aichaind --home OUT/node0 talks to the network with no further flags.
Node i listens on HOST at the ports BASE+10·i (p2p), +1 (rpc), +2 (grpc), +3 (rest), +4 (pprof, always
on 127.0.0.1), +5 (metrics). With an address of this machine as HOST, nodes and providers on other machines can join.
Keys are not protected: never use them elsewhere.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			n.clientCtx = client.GetClientContextFromCmd(cmd).WithCmdContext(cmd.Context())
			chainID, err := cmd.Flags().GetString(flags.FlagChainID)
			if err != nil {
				return err
			}
			n.chainID = chainID
			if accounts != "" {
				n.accounts = strings.Split(accounts, ",")
			}
			res, err := n.write()
			if err != nil {
				return err
			}
			return show(cmd, res, res.text())
		},
	}
	cmd.Flags().IntVar(&n.validators, "validators", 4, "number of validators, 1 to 64")
	cmd.Flags().StringVar(&n.out, "out", "./.localnet", "folder to write; must not hold a network")
	cmd.Flags().StringVar(&n.host, "host", "127.0.0.1", "IP address to listen on, one that others reach this machine by")
	cmd.Flags().IntVar(&n.basePort, "base-port", 26600, "first port")
	cmd.Flags().DurationVar(&n.commitPause, "timeout-commit", blockTime, "pause after each block")
	cmd.Flags().StringVar(&accounts, "accounts", "", "names of extra funded accounts, separated by commas: requester,worker0,worker1")
	cmd.Flags().String(flags.FlagChainID, "aichain-local-1", "chain id")
	addOutputFlag(cmd)
	return cmd
}

// text is the result for people.
func (r testnetResult) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "wrote %d validators of %s; client home %s\n", len(r.Validators), r.ChainID, r.Client)
	for _, v := range r.Validators {
		fmt.Fprintf(&b, "  %-8s rpc %s  grpc %s  rest %s  metrics %s\n", v.Name, v.RPC, v.GRPC, v.REST, v.Metrics)
	}
	for _, a := range r.Accounts {
		fmt.Fprintf(&b, "  %-12s %s\n", a.Name, a.Address)
	}
	return b.String()
}

// write makes the nodes, the accounts and one genesis, and gives it to every node.
func (n *testnet) write() (testnetResult, error) {
	if n.validators < 1 || n.validators > 64 {
		return testnetResult{}, usageError{fmt.Errorf("expected 1 to 64 validators, got %d", n.validators)}
	}
	if n.basePort < 1024 || n.basePort+10*n.validators > 65535 {
		return testnetResult{}, usageError{errors.New("expected all ports between 1024 and 65535")}
	}
	if ip := net.ParseIP(n.host); ip == nil || ip.IsUnspecified() {
		return testnetResult{}, usageError{fmt.Errorf("expected --host to be an IP address of this machine, got %q", n.host)}
	}
	n.state = n.basics.DefaultGenesis(n.clientCtx.Codec)
	res := testnetResult{ChainID: n.chainID, Client: filepath.Join(n.out, "node0")}
	for i := range n.validators {
		node, err := n.addNode(i)
		if err != nil {
			return testnetResult{}, fmt.Errorf("node%d: %w", i, err)
		}
		res.Validators = append(res.Validators, node.endpoints)
	}
	accounts, err := n.addAccounts(res.Client)
	if err != nil {
		return testnetResult{}, err
	}
	res.Accounts = accounts
	if err := n.fundAccounts(); err != nil {
		return testnetResult{}, err
	}
	return res, n.finishGenesis()
}

// finishGenesis collects the validators' transactions into one genesis and writes it to every node.
func (n *testnet) finishGenesis() error {
	bz, err := json.MarshalIndent(n.state, "", " ")
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	for _, node := range n.nodes {
		gen := newGenesis(n.chainID, bz)
		gen.GenesisTime = now
		if err := gen.SaveAs(node.config.GenesisFile()); err != nil {
			return err
		}
		initCfg := genutiltypes.NewInitConfig(n.chainID, n.gentxDir(), node.id, nil)
		state, err := genutil.GenAppStateFromConfig(n.clientCtx.Codec, n.clientCtx.TxConfig, node.config, initCfg, gen,
			banktypes.GenesisBalancesIterator{}, genutiltypes.DefaultMessageValidator, n.clientCtx.TxConfig.SigningContext().ValidatorAddressCodec())
		if err != nil {
			return err
		}
		gen.AppState = state
		if err := genutil.ExportGenesisFileWithTime(node.config.GenesisFile(), gen, now); err != nil {
			return err
		}
		cmtcfg.WriteConfigFile(filepath.Join(node.config.RootDir, "config", "config.toml"), node.config)
	}
	return nil
}

func (n *testnet) gentxDir() string { return filepath.Join(n.out, "gentxs") }
