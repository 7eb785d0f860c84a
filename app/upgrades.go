package app

import (
	"context"
	"fmt"

	"github.com/cosmos/cosmos-sdk/types/module"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/aichain/aichain/app/upgrades"
)

// setUpgrades installs a handler for each upgrade of the table, and the change of stores for the one that is due.
func (app *App) setUpgrades() {
	info, err := app.Upgrade.ReadUpgradeInfoFromDisk()
	if err != nil {
		panic(fmt.Errorf("read upgrade-info.json: %w", err))
	}
	for _, up := range upgrades.All {
		app.Upgrade.SetUpgradeHandler(up.Name, func(ctx context.Context, _ upgradetypes.Plan, from module.VersionMap) (module.VersionMap, error) {
			return app.ModuleManager.RunMigrations(ctx, app.configurator, from)
		})
		if up.Name == info.Name && !app.Upgrade.IsSkipHeight(info.Height) {
			app.SetStoreLoader(upgradetypes.UpgradeStoreLoader(info.Height, &up.Stores))
		}
	}
}
