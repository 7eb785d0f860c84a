package cmd

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	cmtcfg "github.com/cometbft/cometbft/config"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/client/tx"
	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aichain/aichain/internal/vrfkey"
	"github.com/aichain/aichain/rules/payout"
)

const (
	// testnetStakeAIC is bonded by each validator, testnetFundsAIC given to every account.
	testnetStakeAIC = 100
	testnetFundsAIC = 1_000_000
)

// testnetNode is one validator of the network.
type testnetNode struct {
	config    *cmtcfg.Config
	id        string
	endpoints testnetEndpoints
}

// addNode writes the home of validator i: keys, configuration, and the transaction that makes it a validator.
func (n *testnet) addNode(i int) (testnetNode, error) {
	name := fmt.Sprintf("node%d", i)
	home := filepath.Join(n.out, name)
	if _, err := os.Stat(filepath.Join(home, "config", "genesis.json")); err == nil {
		return testnetNode{}, fmt.Errorf("%s already holds a node: remove it or choose another --out", home)
	}
	port := n.basePort + 10*i
	at := func(offset int) string { return net.JoinHostPort(n.host, strconv.Itoa(port+offset)) }
	cfg := n.nodeComet(home, name, at)
	if err := os.MkdirAll(filepath.Join(home, "config"), 0o755); err != nil {
		return testnetNode{}, err
	}
	id, pub, err := genutil.InitializeNodeValidatorFiles(cfg)
	if err != nil {
		return testnetNode{}, err
	}
	if err := n.makeValidator(name, home, pub, id+"@"+at(0)); err != nil {
		return testnetNode{}, err
	}
	if err := writeNodeFiles(home, n.chainID, at); err != nil {
		return testnetNode{}, err
	}
	node := testnetNode{config: cfg, id: id, endpoints: testnetEndpoints{
		Name: name, Home: home, P2P: "tcp://" + at(0), RPC: "http://" + at(1), GRPC: at(2), REST: "http://" + at(3),
		Metrics: "http://" + at(5) + "/metrics",
	}}
	n.nodes = append(n.nodes, node)
	return node, nil
}

// nodeComet is the config.toml of a node among others on one machine.
func (n *testnet) nodeComet(home, name string, at func(int) string) *cmtcfg.Config {
	cfg := cometConfig()
	cfg.SetRoot(home)
	cfg.Moniker = name
	cfg.P2P.ListenAddress = "tcp://" + at(0)
	cfg.RPC.ListenAddress = "tcp://" + at(1)
	cfg.RPC.PprofListenAddress = fmt.Sprintf("127.0.0.1:%d", n.basePort+10*len(n.nodes)+4) // nobody else's business
	cfg.Instrumentation.Prometheus, cfg.Instrumentation.PrometheusListenAddr = true, at(5)
	cfg.P2P.AddrBookStrict = false
	cfg.P2P.AllowDuplicateIP = true
	cfg.Consensus.TimeoutCommit = n.commitPause
	return cfg
}

// writeNodeFiles writes app.toml with gRPC and REST on, and client.toml.
func writeNodeFiles(home, chainID string, at func(int) string) error {
	srv := nodeConfig()
	srv.API.Enable, srv.API.Swagger = true, true
	srv.API.Address = "tcp://" + at(3)
	srv.GRPC.Enable = true
	srv.GRPC.Address = at(2)
	srv.StateSync.SnapshotInterval, srv.StateSync.SnapshotKeepRecent = 100, 2
	serverconfig.SetConfigTemplate(serverconfig.DefaultConfigTemplate)
	serverconfig.WriteConfigFile(filepath.Join(home, "config", "app.toml"), srv)
	if err := writeTelemetryFile(home); err != nil {
		return err
	}
	return writeClientConfig(home, chainID, "tcp://"+at(1))
}

// makeValidator makes the operator's key and the VRF key of a node, signs its genesis transaction and puts the VRF
// key into the genesis.
func (n *testnet) makeValidator(name, home string, pub cryptotypes.PubKey, peer string) error {
	kb, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, home, os.Stdin, n.clientCtx.Codec)
	if err != nil {
		return err
	}
	addr, err := newAccount(kb, name)
	if err != nil {
		return err
	}
	n.funded = append(n.funded, addr)
	key, err := vrfkey.Add(vrfkey.Path(home))
	if err != nil {
		return err
	}
	if err := addKeyToState(n.clientCtx.Codec, n.state, n.chainID, sdk.ValAddress(addr), key); err != nil {
		return err
	}
	stake := sdk.NewCoin(payout.Denom, sdk.TokensFromConsensusPower(testnetStakeAIC, sdk.DefaultPowerReduction))
	msg, err := stakingtypes.NewMsgCreateValidator(sdk.ValAddress(addr).String(), pub, stake,
		stakingtypes.NewDescription(name, "", "", "", ""),
		stakingtypes.NewCommissionRates(math.LegacyNewDecWithPrec(5, 2), math.LegacyNewDecWithPrec(20, 2), math.LegacyNewDecWithPrec(1, 2)),
		math.OneInt())
	if err != nil {
		return err
	}
	return n.writeGentx(kb, name, msg, peer)
}

