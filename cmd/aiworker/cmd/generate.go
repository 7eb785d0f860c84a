package cmd

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aichain/aichain/canon/model"
	engine "github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/canon/token"
)

// generateFlags are those of one call.
type generateFlags struct {
	model, seed, output string
	maxTokens           int
	temperatureMilli    uint32
	topK                uint32
	threads             int
	isRaw               bool
}

// generated is the JSON of a run.
type generated struct {
	Answer         string   `json:"answer"`
	Output         []uint32 `json:"output"`
	Stop           uint8    `json:"stop"`
	TokensIn       int      `json:"tokens_in"`
	TokensOut      int      `json:"tokens_out"`
	MillisFirst    int64    `json:"first_token_ms"`
	Millis         int64    `json:"total_ms"`
	TokensPerKilos int64    `json:"milli_tokens_per_second"`
}

// generateCmd runs a model without a chain.
func generateCmd() *cobra.Command {
	var f generateFlags
	cmd := &cobra.Command{
		Use: "generate PROMPT", Short: "Run a model file locally, without a chain",
		Args:    exactly("PROMPT"),
		Example: `  aiworker generate "What is 37+45?" --model nano.canon`,
		Long: `Run a canonical model file and stream its answer. The tokens are exactly those that the network would
establish for the same prompt, bound and sampling.`,
		RunE: func(cmd *cobra.Command, args []string) error { return generate(cmd, f, args[0]) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.model, "model", "", "canonical model file (required)")
	fs.IntVar(&f.maxTokens, "max-tokens", 256, "bound of the answer in tokens")
	fs.Uint32Var(&f.temperatureMilli, "temperature-milli", 0, "temperature in thousandths; 0 is greedy")
	fs.Uint32Var(&f.topK, "top-k", 0, "sample among the likeliest tokens only; 0 for all")
	fs.StringVar(&f.seed, "seed", "", "64 hex digits for sampling; default zeros")
	fs.IntVar(&f.threads, "threads", 0, "cores; 0 for all")
	fs.BoolVar(&f.isRaw, "no-template", false, "do not wrap the prompt in the chat template")
	fs.StringVarP(&f.output, "output", "o", "text", "text or json")
	return cmd
}

func generate(cmd *cobra.Command, f generateFlags, prompt string) (err error) {
	if f.model == "" {
		return badInput(errors.New("need --model FILE"))
	}
	m, err := model.Open(f.model)
	if err != nil {
		return badInput(err)
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	words, err := token.Load(m.TokenizerBlob())
	if err != nil {
		return badInput(err)
	}
	e, err := engine.New(m, engine.Options{Threads: f.threads})
	if err != nil {
		return badInput(err)
	}
	r := engine.Request{
		Prompt: words.Chat(prompt), MaxTokens: f.maxTokens,
		Sampling: engine.Sampling{Temperature: f.temperatureMilli, TopK: f.topK},
	}
	if f.isRaw {
		r.Prompt = append([]uint32{m.Header().BOS}, words.Encode(prompt)...)
	}
	if f.seed != "" {
		b, err := hex.DecodeString(f.seed)
		if err != nil || len(b) != 32 {
			return badInput(fmt.Errorf("--seed: expected 64 hex digits, got %q", f.seed))
		}
		r.Sampling.Seed = [32]byte(b)
	}
	begin := time.Now()
	var first time.Duration
	stream := &streamer{w: cmd.OutOrStdout(), words: words}
	r.OnToken = func(id uint32) {
		if first == 0 {
			first = time.Since(begin)
		}
		if f.output != "json" {
			stream.add(id)
		}
	}
	res, err := e.Generate(cmd.Context(), r)
	if err != nil {
		return badInput(err)
	}
	return printGenerated(cmd, f, generated{
		Answer: words.Decode(res.Tokens), Output: res.Tokens, Stop: uint8(res.Stop), TokensIn: len(r.Prompt), TokensOut: len(res.Tokens),
		MillisFirst: first.Milliseconds(), Millis: time.Since(begin).Milliseconds(), TokensPerKilos: perSecond(len(res.Tokens), time.Since(begin)),
	})
}

// perSecond is thousandths of tokens per second.
func perSecond(tokens int, took time.Duration) int64 {
	return int64(tokens) * 1_000 * int64(time.Second) / max(1, int64(took))
}

func printGenerated(cmd *cobra.Command, f generateFlags, g generated) error {
	if f.output == "json" {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(g)
	}
	fmt.Fprintln(cmd.OutOrStdout())
	cmd.PrintErrf("%d tokens in, %d out, first after %d ms, %d.%d tokens/s\n",
		g.TokensIn, g.TokensOut, g.MillisFirst, g.TokensPerKilos/1_000, g.TokensPerKilos%1_000/100)
	return nil
}

// streamer prints text as far as it is whole: a token may end inside a character.
type streamer struct {
	w     io.Writer
	words *token.Tokenizer
	ids   []uint32
	shown string
}

func (s *streamer) add(id uint32) {
	s.ids = append(s.ids, id)
	text := strings.ToValidUTF8(s.words.Decode(s.ids), "")
	if len(text) > len(s.shown) && strings.HasPrefix(text, s.shown) {
		fmt.Fprint(s.w, text[len(s.shown):])
		s.shown = text
	}
}
