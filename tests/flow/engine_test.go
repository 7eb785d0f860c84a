package flow

import (
	"context"
	"strings"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/canon/token"
	"github.com/aichain/aichain/tests/kit"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

const nanoFile = "../../models/nano/nano.canon"

// TestEngineAnswers82 buys the answer to 37+45: three seats compute it with the canonical engine, each in another
// way (one thread, two, without fast kernels), and the chain establishes it.
func TestEngineAnswers82(t *testing.T) {
	file, err := model.Open(nanoFile)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	words, err := token.Load(file.TokenizerBlob())
	if err != nil {
		t.Fatal(err)
	}
	setup := kit.DefaultSetup(3)
	setup.Chain.Invariants = true
	w := kit.New(t, setup)
	w.Must(kit.Tx{Msgs: []sdk.Msg{w.Publish("publisher", "nano", kit.Nano(t).Model, 0)}})
	for _, p := range []string{"p1", "p2", "p3"} {
		w.Must(kit.Tx{Msgs: []sdk.Msg{w.Offer(p, "nano", 1_000, 10_000, 1)}})
	}
	prompt := words.Chat("What is 37+45?")
	terms := w.Terms("nano", 30_000)
	w.Must(kit.Tx{Msgs: []sdk.Msg{w.Post("alice", "alice", terms, computetypes.TaskInput{Tokens: prompt})}})
	w.Wait(2)

	answers := make([]kit.Answer, 3)
	var commits, reveals []kit.Tx
	for i, o := range []run.Options{{Threads: 1}, {Threads: 2}, {Threads: 1, Portable: true}} {
		engine, err := run.New(file, o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := engine.Generate(context.Background(), run.Request{Prompt: prompt, MaxTokens: int(terms.MaxOutputTokens)})
		if err != nil {
			t.Fatal(err)
		}
		answers[i] = kit.Answer{Output: got.Tokens, Stop: uint32(got.Stop)}
		name := w.Seats(1)[i]
		commits = append(commits, kit.Tx{Msgs: []sdk.Msg{w.Commit(name, answers[i], 1)}})
		reveals = append(reveals, kit.Tx{Msgs: []sdk.Msg{w.Reveal(name, answers[i], true, 1)}})
	}
	w.Must(commits...)
	w.Must(reveals...)

	look, err := w.Look(1)
	if err != nil {
		t.Fatal(err)
	}
	if look.Task.Status != computetypes.TASK_STATUS_SETTLED || look.Task.Reason != computetypes.REASON_TASK_AGREED {
		t.Fatalf("expected SETTLED by agreement, got %s, %s", look.Task.Status, look.Task.Reason)
	}
	if text := words.Decode(look.Progress.Output); !strings.Contains(text, "82") {
		t.Fatalf("expected 82, got %q", text)
	}
}
