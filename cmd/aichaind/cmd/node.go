package cmd

import (
	"errors"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cast"
	"github.com/spf13/cobra"
	"github.com/spf13/viper"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/internal/vrfkey"
	"github.com/aichain/aichain/internal/watch"
)

// newApp builds the application of a running node, has it watched if its configuration serves Prometheus, and hands it
// the node's VRF keys.
func newApp(logger log.Logger, db dbm.DB, appOpts servertypes.AppOptions) servertypes.Application {
	a := app.New(logger, db, true, appOpts, server.DefaultBaseappOptions(appOpts)...)
	if watch.IsWanted(appOpts) {
		if err := watch.Attach(a, prometheus.DefaultRegisterer); err != nil {
			logger.Warn("this node has no metrics of its own modules", "reason", err)
		}
	}
	keys, err := vrfkey.Load(vrfkey.Path(cast.ToString(appOpts.Get(flags.FlagHome))))
	if err != nil { // every other error than a missing file was refused by checkKeyFileAtStart
		logger.Warn("this node keeps silent in the beacon when it proposes", "reason", err)
		return a
	}
	a.SetProver(keys)
	return a
}

// checkKeyFileAtStart makes start fail, with the next step, on a key file that cannot be used. A node without one
// runs: not every node is a validator.
func checkKeyFileAtStart(root *cobra.Command) {
	for _, c := range root.Commands() {
		if c.Name() != "start" {
			continue
		}
		next := c.PreRunE
		c.PreRunE = func(cmd *cobra.Command, args []string) error {
			home := server.GetServerContextFromCmd(cmd).Config.RootDir
			if _, err := vrfkey.Load(vrfkey.Path(home)); err != nil && !errors.Is(err, vrfkey.ErrMissing) {
				return err
			}
			if next == nil {
				return nil
			}
			return next(cmd, args)
		}
	}
}

// exportApp exports the state at a height, -1 for the latest.
func exportApp(
	logger log.Logger, db dbm.DB, height int64, forZeroHeight bool, jailAllowed []string,
	appOpts servertypes.AppOptions, modules []string,
) (servertypes.ExportedApp, error) {
	if v, ok := appOpts.(*viper.Viper); ok {
		v.Set(server.FlagInvCheckPeriod, 1)
	}
	a := app.New(logger, db, height == -1, appOpts, server.DefaultBaseappOptions(appOpts)...)
	if height != -1 {
		if err := a.LoadHeight(height); err != nil {
			return servertypes.ExportedApp{}, err
		}
	}
	return a.ExportAppStateAndValidators(forZeroHeight, jailAllowed, modules)
}
