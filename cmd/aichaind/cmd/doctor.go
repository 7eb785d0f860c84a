package cmd

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
)

// exitFindings is the exit code of doctor when something is wrong.
const exitFindings = 3

// findingsError says how much is wrong.
type findingsError struct{ wrong, all int }

func (e findingsError) Error() string { return fmt.Sprintf("%d of %d checks failed", e.wrong, e.all) }

// ExitCode is exitFindings.
func (findingsError) ExitCode() int { return exitFindings }

// nodeFinding is one check of a node.
type nodeFinding struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Next   string `json:"next,omitempty"` // the next step, if there is one
}

// doctorCmd examines the running node of a home and its validator.
func doctorCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say what is wrong with this node and its validator, and what to do next",
		Long: `Examine the running node of this home, and its validator if it has one: peers, progress, clock, voting power, missed
blocks, VRF key, and whether the blocks it proposed carried their beacon proof. Nothing is changed and nothing is paid.
Each finding tells the next step. Give the address of another node's RPC with --node to compare keys before this one runs.

Exit codes: 0 all is well, 1 failed, 2 wrong flag, 3 something was found.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			clientCtx, err := client.GetClientQueryContext(cmd)
			if err != nil {
				return err
			}
			facts, err := nodeFactsOf(cmd, clientCtx)
			if err != nil {
				return err
			}
			found := facts.examine(time.Now())
			if err := show(cmd, found, findingsText(found)); err != nil {
				return err
			}
			wrong := 0
			for _, f := range found {
				if !f.OK {
					wrong++
				}
			}
			if wrong > 0 {
				return findingsError{wrong, len(found)}
			}
			return nil
		},
	}
	cmd.Flags().String(flags.FlagNode, "tcp://localhost:26657", "CometBFT RPC of the node")
	addOutputFlag(cmd)
	return cmd
}

func findingsText(found []nodeFinding) string {
	var b strings.Builder
	for _, f := range found {
		mark := "ok   "
		if !f.OK {
			mark = "WRONG"
		}
		fmt.Fprintf(&b, "%s %-9s %s\n", mark, f.Check, f.Detail)
		if f.Next != "" {
			fmt.Fprintf(&b, "                next: %s\n", f.Next)
		}
	}
	return b.String()
}
