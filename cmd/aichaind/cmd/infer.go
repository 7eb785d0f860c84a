package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"cosmossdk.io/math"

	sdkclient "github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/canon/token"
	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/client/ask"
	"github.com/aichain/aichain/rules/payout"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// maxPromptBytes bounds a prompt read from standard input.
const maxPromptBytes = 1 << 20

const inferLong = `Ask a model and print the answer that the chain verified.

The prompt is tokenised here, screened against the offers on chain, posted with an escrow, run by
several providers who commit and then reveal their results, and paid only if they agree to the bit.
The price covers one seat more than you ask for, because on a model that the chain can check the task may be drawn
for an audit by one more provider. What is not spent comes back.

Every question has a client_ref, its name. One is made and printed if you give none. Asking again under
the same client_ref resumes the first task and never pays twice; if the question is another one, it is refused.

The tokenizer must be at hand, because the chain speaks token ids: --tokenizer FILE (a canonical model file or
a bare tokenizer), else <home>/models/<model id>[.canon], else $HOME/.aichain/models/<model id>[.canon], else the
model's URI when that is a local file. It is checked against the hash in the model's header on chain.
With --raw-tokens the prompt is token ids and so is the answer, and no tokenizer is needed.

Exit codes:
  0  settled: the answer is verified and paid
  1  anything not listed
  2  bad input: the question, a flag, the key or the tokenizer; nothing was paid
  3  too few providers would take the task, each with its reason; nothing was paid
  4  refunded: no result was established and the escrow went back
  5  the node is unreachable, or time ran out; resume with the same --client-ref
  6  not enough money; nothing was paid
  7  overturned: the answer was settled before and then proved wrong; what it had cost was given back
  130  interrupted; resume with the same --client-ref`

const inferExample = `  aichaind infer "What is 37+45?" --model nano --from alice
  aichaind infer "Tell me a story" --model nano --from alice --max-tokens 200 --temperature 0.8 --top-k 40
  aichaind infer "What is 37+45?" --model nano --from alice --client-ref sum-1 -o json
  echo "What is 37+45?" | aichaind infer - --model nano --from alice`

// inferFlags are the flags of one call.
type inferFlags struct {
	model, from, maxPrice, temperature, clientRef, tokenizer, output string
	seats, maxTokens, topK                                           uint32
	sampling                                                         bool
	rawTokens                                                        bool
	timeout                                                          time.Duration
}

// InferCmd asks a model and waits for the verified answer.
func InferCmd() *cobra.Command {
	var f inferFlags
	cmd := &cobra.Command{
		Use:     "infer PROMPT",
		Short:   "Ask a model and print the verified answer",
		Long:    inferLong,
		Example: inferExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return exitWith(ExitUsage, fmt.Errorf("expected one prompt, got %d arguments: quote it", len(args)))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			cmd.SilenceUsage = true
			return runInfer(cmd, f, args[0])
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return exitWith(ExitUsage, err) })
	fs := cmd.Flags()
	fs.StringVar(&f.model, "model", "", "model to ask: its name or its id in hex (required)")
	fs.StringVar(&f.from, flags.FlagFrom, "", "name of the key that asks and pays (required)")
	fs.StringVar(&f.maxPrice, "max-price", "", "escrow, for example 5000uaic; default: what screening shows to be enough for the seats and an audit")
	fs.Uint32Var(&f.maxTokens, "max-tokens", 0, fmt.Sprintf("bound of the answer in tokens; default: what fits, at most %d", ask.DefaultMaxTokens))
	fs.Uint32Var(&f.seats, "seats", 0, fmt.Sprintf("providers who must agree; default %d", ask.DefaultSeats))
	fs.StringVar(&f.temperature, "temperature", "", "sample at this temperature, up to three decimals; default 0, greedy")
	fs.Uint32Var(&f.topK, "top-k", 0, "sample among the likeliest tokens only; 0 for all")
	fs.BoolVar(&f.sampling, "seed-sampling", false, "sample from the seed that the chain draws at the match; the same as --temperature 1 unless that is given")
	fs.StringVar(&f.clientRef, "client-ref", "", "your name for this question, at most 64 bytes; asking again under it resumes")
	fs.StringVar(&f.tokenizer, "tokenizer", "", "canonical model file or bare tokenizer")
	fs.BoolVar(&f.rawTokens, "raw-tokens", false, "the prompt is token ids, separated by spaces or commas, and so is the answer")
	fs.DurationVar(&f.timeout, "timeout", 10*time.Minute, "give up waiting after this; the task goes on")
	fs.StringVarP(&f.output, flags.FlagOutput, "o", "text", "text or json")
	fs.String(flags.FlagNode, "tcp://localhost:26657", "CometBFT RPC of a node")
	fs.String(flags.FlagGRPC, "", "gRPC of a node; default: grpc.address in the home's app.toml, else "+client.DefaultGRPC)
	fs.Bool(flags.FlagGRPCInsecure, true, "gRPC without TLS")
	fs.String(flags.FlagChainID, "", "chain id; default: the client configuration's")
	flags.AddKeyringFlags(fs)
	return cmd
}

