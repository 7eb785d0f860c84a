package main

import (
	"context"
	"log/slog"
	"slices"
	"testing"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/canon/token"
	"github.com/aichain/aichain/offchain/worker/executor"
	"github.com/aichain/aichain/offchain/worker/executor/canon"
)

// Every lie is another answer with a trace that the chain accepts and that is not the model's; told again by a liar
// that was killed, it is the same; and about the claims of others the liar is honest.
func TestLiesAreDefended(t *testing.T) {
	open := func() *canon.Executor {
		e, err := canon.Open([]canon.File{{Path: "../../../models/nano/nano.canon"}}, 1)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		})
		return e
	}
	honest := open()
	id := honest.Models()[0]
	words, err := token.Load(honest.Loaded()[0].Model.TokenizerBlob())
	if err != nil {
		t.Fatal(err)
	}
	job := executor.Job{Input: words.Chat("What is 37+45?"), MaxOutput: 16}
	right := honest.Execute(t.Context(), id, []executor.Job{job})[0]
	for _, l := range lies[1:] {
		t.Run(string(l), func(t *testing.T) {
			tell := func() (*lyingExecutor, executor.Result) {
				e, err := newLyingExecutor(open(), faults{lie: l}, slog.New(slog.DiscardHandler))
				if err != nil {
					t.Fatal(err)
				}
				return e, e.Execute(t.Context(), id, []executor.Job{job})[0]
			}
			e, told := tell()
			t.Logf("%q instead of %q", words.Decode(told.Output), words.Decode(right.Output))
			if told.Err != nil || slices.Equal(told.Output, right.Output) {
				t.Fatalf("expected another answer, got %v %v", told.Output, told.Err)
			}
			claim := claimOf(job, told)
			claim.InputDigest = [32]byte{7}
			if l == lieImpossible {
				if _, err := e.Witness(t.Context(), id, claim); err == nil {
					t.Error("expected no trace of an impossible answer")
				}
				return
			}
			w := witness(t, e, id, claim)
			first, last := w.Ends()
			if err := w.Shape().CheckEnds(w.Root(), first, last); err != nil {
				t.Error(err)
			}
			if w.Root() == witness(t, honest, id, claim).Root() {
				t.Error("expected a forged trace, got the honest one")
			}
			if again, _ := tell(); witness(t, again, id, claim).Root() != w.Root() {
				t.Error("expected the same trace after a restart")
			}
			theirs := claimOf(job, right)
			if witness(t, e, id, theirs).Root() != witness(t, honest, id, theirs).Root() {
				t.Error("expected the honest trace of an honest claim")
			}
			e.accuses = true
			if witness(t, e, id, theirs).Root() == witness(t, honest, id, theirs).Root() {
				t.Error("expected a forged trace of an honest claim")
			}
		})
	}
	if _, err := newLyingExecutor(honest, faults{lie: "white"}, nil); err == nil {
		t.Error("expected an unknown lie to be refused")
	}
}

func witness(t *testing.T, d executor.Disputant, id [32]byte, c step.Claim) executor.Witness {
	t.Helper()
	w, err := d.Witness(context.Background(), id, c)
	if err != nil {
		t.Fatal(err)
	}
	return w
}
