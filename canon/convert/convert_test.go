package convert_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aichain/aichain/canon/convert"
	"github.com/aichain/aichain/canon/internal/floatref"
	"github.com/aichain/aichain/canon/internal/gguf"
	"github.com/aichain/aichain/canon/internal/gguf/gguftest"
	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/canon/token"
)

// Shape of the random source models: 256 byte tokens and three control tokens.
const (
	vocab, dim, layers = 259, 64, 2
	heads, kvHeads     = 4, 2
	headDim, ffn       = 16, 96
)

const template = "{% for m in messages %}{% if m['role'] == 'assistant' %}<|a|>{{ m['content'] }}<|end|>{% else %}<|u|>{{ m['content'] }}{% endif %}{% endfor %}{% if add_generation_prompt %}<|a|>{% endif %}"

// original is a GGUF file to be written.
type original struct {
	meta    []gguftest.KV
	tensors []gguftest.Tensor
}

// set replaces or adds a metadata value.
func (o *original) set(key string, v any) {
	for i := range o.meta {
		if o.meta[i].Key == key {
			o.meta[i].Value = v
			return
		}
	}
	o.meta = append(o.meta, gguftest.KV{Key: key, Value: v})
}

func (o *original) drop(key string) {
	o.meta = slices.DeleteFunc(o.meta, func(kv gguftest.KV) bool { return kv.Key == key })
}

func (o original) write(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "source.gguf")
	if err := gguftest.Write(path, o.meta, o.tensors); err != nil {
		t.Fatal(err)
	}
	return path
}

// byteTokens is a vocabulary of every byte and three control tokens.
func byteTokens() (tokens []string, types []int32) {
	next := rune(256)
	for b := range rune(256) {
		r := b
		if (b < 33 || b > 126) && (b < 161 || b > 172) && b < 174 {
			r, next = next, next+1
		}
		tokens, types = append(tokens, string(r)), append(types, 1)
	}
	return append(tokens, "<|u|>", "<|a|>", "<|end|>"), append(types, 3, 3, 3)
}

// random makes a source of random weights stored as kind.
func random(kind uint32, untied bool) *original {
	r := rand.New(rand.NewPCG(5, 6))
	tokens, types := byteTokens()
	o := &original{meta: []gguftest.KV{
		{Key: "general.architecture", Value: "llama"},
		{Key: "llama.context_length", Value: uint32(64)},
		{Key: "llama.embedding_length", Value: uint32(dim)},
		{Key: "llama.block_count", Value: uint32(layers)},
		{Key: "llama.feed_forward_length", Value: uint32(ffn)},
		{Key: "llama.attention.head_count", Value: uint32(heads)},
		{Key: "llama.attention.head_count_kv", Value: uint32(kvHeads)},
		{Key: "llama.attention.layer_norm_rms_epsilon", Value: float32(1e-5)},
		{Key: "llama.rope.freq_base", Value: float32(10000)},
		{Key: "llama.vocab_size", Value: uint32(vocab)},
		{Key: "tokenizer.ggml.model", Value: "gpt2"},
		{Key: "tokenizer.ggml.pre", Value: "gpt-2"},
		{Key: "tokenizer.ggml.tokens", Value: tokens},
		{Key: "tokenizer.ggml.token_type", Value: types},
		{Key: "tokenizer.ggml.merges", Value: []string{}},
		{Key: "tokenizer.ggml.bos_token_id", Value: uint32(256)},
		{Key: "tokenizer.ggml.eos_token_id", Value: uint32(258)},
		{Key: "tokenizer.chat_template", Value: template},
	}}
	add := func(name string, rows, cols int) {
		t := gguftest.Tensor{Name: name, Rows: rows, Cols: cols, Type: kind, Data: make([]float32, max(rows, 1)*cols)}
		for i := range t.Data {
			t.Data[i] = float32(r.NormFloat64() * 0.2)
		}
		if rows == 0 {
			t.Type = gguftest.F32
			for i := range t.Data {
				t.Data[i]++
			}
		}
		o.tensors = append(o.tensors, t)
	}
	add("token_embd.weight", vocab, dim)
	add("output_norm.weight", 0, dim)
	if untied {
		add("output.weight", vocab, dim)
	}
	for _, p := range []string{"blk.0.", "blk.1."} {
		add(p+"attn_norm.weight", 0, dim)
		add(p+"ffn_norm.weight", 0, dim)
		add(p+"attn_q.weight", heads*headDim, dim)
		add(p+"attn_k.weight", kvHeads*headDim, dim)
		add(p+"attn_v.weight", kvHeads*headDim, dim)
		add(p+"attn_output.weight", dim, heads*headDim)
		add(p+"ffn_gate.weight", ffn, dim)
		add(p+"ffn_up.weight", ffn, dim)
		add(p+"ffn_down.weight", dim, ffn)
	}
	return o
}