func runInfer(cmd *cobra.Command, f inferFlags, prompt string) error {
	if f.output != "text" && f.output != "json" {
		return exitWith(ExitUsage, fmt.Errorf("expected -o text or json, got %q", f.output))
	}
	q, err := f.question(cmd, prompt)
	if err != nil {
		return exitWith(ExitUsage, err)
	}
	cctx, err := sdkclient.GetClientQueryContext(cmd)
	if err != nil {
		return exitWith(ExitUsage, err)
	}
	c, err := inferClient(cmd, cctx, f)
	if err != nil {
		return exitWith(ExitUsage, err)
	}
	defer func() { _ = c.Close() }() // the process ends here
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()

	show := newProgress(cmd.ErrOrStderr())
	asker := ask.Asker{Chain: c, Tell: show.tell, Tokenizer: func(m computetypes.Model) (*token.Tokenizer, error) {
		return ask.Tokenizer(m, f.tokenizer, modelDirs(cctx.HomeDir))
	}}
	answer, err := asker.Ask(ctx, q)
	show.stop()
	if answer.Status != "" {
		if perr := printAnswer(cmd.OutOrStdout(), f, answer); perr != nil {
			return errors.Join(err, perr)
		}
	}
	code := codeOf(err)
	if code == exitUnreachable || code == exitInterrupted {
		show.resume(os.Args, f)
	}
	return exitWith(code, inWords(ctx, err, f.timeout))
}

// question reads what is asked from the flags.
func (f inferFlags) question(cmd *cobra.Command, prompt string) (ask.Question, error) {
	q := ask.Question{Model: f.model, Seats: f.seats, MaxToken: f.maxTokens, TopK: f.topK, ClientRef: f.clientRef}
	if f.model == "" || f.from == "" {
		return q, errors.New("need --model and --from")
	}
	if prompt == "-" {
		b, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), maxPromptBytes+1))
		if err != nil {
			return q, fmt.Errorf("read the prompt: %w", err)
		}
		if len(b) > maxPromptBytes {
			return q, fmt.Errorf("read the prompt: expected at most %d bytes, got more", maxPromptBytes)
		}
		prompt = strings.TrimRight(string(b), "\r\n")
	}
	var err error
	if q.TemperatureMilli, err = milli(f.temperature); err != nil {
		return q, err
	}
	if f.sampling && f.temperature == "" {
		q.TemperatureMilli = 1_000
	}
	if q.TopK > 0 && q.TemperatureMilli == 0 {
		return q, errors.New("--top-k needs --temperature or --seed-sampling: greedy takes the likeliest token")
	}
	if f.maxPrice != "" {
		coin, err := sdk.ParseCoinNormalized(f.maxPrice)
		if err != nil || coin.Denom != payout.Denom || !coin.IsPositive() || !coin.Amount.IsUint64() {
			return q, fmt.Errorf("--max-price: expected a positive amount such as 5000%s, got %q", payout.Denom, f.maxPrice)
		}
		q.MaxPrice = coin.Amount.Uint64()
	}
	if f.rawTokens {
		q.Tokens, err = ask.ParseTokens(prompt)
		return q, err
	}
	q.Text = prompt
	return q, nil
}

