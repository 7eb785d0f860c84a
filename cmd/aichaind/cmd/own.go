package cmd

import (
	"github.com/spf13/cobra"

	"github.com/aichain/aichain/app"
)

// ownCommands are the commands that are not the SDK's, one file each. Add yours here.
func ownCommands(a *app.App) []*cobra.Command {
	return []*cobra.Command{
		initCmd(a.BasicModuleManager),
		testnetCmd(a.BasicModuleManager),
		vrfKeyCmd(),
		InferCmd(),
		receiptCmd(),
		stateStatsCmd(),
		doctorCmd(),
	}
}