// halves reorders the rows of the query and key heads from neighbouring pairs to
// halves, as files are that were not permuted for llama.cpp.
func (o *original) halves() {
	for i, t := range o.tensors {
		if !strings.HasSuffix(t.Name, "attn_q.weight") && !strings.HasSuffix(t.Name, "attn_k.weight") {
			continue
		}
		out := make([]float32, 0, len(t.Data))
		for head := 0; head < t.Rows; head += headDim {
			for j := range headDim {
				from := head + 2*j
				if j >= headDim/2 {
					from = head + 2*(j-headDim/2) + 1
				}
				out = append(out, t.Data[from*dim:(from+1)*dim]...)
			}
		}
		o.tensors[i].Data = out
	}
}

// logits converts a source and computes it over a few tokens.
func logits(t *testing.T, path string, options convert.Options) ([][]int32, convert.Report, model.Header) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.canon")
	report, err := convert.FromGGUF(context.Background(), path, out, options)
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}()
	e, err := run.New(m, run.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.Logits(context.Background(), sample)
	if err != nil {
		t.Fatal(err)
	}
	return got, report, m.Header()
}

var sample = []uint32{256, 72, 101, 108, 108, 111, 32, 119, 111, 114, 108, 100}

// distance is the root mean square of the difference over that of the float logits.
func distance(want [][]float64, got [][]int32) float64 {
	var diff, size float64
	for i := range want {
		for j, v := range want[i] {
			d := v - float64(got[i][j])/65536
			diff, size = diff+d*d, size+v*v
		}
	}
	return math.Sqrt(diff / size)
}

func TestEverySourceTypeComputesLikeTheFloatModel(t *testing.T) {
	for name, kind := range map[string]uint32{"F32": gguftest.F32, "F16": gguftest.F16, "Q8_0": gguftest.Q8_0} {
		for _, untied := range []bool{true, false} {
			path := random(kind, untied).write(t)
			float, err := floatref.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			got, report, h := logits(t, path, convert.Options{})
			d := distance(float.Logits(sample), got)
			t.Logf("%s untied %v: logits off by %.4f, weights by %.5f", name, untied, d, report.Total.RMS)
			// Random weights spread every error; a trained model (nano) does far better.
			if d > 0.06 || report.Total.RMS > 0.01 || report.Total.RMS == 0 || h.TiedHead == untied {
				t.Errorf("%s untied %v: logits off by %v, weights by %+v", name, untied, d, report.Total)
			}
			if n := len(report.Tensors); n != 2+9*layers && n != 3+9*layers {
				t.Errorf("%d tensors reported", n)
			}
			if wide, _, _ := logits(t, path, convert.Options{Widths: model.Widths{AttnIn: 16, AttnOut: 16, FFNIn: 16, FFNOut: 16, Head: 16}}); distance(float.Logits(sample), wide) >= d {
				t.Errorf("%s: 16-bit activations are no better", name)
			}
		}
	}
}

// The two pairings are one model with its rows in another order.
func TestBothRopePairingsGiveTheSameLogits(t *testing.T) {
	o := random(gguftest.F32, true)
	want, _, _ := logits(t, o.write(t), convert.Options{})
	o.halves()
	got, _, h := logits(t, o.write(t), convert.Options{RopeHalf: true})
	if h.RopeInterleaved {
		t.Fatal("pairing not stored")
	}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Fatalf("position %d differs", i)
		}
	}
}

// The committed rotation table is the correctly rounded one.
func TestRopeTableIsAccurate(t *testing.T) {
	m, _, _ := openNano(t, run.Options{})
	row := make([]int32, 16)
	for p := range 512 {
		m.RopeRow(row, p)
		for i := range 8 {
			sin, cos := math.Sincos(float64(p) * math.Pow(10000, -float64(i)/8))
			if math.Abs(float64(row[2*i])-cos*(1<<30)) > 0.51 || math.Abs(float64(row[2*i+1])-sin*(1<<30)) > 0.51 {
				t.Fatalf("position %d pair %d: %d %d", p, i, row[2*i], row[2*i+1])
			}
		}
	}
	if h := m.Header(); h.AttnScale != uint32(math.Round(math.Log2E/4*(1<<24))) || h.NormEps != 42950 {
		t.Fatalf("%+v", h)
	}
}

