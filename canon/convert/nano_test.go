package convert_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/aichain/aichain/canon/convert"
	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/canon/token"
)

const (
	nanoSource = "../../models/nano/nano-f32.gguf"
	nanoFile   = "../../models/nano/nano.canon"
)

// openNano opens the committed model and what is needed to talk to it.
func openNano(t testing.TB, o run.Options) (*model.Model, *run.Engine, *token.Tokenizer) {
	t.Helper()
	m, err := model.Open(nanoFile)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	e, err := run.New(m, o)
	if err != nil {
		t.Fatal(err)
	}
	k, err := token.Load(m.TokenizerBlob())
	if err != nil {
		t.Fatal(err)
	}
	return m, e, k
}

// ask answers a question greedily.
func ask(t testing.TB, e *run.Engine, k *token.Tokenizer, question string, maxTokens int) string {
	t.Helper()
	r, err := e.Generate(context.Background(), run.Request{Prompt: k.Chat(question), MaxTokens: maxTokens})
	if err != nil {
		t.Fatal(err)
	}
	return k.Decode(r.Tokens)
}

// The committed model is what the converter makes of the committed source, byte for
// byte, on whatever machine the test runs.
func TestNanoIsItsConvertedSource(t *testing.T) {
	out := filepath.Join(t.TempDir(), "nano.canon")
	report, err := convert.FromGGUF(context.Background(), nanoSource, out, convert.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("error of the whole model: rms %.5f max %.5f of the weights' rms", report.Total.RMS, report.Total.Max)
	got, err1 := os.ReadFile(out)
	want, err2 := os.ReadFile(nanoFile)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if !bytes.Equal(got, want) {
		t.Fatal("models/nano/nano.canon is not what the converter makes; reproduce it as its README says")
	}
	if report.Total.RMS > 0.01 {
		t.Fatalf("conversion error %v", report.Total)
	}
}

func TestNanoAnswers(t *testing.T) {
	_, e, k := openNano(t, run.Options{})
	for question, want := range map[string]string{
		"What is 37+45?": "82", "What is 58+16?": "74", "What is 90-17?": "73", "Which is larger, 26 or 12?": "26",
		"Extract JSON: Ann is 34 years old.": `{"name":"Ann","age":34}`, "Sentiment: the food was terrible.": "negative",
		"What is the opposite of hot?": "cold", "What color is snow?": "white",
	} {
		if got := ask(t, e, k, question, 60); got != want {
			t.Errorf("%s: got %q, want %q", question, got, want)
		}
	}
	t.Log(ask(t, e, k, "Tell me a story about a cat.", 80))
}
