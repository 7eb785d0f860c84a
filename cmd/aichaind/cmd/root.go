package cmd

import (
	"errors"
	"fmt"
	"os"
	"strings"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/config"
	"github.com/cosmos/cosmos-sdk/client/debug"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/client/keys"
	"github.com/cosmos/cosmos-sdk/client/pruning"
	"github.com/cosmos/cosmos-sdk/client/rpc"
	"github.com/cosmos/cosmos-sdk/client/snapshot"
	"github.com/cosmos/cosmos-sdk/server"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	authcmd "github.com/cosmos/cosmos-sdk/x/auth/client/cli"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	genutilcli "github.com/cosmos/cosmos-sdk/x/genutil/client/cli"

	"github.com/aichain/aichain/app"
)

// EnvPrefix starts the environment variables that stand for flags, as in AICHAIND_HOME.
const EnvPrefix = "AICHAIND"

const rootLong = `aichaind runs a node of aichain, where anyone buys an AI answer whose correctness the chain establishes,
and talks to one.

  a new node       aichaind init, then start; for a validator also tx staking create-validator and vrf-key
  what is wrong    aichaind doctor, with the next step for each
  a local network  aichaind testnet-init, or scripts/localnet.sh, which starts it too
  ask the chain    aichaind query compute task 1, query beacon output 0, query bank balances ADDRESS
  act              aichaind tx MODULE MESSAGE --from KEY --gas auto --gas-adjustment 1.3 --gas-prices 0.001uaic

Amounts are in uaic: 1 AIC = 1000000 uaic. Flags may come from the environment: AICHAIND_HOME, AICHAIND_NODE,
AICHAIND_GAS=auto, AICHAIND_GAS_ADJUSTMENT=1.3, AICHAIND_GAS_PRICES=0.001uaic. Queries print ids, roots and keys
in hex; with -o json, which commands that print take, in base64, as REST does. Exit codes: 0 done, 1 failed, 2 wrong flag; others are in the command's help.`

// NewRootCmd returns the root command. A throw-away application in memory supplies the codecs.
func NewRootCmd() *cobra.Command {
	tmp := app.New(log.NewNopLogger(), dbm.NewMemDB(), true, simtestutil.NewAppOptionsWithFlagHome(os.TempDir()))
	defer tmp.Close() // in memory

	clientCtx := client.Context{}.
		WithCodec(tmp.AppCodec()).
		WithInterfaceRegistry(tmp.InterfaceRegistry()).
		WithTxConfig(tmp.TxConfig()).
		WithLegacyAmino(tmp.LegacyAmino()).
		WithInput(os.Stdin).
		WithAccountRetriever(authtypes.AccountRetriever{}).
		WithHomeDir(app.DefaultNodeHome).
		WithViper(EnvPrefix)

	root := &cobra.Command{
		Use:               "aichaind",
		Short:             "Run a node of aichain and talk to one",
		Long:              rootLong,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return prepare(cmd, clientCtx) },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		genesisCmd(tmp),
		debug.Cmd(), pruning.Cmd(newApp, app.DefaultNodeHome), snapshot.Cmd(newApp),
		server.StatusCommand(), keys.Commands(), queryCmd(), txCmd(),
	)
	root.AddCommand(ownCommands(tmp)...)
	server.AddCommandsWithStartCmdOptions(root, app.DefaultNodeHome, newApp, exportApp, server.StartCmdOptions{})
	checkKeyFileAtStart(root)

	opts := tmp.AutoCliOpts()
	opts.ClientCtx = clientCtx
	node := nodeservice.NewNodeCommands()
	opts.ModuleOptions[node.Name()] = node.AutoCLIOptions()
	if err := opts.EnhanceRootCommand(root); err != nil {
		panic(err)
	}
	ownExamples(root)
	hexInText(root, tmp.InterfaceRegistry())
	tellDisputes(root)
	return root
}

// prepare reads the flags and the configuration files of a home, writing the files that are missing.
func prepare(cmd *cobra.Command, clientCtx client.Context) error {
	cmd.SetOut(cmd.OutOrStdout())
	cmd.SetErr(cmd.ErrOrStderr())
	if err := setFromEnvironment(cmd.Flags()); err != nil {
		return usageError{err}
	}
	ctx, err := client.ReadPersistentCommandFlags(clientCtx.WithCmdContext(cmd.Context()), cmd.Flags())
	if err != nil {
		return err
	}
	if ctx, err = config.ReadFromClientConfig(ctx); err != nil {
		return err
	}
	if err := client.SetCmdClientContextHandler(ctx, cmd); err != nil {
		return err
	}
	serverCtx, err := server.InterceptConfigsAndCreateContext(cmd, serverconfig.DefaultConfigTemplate, nodeConfig(), cometConfig())
	if err != nil {
		return err
	}
	out := cmd.ErrOrStderr() // so that what a command prints, such as an export, can be read by programs
	if cmd.Name() == "start" {
		out = cmd.OutOrStdout()
	}
	logger, err := server.CreateSDKLogger(serverCtx, out)
	if err != nil {
		return err
	}
	serverCtx.Logger = logger.With(log.ModuleKey, "server")
	return server.SetCmdServerContext(cmd, serverCtx)
}

// setFromEnvironment gives each flag that was not named the value of its environment variable. The SDK does so itself,
// but only after it has read where the keys are from --home.
func setFromEnvironment(flags *pflag.FlagSet) error {
	var errs error
	flags.VisitAll(func(f *pflag.Flag) {
		name := EnvPrefix + "_" + strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(f.Name))
		value, isSet := os.LookupEnv(name)
		if f.Changed || !isSet {
			return
		}
		if err := flags.Set(f.Name, value); err != nil {
			errs = errors.Join(errs, fmt.Errorf("%s: %w", name, err))
		}
	})
	return errs
}

// genesisCmd groups what prepares a genesis file.
func genesisCmd(a *app.App) *cobra.Command {
	cmd := genutilcli.Commands(a.TxConfig(), a.BasicModuleManager, app.DefaultNodeHome)
	cmd.AddCommand(addGenesisVrfKeyCmd())
	return cmd
}

func queryCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "query", Aliases: []string{"q"}, Short: "Ask the chain", RunE: client.ValidateCmd}
	cmd.AddCommand(rpc.WaitTxCmd(), server.QueryBlockCmd(), server.QueryBlocksCmd(), server.QueryBlockResultsCmd(),
		authcmd.QueryTxsByEventsCmd(), authcmd.QueryTxCmd())
	return cmd
}

func txCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "tx", Short: "Send a transaction", RunE: client.ValidateCmd}
	cmd.AddCommand(authcmd.GetSignCommand(), authcmd.GetSignBatchCommand(), authcmd.GetMultiSignCommand(),
		authcmd.GetMultiSignBatchCmd(), authcmd.GetValidateSignaturesCommand(), authcmd.GetBroadcastCommand(),
		authcmd.GetEncodeCommand(), authcmd.GetDecodeCommand(), authcmd.GetSimulateCmd())
	return cmd
}
