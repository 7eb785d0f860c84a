package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/client/ask"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

func TestInferReadsItsFlags(t *testing.T) {
	for args, want := range map[string]ask.Question{
		"--temperature 0.8 --top-k 40":    {TemperatureMilli: 800, TopK: 40},
		"--seed-sampling":                 {TemperatureMilli: 1_000},
		"--seed-sampling --temperature 2": {TemperatureMilli: 2_000},
		"--max-price 5000uaic":            {MaxPrice: 5_000},
		"--seats 5 --max-tokens 9":        {Seats: 5, MaxToken: 9},
		"--client-ref r":                  {ClientRef: "r"},
	} {
		q, err := parseInfer(t, "hello", args)
		require.NoError(t, err, args)
		want.Text, want.Model = "hello", "m"
		require.Equal(t, want, q, args)
	}
	q, err := parseInfer(t, "1,2", "--raw-tokens")
	require.NoError(t, err)
	require.Equal(t, []uint32{1, 2}, q.Tokens)
	q, err = parseInfer(t, "-", "")
	require.NoError(t, err)
	require.Equal(t, "from stdin", q.Text)
}

func TestInferRefusesBadFlags(t *testing.T) {
	for args, want := range map[string]string{
		"--temperature -1":     "0 to 100",
		"--temperature 0.0001": "three decimals",
		"--temperature x":      "0 to 100",
		"--top-k 4":            "--top-k needs",
		"--max-price 0uaic":    "positive amount",
		"--max-price 5uatom":   "positive amount",
		"--max-price 5":        "positive amount",
		"--max-price -5uaic":   "positive amount",
		"--raw-tokens":         "no token id",
	} {
		_, err := parseInfer(t, "hello", args)
		require.ErrorContains(t, err, want, args)
	}
}

// parseInfer reads a command line as the command would, without running it.
func parseInfer(t *testing.T, prompt, args string) (q ask.Question, err error) {
	t.Helper()
	f, cmd := inferFlags{}, InferCmd()
	cmd.SetIn(strings.NewReader("from stdin\n"))
	require.NoError(t, cmd.ParseFlags(append([]string{"--model", "m", "--from", "k"}, strings.Fields(args)...)))
	get := func(name string) string { return cmd.Flag(name).Value.String() }
	f.model, f.from, f.maxPrice, f.temperature, f.clientRef = get("model"), get("from"), get("max-price"), get("temperature"), get("client-ref")
	f.seats, _ = cmd.Flags().GetUint32("seats")
	f.maxTokens, _ = cmd.Flags().GetUint32("max-tokens")
	f.topK, _ = cmd.Flags().GetUint32("top-k")
	f.sampling, f.rawTokens = get("seed-sampling") == "true", get("raw-tokens") == "true"
	return f.question(cmd, prompt)
}

func TestInferReadsABoundedPrompt(t *testing.T) {
	cmd := InferCmd()
	cmd.SetIn(strings.NewReader(strings.Repeat("x", maxPromptBytes+1)))
	_, err := inferFlags{model: "m", from: "k"}.question(cmd, "-")
	require.EqualError(t, err, "read the prompt: expected at most 1048576 bytes, got more")
}

func TestExitCodesOfInferAreStable(t *testing.T) {
	for want, errs := range map[int][]error{
		0:   {nil},
		1:   {errors.New("x")},
		2:   {ask.ErrBadQuestion, &client.Error{Err: client.ErrNoKey}, &client.Error{Err: client.ErrWrongChain}, &client.ChainError{Codespace: "compute", Code: 4}},
		3:   {&ask.NotMatchable{Need: 3}},
		4:   {fmt.Errorf("%w: unmatched", ask.ErrRefunded)},
		5:   {context.DeadlineExceeded, &client.Error{Err: client.ErrUnreachable}, &client.Error{Err: client.ErrNotIncluded}},
		7:   {fmt.Errorf("%w: 5 uaic were given back", ask.ErrOverturned)},
		6:   {ask.ErrFunds, fmt.Errorf("%w", sdkerrors.ErrInsufficientFunds)},
		130: {fmt.Errorf("%w: %w", context.Canceled, client.ErrUnreachable)},
	} {
		for _, err := range errs {
			require.Equal(t, want, ExitCode(exitWith(codeOf(err), err)), "%v", err)
		}
	}
}

