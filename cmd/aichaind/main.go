// Command aichaind runs a node of aichain and talks to one.
package main

import (
	"fmt"
	"os"

	svrcmd "github.com/cosmos/cosmos-sdk/server/cmd"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/cmd/aichaind/cmd"
)

func main() {
	err := svrcmd.Execute(cmd.NewRootCmd(), cmd.EnvPrefix, app.DefaultNodeHome)
	if err != nil {
		fmt.Fprintln(os.Stderr, "aichaind:", err)
	}
	os.Exit(cmd.ExitCode(err))
}
