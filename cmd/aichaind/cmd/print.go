package cmd

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"
)

// addOutputFlag lets a command print for people or for programs.
func addOutputFlag(cmd *cobra.Command) {
	cmd.Flags().StringP(flags.FlagOutput, "o", "text", "output format: text or json")
}

// show prints v as JSON if asked to, else the text. Text is for people and may change; JSON keeps its fields.
func show(cmd *cobra.Command, v any, text string) error {
	format, err := cmd.Flags().GetString(flags.FlagOutput)
	if err != nil {
		return err
	}
	switch format {
	case "json":
		bz, err := json.Marshal(v)
		if err != nil {
			return err
		}
		text = string(bz) + "\n"
	case "text":
	default:
		return usageError{fmt.Errorf("expected --output text or json, got %q", format)}
	}
	_, err = fmt.Fprint(cmd.OutOrStdout(), text)
	return err
}
