package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/client/story"
	"github.com/aichain/aichain/offchain/worker"
)

// disputeCmd tells of the disputes of this provider.
func disputeCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "dispute", Short: "Tell the disputes of this provider", Args: cobra.ArbitraryArgs, RunE: groupOnly,
		Long: `Tell the disputes in which this provider stands for a result (solver) or says that another's is wrong (challenger).
A running worker plays them by itself; these commands only look.`,
	}
	cmd.AddCommand(disputeListCmd(), disputeShowCmd())
	return cmd
}

func disputeListCmd() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: "list", Short: "List open disputes and the last thousand that ended", Args: exactly(),
		Example: "  aiworker dispute list\n  aiworker dispute list -o json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withChain(cmd, func(cfg worker.Config, c *client.Client) error {
				l := worker.ListDisputes(cmd.Context(), cfg, c)
				if output == "json" {
					return json.NewEncoder(cmd.OutOrStdout()).Encode(l)
				}
				_, err := io.WriteString(cmd.OutOrStdout(), l.Table())
				return err
			})
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}

func disputeShowCmd() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: "show DISPUTE", Short: "Tell one dispute: each move, what was computed, and this worker's part", Args: exactly("DISPUTE"),
		Example: "  aiworker dispute show 3\n  aiworker dispute show 3 -o json",
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := strconv.ParseUint(args[0], 10, 64)
			if err != nil {
				return badInput(fmt.Errorf("expected the number of a dispute, got %q (next: aiworker dispute list)", args[0]))
			}
			return withChain(cmd, func(cfg worker.Config, c *client.Client) error {
				s, err := worker.ShowDispute(cmd.Context(), cfg, c, id)
				if errors.Is(err, client.ErrNotFound) {
					return fmt.Errorf("dispute %d: %w (next: aiworker dispute list)", id, client.ErrNotFound)
				}
				if err != nil {
					return err
				}
				if output == "json" {
					return json.NewEncoder(cmd.OutOrStdout()).Encode(s)
				}
				return printDispute(cmd, c, s)
			})
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return cmd
}

// printDispute tells the chain's story, then the worker's part.
func printDispute(cmd *cobra.Command, c *client.Client, s worker.DisputeStory) error {
	text := ""
	if s.Chain != nil {
		text = story.Dispute(tale(cmd.Context(), c, s))
	} else if s.ChainErr != "" {
		text = "chain      " + s.ChainErr + "\n"
	}
	_, err := io.WriteString(cmd.OutOrStdout(), text+s.Text())
	return err
}

// tale gathers what makes the story fuller; what cannot be asked is left out.
func tale(ctx context.Context, c *client.Client, s worker.DisputeStory) story.Input {
	d := s.Chain.Dispute
	in := story.Input{Dispute: s.Chain, Height: s.Height, Names: map[string]string{}}
	for _, addr := range []string{d.Solver, d.Challenger} {
		if p, err := c.Provider(ctx, addr); err == nil {
			in.Names[addr] = p.Provider.Moniker
		}
	}
	task, err := c.Task(ctx, d.TaskId)
	if err != nil {
		return in
	}
	in.Task = task
	if rounds, err := c.Rounds(ctx, d.TaskId); err == nil {
		in.Rounds = rounds
	}
	if m, err := c.Model(ctx, task.Task.Terms.ModelId); err == nil {
		in.Model = &m
	}
	return in
}

// withChain runs do with the configuration of this home and a client.
func withChain(cmd *cobra.Command, do func(worker.Config, *client.Client) error) error {
	cfg, err := load(cmd)
	if err != nil {
		return err
	}
	c, err := connect(cmd, cfg)
	if err != nil {
		return badInput(err)
	}
	return errors.Join(do(cfg, c), c.Close())
}
