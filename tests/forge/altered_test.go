package forge_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/canon/token"
	"github.com/aichain/aichain/tests/forge"
)

// One altered product gives a plausible other answer, and a trace in which that tensor alone does not follow.
func TestAlteredRunHasOneWrongTensor(t *testing.T) {
	m, err := model.Open("../../models/nano/nano.canon")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}()
	words, err := token.Load(m.TokenizerBlob())
	if err != nil {
		t.Fatal(err)
	}
	e, err := run.New(m, run.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, question := range []string{"What is 37+45?", "What is 58+16?", "What is 99-9?", "Which is larger, 17 or 71?", "Tell me a story about a cat."} {
		right := claim(t, e, run.Request{Prompt: words.Chat(question), MaxTokens: 64})
		begin := time.Now()
		a, err := forge.New(m, 1).Alter(context.Background(), e, right)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s %q, altered %q: %s unit %d is %d, not %d; %s", question, words.Decode(right.Output), words.Decode(a.Claim.Output),
			a.At, a.Unit, a.Is, a.Was, time.Since(begin).Round(time.Millisecond))
		if slices.Equal(a.Claim.Output, right.Output) {
			t.Error("the answer is the right one")
		}
		first, last := a.Trace.Ends()
		if err := a.Trace.Shape().CheckEnds(a.Trace.TraceRoot(), first, last); err != nil {
			t.Error(err)
		}
		onlyWrong(t, m, a)
		again, err := forge.New(m, 2).Alter(context.Background(), e, right)
		if err != nil || again.Trace.TraceRoot() != a.Trace.TraceRoot() {
			t.Errorf("told again, another lie: %v", err)
		}
	}
}

func claim(t *testing.T, e *run.Engine, r run.Request) step.Claim {
	t.Helper()
	got, err := e.Generate(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return step.Claim{Prompt: r.Prompt, MaxOutput: uint32(r.MaxTokens), Output: got.Tokens, Stop: uint32(got.Stop)}
}

// onlyWrong checks all steps about the tensor that was altered, and the first and last unit of others.
func onlyWrong(t *testing.T, m *model.Model, a forge.Altered) {
	t.Helper()
	root, err := m.Root()
	if err != nil {
		t.Fatal(err)
	}
	s, wrong := a.Trace.Shape(), 0
	altered, err := s.Index(a.At)
	if err != nil {
		t.Fatal(err)
	}
	for leaf := uint64(1); leaf < s.Tensors(); leaf++ {
		n, err := s.Units(leaf)
		if err != nil {
			t.Fatal(err)
		}
		units := []uint64{0, n - 1}
		if leaf == altered {
			units = units[:0]
			for u := range n {
				units = append(units, u)
			}
		} else if leaf%7 != 0 { // a proof of a weight row hashes a thousand rows
			continue
		}
		for _, unit := range units {
			st, err := step.Open(s, a.Trace, m, nil, leaf, unit)
			if err != nil {
				t.Fatal(err)
			}
			v, err := step.Check(step.Case{Shape: s, TraceRoot: a.Trace.TraceRoot(), ModelRoot: root}, st)
			if err != nil {
				t.Fatal(err)
			}
			if v.Refuted && leaf != altered || leaf == altered && unit <= a.Unit && v.Refuted != (unit == a.Unit) {
				t.Errorf("%s unit %d: refuted %v", v.At, unit, v.Refuted)
			}
			if v.Refuted {
				wrong++
			}
		}
	}
	if wrong == 0 {
		t.Error("nothing is wrong")
	}
}