// milli reads a temperature of up to three decimals as thousandths.
func milli(text string) (uint32, error) {
	if text == "" {
		return 0, nil
	}
	d, err := math.LegacyNewDecFromStr(text)
	if err != nil || d.IsNegative() || d.GT(math.LegacyNewDec(100)) {
		return 0, fmt.Errorf("--temperature: expected 0 to 100, got %q", text)
	}
	d = d.MulInt64(1_000)
	if !d.IsInteger() {
		return 0, fmt.Errorf("--temperature: expected at most three decimals, got %q", text)
	}
	return uint32(d.TruncateInt64()), nil
}

func inferClient(cmd *cobra.Command, cctx sdkclient.Context, f inferFlags) (*client.Client, error) {
	grpc, err := cmd.Flags().GetString(flags.FlagGRPC)
	if err != nil {
		return nil, err
	}
	if grpc == "" {
		grpc = server.GetServerContextFromCmd(cmd).Viper.GetString("grpc.address")
	}
	if grpc == "" {
		grpc = client.DefaultGRPC
	}
	plain, err := cmd.Flags().GetBool(flags.FlagGRPCInsecure)
	if err != nil {
		return nil, err
	}
	return client.New(client.Config{
		GRPC: grpc, TLS: !plain, RPC: cctx.NodeURI, ChainID: cctx.ChainID, Keyring: cctx.Keyring, Key: f.from,
	})
}

// modelDirs are the places where model files are kept.
func modelDirs(home string) []string {
	dirs := []string{filepath.Join(home, "models")}
	if user, err := os.UserHomeDir(); err == nil {
		dirs = append(dirs, filepath.Join(user, ".aichain", "models"))
	}
	return dirs
}

func printAnswer(w io.Writer, f inferFlags, a ask.Answer) error {
	if f.output == "json" {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(a)
	}
	var b strings.Builder
	switch {
	case len(a.Providers) == 0 || a.Status == ask.StatusText(computetypes.TASK_STATUS_OVERTURNED): // nothing is verified
	case f.rawTokens:
		fmt.Fprintln(&b, strings.Trim(fmt.Sprint(a.Output), "[]"))
	default:
		fmt.Fprintln(&b, a.Answer)
	}
	fmt.Fprintf(&b, "\ntask      %d, %s: %s\n", a.TaskID, strings.ToLower(a.Status), a.Reason)
	for _, p := range a.Providers {
		fmt.Fprintf(&b, "provider  %s\n", p)
	}
	fmt.Fprintf(&b, "tokens    %d in, %d out\n", a.TokensIn, a.TokensOut)
	fmt.Fprintf(&b, "money     %d%s escrowed, %d paid, %d refunded\n", a.Escrowed, payout.Denom, a.Paid, a.Refunded)
	if a.Restored > 0 {
		fmt.Fprintf(&b, "restored  %d%s, out of what the wrong providers lost\n", a.Restored, payout.Denom)
	}
	if a.ChallengeUntil > 0 {
		fmt.Fprintf(&b, "challenge until block %d any provider without a seat may prove the answer wrong\n", a.ChallengeUntil)
	}
	if a.ResultRoot != "" {
		fmt.Fprintf(&b, "result    %s\n", a.ResultRoot)
	}
	h := a.Heights
	fmt.Fprintf(&b, "heights   posted %d, matched %d, committed %d, revealed %d, closed %d\n", h.Posted, h.Matched, h.Committed, h.Revealed, h.Settled)
	_, err := io.WriteString(w, b.String())
	return err
}