// writeGentx signs a genesis transaction; its memo tells the peers of the node.
func (n *testnet) writeGentx(kb keyring.Keyring, name string, msg sdk.Msg, peer string) error {
	b := n.clientCtx.TxConfig.NewTxBuilder()
	if err := b.SetMsgs(msg); err != nil {
		return err
	}
	b.SetMemo(peer)
	b.SetGasLimit(200_000)
	f := tx.Factory{}.WithChainID(n.chainID).WithKeybase(kb).WithTxConfig(n.clientCtx.TxConfig).WithMemo(peer)
	if err := tx.Sign(n.clientCtx.CmdContext, f, name, b, true); err != nil {
		return err
	}
	bz, err := n.clientCtx.TxConfig.TxJSONEncoder()(b.GetTx())
	if err != nil {
		return err
	}
	if err := os.MkdirAll(n.gentxDir(), 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(n.gentxDir(), name+".json"), bz, 0o600)
}

// addAccounts makes the extra accounts in the keyring of a home.
func (n *testnet) addAccounts(home string) ([]testnetAccount, error) {
	kb, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, home, os.Stdin, n.clientCtx.Codec)
	if err != nil {
		return nil, err
	}
	var out []testnetAccount
	for _, name := range n.accounts {
		addr, err := newAccount(kb, name)
		if err != nil {
			return nil, fmt.Errorf("account %q: %w", name, err)
		}
		n.funded = append(n.funded, addr)
		out = append(out, testnetAccount{Name: name, Address: addr.String()})
	}
	return out, nil
}

// newAccount adds a random key to a keyring.
func newAccount(kb keyring.Keyring, name string) (sdk.AccAddress, error) {
	rec, _, err := kb.NewMnemonic(name, keyring.English, sdk.FullFundraiserPath, keyring.DefaultBIP39Passphrase, hd.Secp256k1)
	if err != nil {
		return nil, err
	}
	return rec.GetAddress()
}

// fundAccounts gives every account its coins in the genesis.
func (n *testnet) fundAccounts() error {
	funds := sdk.NewCoins(sdk.NewCoin(payout.Denom, sdk.TokensFromConsensusPower(testnetFundsAIC, sdk.DefaultPowerReduction)))
	var accounts []authtypes.GenesisAccount
	var balances []banktypes.Balance
	supply := sdk.NewCoins()
	for _, addr := range n.funded {
		accounts = append(accounts, authtypes.NewBaseAccount(addr, nil, 0, 0))
		balances = append(balances, banktypes.Balance{Address: addr.String(), Coins: funds})
		supply = supply.Add(funds...)
	}
	cdc := n.clientCtx.Codec
	authGen := authtypes.GetGenesisStateFromAppState(cdc, n.state)
	packed, err := authtypes.PackAccounts(authtypes.SanitizeGenesisAccounts(accounts))
	if err != nil {
		return err
	}
	authGen.Accounts = packed
	n.state[authtypes.ModuleName] = cdc.MustMarshalJSON(&authGen)
	bankGen := banktypes.GetGenesisStateFromAppState(cdc, n.state)
	bankGen.Balances = banktypes.SanitizeGenesisBalances(balances)
	bankGen.Supply = supply
	n.state[banktypes.ModuleName] = cdc.MustMarshalJSON(bankGen)
	return nil
}

// writeClientConfig writes client.toml, so that commands with this home need no further flags.
func writeClientConfig(home, chainID, node string) error {
	dir := filepath.Join(home, "config")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	content := fmt.Sprintf("# Defaults of the flags of aichaind --home %s\nchain-id = %q\nkeyring-backend = \"test\"\noutput = \"text\"\nnode = %q\nbroadcast-mode = \"sync\"\n", home, chainID, node)
	return os.WriteFile(filepath.Join(dir, "client.toml"), []byte(content), 0o600)
}