func TestProgressOffATerminalIsPlainLines(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b)
	command := []string{"./aichaind", "--home", "a b", "infer", "it's", "--model", "nano"}
	p.resume(command, inferFlags{})
	require.Empty(t, b.String(), "nothing to resume before the question has a name")
	p.tell(ask.Progress{Stage: ask.StageNamed, Ref: "r-1", Text: "client_ref r-1"})
	p.stop()
	p.resume(command, inferFlags{})
	p.resume([]string{"aichaind", "--client-ref=r-1"}, inferFlags{clientRef: "r-1"})
	next := "To come back to the question without paying twice:\n  "
	require.Equal(t, "named      client_ref r-1\n"+
		next+`./aichaind --home 'a b' infer 'it'\''s' --model nano --client-ref r-1`+"\n"+
		next+"aichaind --client-ref=r-1\n", b.String())
}

func TestTheEndOfWaitingInWords(t *testing.T) {
	late, cancel := context.WithTimeout(context.Background(), 0)
	defer cancel()
	stopped, stop := context.WithCancel(context.Background())
	stop()
	unreachable := fmt.Errorf("%w: %w", client.ErrUnreachable, context.DeadlineExceeded)
	for want, c := range map[string]struct {
		ctx context.Context
		err error
	}{
		"no end within 3s (--timeout)": {
			late, context.DeadlineExceeded,
		},
		"no end within 3s (--timeout): node unreachable: context deadline exceeded": {
			late, unreachable,
		},
		"interrupted": {
			stopped, fmt.Errorf("watch: %w", context.Canceled),
		},
		"node unreachable: context deadline exceeded": {
			context.Background(), unreachable,
		},
		"task refunded": {
			late, ask.ErrRefunded,
		},
	} {
		require.EqualError(t, inWords(c.ctx, c.err, 3*time.Second), want)
	}
	require.NoError(t, inWords(late, nil, time.Second))
}

func TestAnswerInWords(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, printAnswer(&b, inferFlags{output: "text"}, ask.Answer{TaskID: 7, Status: "SETTLED", Reason: "agreed", Answer: "82", Providers: []string{"aic1a"}, Escrowed: 9, Paid: 4, Refunded: 5}))
	require.True(t, strings.HasPrefix(b.String(), "82\n\ntask      7, settled: agreed\nprovider  aic1a\n"))
	b.Reset()
	require.NoError(t, printAnswer(&b, inferFlags{output: "text"}, ask.Answer{TaskID: 7, Status: "REFUNDED", Reason: ask.ReasonText(computetypes.REASON_TASK_UNMATCHED)}))
	require.Contains(t, b.String(), "refunded: unmatched")
	b.Reset()
	wrong := ask.Answer{TaskID: 7, Status: "OVERTURNED", Reason: "overturned", Answer: "83", Providers: []string{"aic1a"}, Escrowed: 9, Paid: 4, Refunded: 5, Restored: 4}
	require.NoError(t, printAnswer(&b, inferFlags{output: "text"}, wrong))
	require.NotContains(t, b.String(), "83", "what was proved wrong is not printed as an answer")
	require.Contains(t, b.String(), "restored  4uaic")
	b.Reset()
	require.NoError(t, printAnswer(&b, inferFlags{output: "text"}, ask.Answer{Status: "SETTLED", Providers: []string{"aic1a"}, ChallengeUntil: 120}))
	require.Contains(t, b.String(), "challenge until block 120")
}