func TestRopeFactorsSlowTheRotation(t *testing.T) {
	o := random(gguftest.F32, true)
	factors := gguftest.Tensor{Name: "rope_freqs.weight", Cols: headDim / 2, Data: slices.Repeat([]float32{2}, headDim/2)}
	o.tensors = append(o.tensors, factors)
	out := filepath.Join(t.TempDir(), "out.canon")
	if _, err := convert.FromGGUF(context.Background(), o.write(t), out, convert.Options{}); err != nil {
		t.Fatal(err)
	}
	slow, err := model.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	plain, _, _ := openNano(t, run.Options{}) // the same base and head dim
	a, b := make([]int32, headDim), make([]int32, headDim)
	slow.RopeRow(a, 40)
	plain.RopeRow(b, 20)
	if !slices.Equal(a, b) {
		t.Errorf("position 40 at half speed is %v, position 20 is %v", a, b)
	}
	if err := slow.Close(); err != nil {
		t.Error(err)
	}
}

func TestSourcesThatCannotBeConverted(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*original)
		want  error
	}{
		"another architecture": {func(o *original) { o.set("general.architecture", "gpt2") }, convert.ErrUnsupported},
		"scaled rope":          {func(o *original) { o.set("llama.rope.scaling.type", "yarn") }, convert.ErrUnsupported},
		"partial rope":         {func(o *original) { o.set("llama.rope.dimension_count", uint32(8)) }, convert.ErrUnsupported},
		"rope base":            {func(o *original) { o.set("llama.rope.freq_base", float32(0.5)) }, convert.ErrUnsupported},
		"epsilon":              {func(o *original) { o.set("llama.attention.layer_norm_rms_epsilon", float32(0)) }, convert.ErrUnsupported},
		"no heads":             {func(o *original) { o.set("llama.attention.head_count", uint32(0)) }, convert.ErrUnsupported},
		"no context":           {func(o *original) { o.drop("llama.context_length") }, gguf.ErrFormat},
		"absurd context":       {func(o *original) { o.set("llama.context_length", uint32(1<<31)) }, model.ErrHeader},
		"absurd ffn":           {func(o *original) { o.set("llama.feed_forward_length", uint32(1<<31)) }, model.ErrHeader},
		"other shape":          {func(o *original) { o.set("llama.feed_forward_length", uint32(97)) }, gguf.ErrFormat},
		"tensor missing":       {func(o *original) { o.tensors = o.tensors[:len(o.tensors)-1] }, gguf.ErrFormat},
		"weight too large":     {func(o *original) { o.tensors[0].Data[3] = 1e6 }, convert.ErrUnsupported},
		"another tokenizer":    {func(o *original) { o.set("tokenizer.ggml.model", "llama") }, token.ErrBlob},
		"no merges":            {func(o *original) { o.drop("tokenizer.ggml.merges") }, gguf.ErrFormat},
		"broken template":      {func(o *original) { o.set("tokenizer.chat_template", "{% for %}") }, convert.ErrUnsupported},
		"template of the last": {func(o *original) { o.set("tokenizer.chat_template", "{{ messages[-1]['content'] }}") }, convert.ErrUnsupported},
	} {
		o := random(gguftest.F32, true)
		c.spoil(o)
		folder := t.TempDir()
		_, err := convert.FromGGUF(context.Background(), o.write(t), filepath.Join(folder, "out.canon"), convert.Options{})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if left, _ := os.ReadDir(folder); len(left) != 0 {
			t.Errorf("%s: %v left behind", name, left)
		}
	}
}

func TestConversionCanBeCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := convert.FromGGUF(ctx, random(gguftest.F32, true).write(t), filepath.Join(t.TempDir(), "x"), convert.Options{}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestContextCanBeShortened(t *testing.T) {
	_, _, h := logits(t, random(gguftest.F32, true).write(t), convert.Options{MaxContext: 20})
	if h.MaxContext != 20 {
		t.Fatal(h.MaxContext)
	}
}
