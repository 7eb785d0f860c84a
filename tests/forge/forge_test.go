package forge_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/tests/forge"
)

// Every lie about a wrong claim gives another root than the honest trace, under the same ends.
func TestLiesDifferFromTheTruth(t *testing.T) {
	m := open(t)
	e, err := run.New(m, run.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	f := forge.New(m, 1)
	r := run.Request{Prompt: []uint32{5, 6, 7}, MaxTokens: 4}
	got, err := e.Generate(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	right := step.Claim{Prompt: r.Prompt, MaxOutput: 4, Output: got.Tokens, Stop: uint32(got.Stop)}
	for _, lie := range forge.Lies() {
		w, err := e.Witness(context.Background(), f.Wrong(right))
		if err != nil {
			t.Fatal(err)
		}
		honest, err := forge.Remember(context.Background(), w)
		if err != nil {
			t.Fatal(err)
		}
		forged, err := lie.Forge(f, honest)
		if err != nil {
			t.Fatal(err)
		}
		first, last := forged.Ends()
		if err := forged.Shape().CheckEnds(forged.TraceRoot(), first, last); err != nil {
			t.Errorf("%s: %v", lie.Name, err)
		}
		if forged.TraceRoot() == honest.TraceRoot() || honest.TraceRoot() != w.Root() {
			t.Errorf("%s: the same root, or the honest trace has changed", lie.Name)
		}
	}
}

func open(t *testing.T) *model.Model {
	t.Helper()
	path := filepath.Join(t.TempDir(), "small.canon")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := forge.WriteRandom(file, forge.Small(), [32]byte{1}); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	m, err := model.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}
