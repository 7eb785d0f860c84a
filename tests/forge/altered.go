package forge

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/canon/step"
)

// ErrUnaltered is returned when no alteration that was tried gives another answer.
var ErrUnaltered = errors.New("no alteration changes the answer")

// Altered is a whole lie: a run in which one product came out otherwise, and from which everything is as it has to be
// after that, up to another answer. No vote among liars and no look at the output finds it; one step does. The same
// task gives the same lie, so a liar that was killed goes on with the trace that it had posted.
type Altered struct {
	Claim step.Claim // of the other answer
	Trace *Trace     // with the root and the ends of that claim
	At    step.At    // the one tensor that does not follow from those before it
	Unit  uint64     // its first wrong unit
	Was   int32      // what that has to be
	Is    int32      // what it is
}

// Alter lets the model choose the first token of its answer as if one token of the prompt had been another, for example
// the 3 of 37 a 4: after the last token of the prompt, the ffn down product of the last layer is altered so that the
// stream ends as it does for the other prompt. So the answer is as plausible as any. It prefers an answer as long
// as the right one. right is the right claim of a task. Errors: ErrUnaltered, and those of the engine.
func (f *Forger) Alter(ctx context.Context, e *run.Engine, right step.Claim) (Altered, error) {
	for _, sameLength := range []bool{true, false} {
		for p, id := range right.Prompt {
			other := right
			other.Prompt = slices.Clone(right.Prompt)
			other.Prompt[p] = (id + 1) % f.m.Header().Vocab
			answer, err := e.Generate(ctx, run.Request{
				Prompt: other.Prompt, MaxTokens: int(right.MaxOutput),
				Sampling: run.Sampling{Temperature: right.Temperature, TopK: right.TopK, Seed: right.Seed},
			})
			if err != nil {
				return Altered{}, err
			}
			other.Output, other.Stop = answer.Tokens, uint32(answer.Stop)
			if !startsOtherwise(other.Output, right.Output) || sameLength != (len(other.Output) == len(right.Output)) {
				continue
			}
			a, err := f.misread(ctx, e, right, other)
			if !errors.Is(err, ErrUnaltered) {
				return a, err
			}
		}
	}
	return Altered{}, ErrUnaltered
}

// startsOtherwise tells whether an answer has a first token that is not the right one's.
func startsOtherwise(output, right []uint32) bool {
	return len(output) > 0 && (len(right) == 0 || output[0] != right[0])
}

// misread makes the lie whose first token is that of another prompt's answer.
func (f *Forger) misread(ctx context.Context, e *run.Engine, right, other step.Claim) (Altered, error) {
	theirs, err := remembered(ctx, e, other)
	if err != nil {
		return Altered{}, err
	}
	at := step.At{Position: len(right.Prompt) - 1, Layer: int(f.m.Header().Layers) - 1, Site: step.SiteDown}
	a := Altered{Claim: f.goOn(ctx, e, right, other.Output[0]), At: at}
	if a, err = f.finish(ctx, e, theirs, a); err != nil {
		return Altered{}, err
	}
	if !startsOtherwise(a.Claim.Output, right.Output) {
		return Altered{}, ErrUnaltered
	}
	return a, nil
}

// goOn guesses the answer that begins with a token: what the model itself goes on with. finish puts it right where it
// is not.
func (f *Forger) goOn(ctx context.Context, e *run.Engine, right step.Claim, first uint32) step.Claim {
	c := right
	c.Output, c.Stop = []uint32{first}, step.StopEnd
	if right.MaxOutput == 1 {
		c.Stop = step.StopLength
		return c
	}
	rest, err := e.Generate(ctx, run.Request{
		Prompt: append(slices.Clone(right.Prompt), first), MaxTokens: int(right.MaxOutput) - 1,
		Sampling: run.Sampling{Temperature: right.Temperature, TopK: right.TopK, Seed: right.Seed},
	})
	if err == nil {
		c.Output, c.Stop = append(c.Output, rest.Tokens...), uint32(rest.Stop)
	}
	return c
}

// remembered is the honest trace of a claim.
func remembered(ctx context.Context, e *run.Engine, c step.Claim) (*Trace, error) {
	w, err := e.Witness(ctx, c)
	if err != nil {
		return nil, err
	}
	return Remember(ctx, w)
}

// finish follows an alteration to the end of the answer that comes of it. What a position chooses enters the model
// next, so each turn is a claim one token longer, until the claim says what its own trace chooses.
func (f *Forger) finish(ctx context.Context, e *run.Engine, theirs *Trace, a Altered) (Altered, error) {
	for {
		t, err := remembered(ctx, e, a.Claim)
		if err != nil {
			return Altered{}, err
		}
		leaf, err := t.shape.Index(a.At)
		if err != nil {
			return Altered{}, err
		}
		a.Unit, a.Was, a.Is = t.transplant(theirs, leaf)
		if err := f.follow(t, leaf+1); err != nil {
			return Altered{}, err
		}
		chosen, err := t.chosen()
		if err != nil {
			return Altered{}, err
		}
		next := f.answer(a.Claim, chosen)
		if next.Stop == a.Claim.Stop && slices.Equal(next.Output, a.Claim.Output) {
			t.claim()
			a.Trace = t
			return a, nil
		}
		a.Claim = next
	}
}

// transplant alters a product that is added to the stream so that the sum, which is the tensor after it, becomes that
// of another trace. It returns the first altered unit.
func (t *Trace) transplant(theirs *Trace, leaf uint64) (unit uint64, was, is int32) {
	d, changed := slices.Clone(t.data[leaf]), false
	for i := 0; i < len(d); i += 4 {
		at := func(b []byte) int64 { return int64(int32(binary.LittleEndian.Uint32(b[i:]))) }
		now := int32(min(max(at(d)+at(theirs.data[leaf+1])-at(t.data[leaf+1]), math.MinInt32), math.MaxInt32))
		if old := int32(at(d)); now != old && !changed {
			unit, was, is, changed = uint64(i/4), old, now, true
		}
		binary.LittleEndian.PutUint32(d[i:], uint32(now))
	}
	t.data[leaf] = d
	return unit, was, is
}

// answer is the claim that a trace supports: what was claimed and chosen alike, and one more token. That is all that
// can be known, because later tokens were chosen after another one than this.
func (f *Forger) answer(claimed step.Claim, chosen []uint32) step.Claim {
	n := 0
	for n < len(claimed.Output) && chosen[n] == claimed.Output[n] {
		n++
	}
	c := claimed
	if n == len(chosen) { // claimed to end by length, and so it does
		return c
	}
	c.Output, c.Stop = slices.Clone(chosen[:n]), step.StopEnd
	if slices.Contains(f.m.Header().EOS, chosen[n]) {
		return c
	}
	c.Output = append(c.Output, chosen[n])
	switch {
	case len(c.Output) == int(c.MaxOutput):
		c.Stop = step.StopLength
	case len(c.Prompt)+len(c.Output) == int(f.m.Header().MaxContext):
		c.Stop = step.StopContext
	}
	return c
}

// chosen returns the token chosen after each position from the end of the prompt on.
func (t *Trace) chosen() ([]uint32, error) {
	var out []uint32
	for p := len(t.shape.Claim().Prompt) - 1; p < t.shape.Positions(); p++ {
		leaf, err := t.shape.Index(step.At{Position: p, Site: step.SiteToken})
		if err != nil {
			return nil, err
		}
		out = append(out, binary.LittleEndian.Uint32(t.data[leaf]))
	}
	return out, nil
}
