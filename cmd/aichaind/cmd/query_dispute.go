package cmd

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	sdkclient "github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"

	"github.com/aichain/aichain/client/ask"
	"github.com/aichain/aichain/client/story"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

const disputeLong = `Tell the story of a dispute: who stands for which result, each move, the one step that the chain computed,
who won and why, and what happened to the money.

A solver stands for a result; a challenger says that it is wrong. The solver binds itself to the trace of its
run: one hash over all tensors that the model computed, in order. The challenger names the first of at most 128
hashes that differs from its own run, the solver shows the hashes below that one, and so on, until they have come
down to a few numbers. All before those is agreed. Then the challenger opens one number with all it is made of,
and the chain computes it. If the chain gets another number, the solver is wrong, however many agree with it; if it
gets the same, the challenger was. Who does not move in time loses.

The words of the question and the answers are told if the model's tokenizer is at hand: --tokenizer FILE (a canonical
model file or a bare tokenizer), else the model files of this home, else the model's URI when that is a local
file. Without it they are token ids. What is pruned is left out.

-o json prints the dispute as it is stored, with what was shown in it.`

const disputeExample = `  aichaind query attest disputes 1     # the disputes about task 1
  aichaind query attest dispute 3
  aichaind query attest dispute 3 -o json`

const disputesLong = `List the disputes about a task, oldest first: who stands for a result, who says that it is wrong, and how it stands.
-o json prints them as they are stored.`

// tellDisputes lets the queries of disputes tell their text as a story and as a table. What autocli made of
// them stays for -o json.
func tellDisputes(root *cobra.Command) {
	tellInText(root, "dispute", disputeLong, disputeExample, tellDispute).
		Flags().String("tokenizer", "", "canonical model file or bare tokenizer")
	tellInText(root, "disputes", disputesLong, "  aichaind query attest disputes 1", tellTable)
}

// tellInText replaces the text output of a query of x/attest that takes one id.
func tellInText(root *cobra.Command, name, long, example string, tell func(*cobra.Command, teller, uint64) (string, error)) *cobra.Command {
	query, _, err := root.Find([]string{"query", "attest", name})
	if err != nil || query.Name() != name {
		panic("expected the query " + name + " of attest")
	}
	query.Long, query.Example = long, example
	raw := query.RunE
	query.RunE = func(cmd *cobra.Command, args []string) error {
		if format, err := cmd.Flags().GetString(flags.FlagOutput); err != nil || format != "text" {
			return raw(cmd, args)
		}
		id, err := strconv.ParseUint(args[0], 10, 64)
		if err != nil {
			return usageError{fmt.Errorf("expected a number, got %q", args[0])}
		}
		ctx, err := sdkclient.GetClientQueryContext(cmd)
		if err != nil {
			return err
		}
		text, err := tell(cmd, newTeller(ctx), id)
		if err != nil {
			return err
		}
		_, err = fmt.Fprint(cmd.OutOrStdout(), text)
		return err
	}
	return query
}

// teller asks a node for what a story needs.
type teller struct {
	ctx     sdkclient.Context
	attest  attesttypes.QueryClient
	compute computetypes.QueryClient
}

func newTeller(ctx sdkclient.Context) teller {
	return teller{ctx, attesttypes.NewQueryClient(ctx), computetypes.NewQueryClient(ctx)}
}

// tellDispute gathers the story of a dispute. Only the dispute itself has to be there.
func tellDispute(cmd *cobra.Command, t teller, id uint64) (string, error) {
	ctx := cmd.Context()
	dispute, err := t.attest.Dispute(ctx, &attesttypes.QueryDisputeRequest{DisputeId: id})
	if err != nil {
		return "", err
	}
	d := dispute.Dispute
	in := story.Input{Dispute: dispute, Names: t.names(ctx, d.Solver, d.Challenger)}
	if t.ctx.Client != nil {
		if status, err := t.ctx.Client.Status(ctx); err == nil {
			in.Height = uint64(status.SyncInfo.LatestBlockHeight)
		}
	}
	if in.Task, err = t.compute.Task(ctx, &computetypes.QueryTaskRequest{TaskId: d.TaskId}); err != nil {
		in.Task = nil
		return story.Dispute(in), nil //nolint:nilerr // pruned: the story is told without it
	}
	if rounds, err := t.attest.Rounds(ctx, &attesttypes.QueryRoundsRequest{TaskId: d.TaskId}); err == nil {
		in.Rounds = rounds.Rounds
	}
	for i := range in.Rounds {
		for j := range in.Rounds[i].Seats {
			t.addName(ctx, in.Names, in.Rounds[i].Seats[j].Provider)
		}
	}
	model, err := t.compute.Model(ctx, &computetypes.QueryModelRequest{ModelId: hex.EncodeToString(in.Task.Task.Terms.ModelId)})
	if err != nil {
		return story.Dispute(in), nil //nolint:nilerr // told without the model
	}
	in.Model = &model.Model
	path, err := cmd.Flags().GetString("tokenizer")
	if err != nil {
		return "", err
	}
	if in.Words, err = ask.Tokenizer(model.Model, path, modelDirs(t.ctx.HomeDir)); err != nil && path != "" {
		return "", usageError{err}
	}
	return story.Dispute(in), nil
}

// tellTable lists the disputes about a task.
func tellTable(cmd *cobra.Command, t teller, task uint64) (string, error) {
	res, err := t.attest.Disputes(cmd.Context(), &attesttypes.QueryDisputesRequest{TaskId: task})
	if err != nil {
		return "", err
	}
	names := map[string]string{}
	for i := range res.Disputes {
		t.addName(cmd.Context(), names, res.Disputes[i].Solver)
		t.addName(cmd.Context(), names, res.Disputes[i].Challenger)
	}
	return story.Disputes(res.Disputes, names), nil
}

// names are the monikers of providers.
func (t teller) names(ctx context.Context, addresses ...string) map[string]string {
	out := map[string]string{}
	for _, a := range addresses {
		t.addName(ctx, out, a)
	}
	return out
}

// addName asks for the moniker of a provider once. A provider that has retired has none.
func (t teller) addName(ctx context.Context, names map[string]string, address string) {
	if _, ok := names[address]; ok {
		return
	}
	names[address] = ""
	if res, err := t.compute.Provider(ctx, &computetypes.QueryProviderRequest{Address: address}); err == nil {
		names[address] = res.Provider.Moniker
	}
}
