package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/aichain/aichain/offchain/worker"
)

// statusCmd tells how the provider stands.
func statusCmd() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: "status", Short: "Tell seats, bond and earnings, from the chain and the journal", Args: exactly(),
		Long: `Ask the chain for bond, offers and open seats, and the worker for the rest: the running one over its
health address, or else the journal itself.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := load(cmd)
			if err != nil {
				return err
			}
			c, err := connect(cmd, cfg)
			if err != nil {
				return badInput(err)
			}
			defer func() { _ = c.Close() }() // the process ends here
			s := worker.Inspect(cmd.Context(), cfg, c)
			if output == "json" {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(s)
			}
			printStatus(cmd.OutOrStdout(), s)
			return nil
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}

func printStatus(w io.Writer, s worker.Report) {
	fmt.Fprintf(w, "provider   %s\n", s.Provider)
	if s.ChainErr != "" {
		fmt.Fprintf(w, "chain      %s\n", s.ChainErr)
	} else {
		fmt.Fprintf(w, "chain      %s at height %d\n", s.ChainID, s.Height)
		fmt.Fprintf(w, "standing   %s\n", s.Standing)
		fmt.Fprintf(w, "balance    %d uaic\n", s.Balance)
		fmt.Fprintf(w, "bond       %d uaic, %d free, %d open seats\n", s.Bonded, s.Free, s.OpenSeats)
		if s.Disputes > 0 {
			fmt.Fprintf(w, "disputes   %d open", s.Disputes)
			if s.MovesDue > 0 {
				fmt.Fprintf(w, ", %d wait for your move, the first until block %d", s.MovesDue, s.DueBy)
			}
			fmt.Fprintln(w, " (next: aiworker dispute list)")
		}
		for _, o := range s.Offers {
			fmt.Fprintf(w, "offer      %s: %d/%d uaic per 1 000 tokens in/out, %d of %d slots used\n", o.Model, o.PriceInput, o.PriceOutput, o.Used, o.Slots)
		}
	}
	fmt.Fprintf(w, "worker     %s\n", s.Worker)
	for _, state := range slices.Sorted(maps.Keys(s.Seats)) {
		if n := s.Seats[state]; n > 0 {
			fmt.Fprintf(w, "seats      %d %s\n", n, state)
		}
	}
	for _, o := range slices.Sorted(maps.Keys(s.Totals.Outcomes)) {
		fmt.Fprintf(w, "closed     %d %s\n", s.Totals.Outcomes[o], o)
	}
	fmt.Fprintf(w, "earned     %d uaic\n", s.Totals.Earned)
}
