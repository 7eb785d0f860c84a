package step_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/step"
)

// order lists the tensors of a run by walking, as docs/canon.md puts it.
func order(h model.Header, c step.Claim) []step.At {
	out := []step.At{{Site: step.SiteInput}}
	positions := len(c.Prompt) + len(c.Output)
	if c.Stop != step.StopEnd {
		positions--
	}
	for p := range positions {
		out = append(out, step.At{Position: p, Site: step.SiteEmbedding})
		for layer := range int(h.Layers) {
			for site := step.SiteAttnSquares; site <= step.SiteFFNResidual; site++ {
				out = append(out, step.At{Position: p, Layer: layer, Site: site})
			}
		}
		if p < len(c.Prompt)-1 {
			continue
		}
		for site := step.SiteOutSquares; site <= step.SiteToken; site++ {
			sampled := site >= step.SiteCutSearch && site <= step.SiteWeightSums
			if sampled && (c.Temperature == 0 || site == step.SiteCutSearch && (c.TopK == 0 || c.TopK >= h.Vocab)) {
				continue
			}
			out = append(out, step.At{Position: p, Site: site})
		}
	}
	return append(out, step.At{Site: step.SiteOutput})
}

func TestOrder(t *testing.T) {
	h := valid(t, model.Header{
		Vocab: 40, Dim: 6, Layers: 3, Heads: 2, KVHeads: 1, HeadDim: 4, FFN: 6, MaxContext: 64,
		Widths: model.Widths{AttnIn: 8, AttnOut: 8, FFNIn: 16, FFNOut: 8, Head: 8},
	})
	ended := claim(3, 4, 0, 0)
	ended.Stop, ended.MaxOutput = step.StopEnd, 9
	silent := claim(1, 0, 500, 0)
	silent.Stop, silent.MaxOutput = step.StopEnd, 9
	full := claim(60, 4, 700, 39)
	full.Stop, full.MaxOutput = step.StopContext, 9
	for name, c := range map[string]step.Claim{
		"greedy": claim(5, 3, 0, 0), "one and one": claim(1, 1, 0, 0), "sampled": claim(5, 3, 500, 0), "top-k": claim(2, 9, 500, 7),
		"top-k of all": claim(2, 9, 500, 40), "ended": ended, "no answer": silent, "full": full,
	} {
		s, want := shape(t, h, c), order(h, c)
		if s.Tensors() != uint64(len(want)) {
			t.Fatalf("%s: %d tensors, want %d", name, s.Tensors(), len(want))
		}
		for i, at := range want {
			leaf, err := s.Index(at)
			back, err2 := s.At(uint64(i))
			if err != nil || err2 != nil || leaf != uint64(i) || back != at {
				t.Fatalf("%s: tensor %d is %+v; index %d %v, at %+v %v", name, i, at, leaf, err, back, err2)
			}
		}
		if _, err := s.At(s.Tensors()); !errors.Is(err, step.ErrTensor) {
			t.Error(err)
		}
		for _, at := range []step.At{
			{},
			{Position: -1, Site: step.SiteEmbedding},
			{Position: s.Positions(), Site: step.SiteEmbedding},
			{Layer: 3, Site: step.SiteQuery},
			{Layer: -1, Site: step.SiteQuery},
			{Layer: 1, Site: step.SiteEmbedding},
			{Site: step.SiteOutput + 1},
			{Position: 1, Site: step.SiteOutput},
			{Layer: 1, Site: step.SiteLogits, Position: s.Positions() - 1},
		} {
			if i, err := s.Index(at); !errors.Is(err, step.ErrTensor) {
				t.Errorf("%s: %+v is tensor %d, %v", name, at, i, err)
			}
		}
	}
}

// Index and At agree on shapes too large to walk, and take no longer for them.
func TestOrderOfLargeShapes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	headers := largest(t)
	headers["8B"] = llama8B(t)
	for name, h := range headers {
		for _, c := range []step.Claim{claim(int(h.MaxContext)-1, 1, 0, 0), claim(1, int(h.MaxContext)-1, 900, 1)} {
			s := shape(t, h, c)
			for range 2000 {
				leaf := r.Uint64N(s.Tensors())
				at, err := s.At(leaf)
				back, err2 := s.Index(at)
				if err != nil || err2 != nil || back != leaf {
					t.Fatalf("%s: tensor %d is %+v is %d: %v %v", name, leaf, at, back, err, err2)
				}
			}
			if s.Tensors() >= 1<<32 {
				t.Errorf("%s: %d tensors", name, s.Tensors())
			}
		}
	}
}

// Units tile a tensor without gaps, and none lies in two chunks.
func TestUnitsTileTensors(t *testing.T) {
	h := valid(t, model.Header{
		Vocab: 9000, Dim: 26, Layers: 1, Heads: 9, KVHeads: 3, HeadDim: 6, FFN: 30, MaxContext: 300,
		Widths: model.Widths{AttnIn: 8, AttnOut: 16, FFNIn: 16, FFNOut: 8, Head: 8},
	})
	s := shape(t, h, claim(280, 10, 500, 7))
	for leaf := range s.Tensors() {
		n, err := s.Units(leaf)
		size, err2 := s.Bytes(leaf)
		if err != nil || err2 != nil || size == 0 {
			t.Fatal(err, err2, size)
		}
		next := uint64(0)
		for u := range n {
			from, bytes, err := s.UnitRange(leaf, u)
			if err != nil || from != next || bytes == 0 || from/step.ChunkBytes != (from+bytes-1)/step.ChunkBytes {
				t.Fatalf("tensor %d unit %d: %d bytes at %d, %v", leaf, u, bytes, from, err)
			}
			if at, err := s.UnitAt(leaf, from+bytes-1); err != nil || at != u {
				t.Fatalf("tensor %d: byte %d is in unit %d, not %d", leaf, from+bytes-1, at, u)
			}
			next = from + bytes
		}
		if next != size {
			t.Fatalf("tensor %d: units end at %d of %d", leaf, next, size)
		}
		if _, _, err := s.UnitRange(leaf, n); !errors.Is(err, step.ErrUnit) {
			t.Error(err)
		}
		if _, err := s.UnitAt(leaf, size); !errors.Is(err, step.ErrUnit) {
			t.Error(err)
		}
	}
}

func TestImpossibleClaims(t *testing.T) {
	h := valid(t, model.Header{
		Vocab: 40, Dim: 6, Layers: 1, Heads: 1, KVHeads: 1, HeadDim: 4, FFN: 6, MaxContext: 10, EOS: []uint32{7, 39},
		Widths: model.Widths{AttnIn: 8, AttnOut: 8, FFNIn: 8, FFNOut: 8, Head: 8},
	})
	for name, c := range map[string]struct {
		prompt, output int
		most, stop     uint32
		change         func(*step.Claim)
		want           error
	}{
		"by length": {3, 2, 2, step.StopLength, nil, nil}, "by length and context": {3, 7, 7, step.StopLength, nil, nil},
		"by context": {3, 7, 8, step.StopContext, nil, nil}, "by end": {3, 2, 8, step.StopEnd, nil, nil}, "ended at once": {3, 0, 8, step.StopEnd, nil, nil},
		"too long":                    {3, 3, 2, step.StopLength, nil, step.ErrClaim},
		"too short for length":        {3, 1, 2, step.StopLength, nil, step.ErrClaim},
		"not full":                    {3, 6, 8, step.StopContext, nil, step.ErrClaim},
		"length comes before context": {3, 7, 7, step.StopContext, nil, step.ErrClaim},
		"no room for the end":         {3, 7, 8, step.StopEnd, nil, step.ErrClaim},
		"length comes before the end": {3, 2, 2, step.StopEnd, nil, step.ErrClaim},
		"over the context":            {3, 8, 8, step.StopLength, nil, step.ErrClaim},
		"no reason":                   {3, 2, 2, 0, nil, step.ErrClaim}, "unknown reason": {3, 2, 2, 4, nil, step.ErrClaim},
		"token out of vocabulary": {3, 2, 2, step.StopLength, func(c *step.Claim) { c.Output[1] = 40 }, step.ErrClaim},
		"stop token inside":       {3, 2, 2, step.StopLength, func(c *step.Claim) { c.Output[0] = 7 }, step.ErrClaim},
		"stop token at the end":   {3, 2, 8, step.StopEnd, func(c *step.Claim) { c.Output[1] = 39 }, step.ErrClaim},
		"no prompt":               {0, 2, 2, step.StopLength, nil, step.ErrTask}, "prompt fills the context": {10, 0, 2, step.StopEnd, nil, step.ErrTask},
		"nothing asked": {3, 0, 0, step.StopLength, nil, step.ErrTask}, "too hot": {3, 2, 2, step.StopLength, func(c *step.Claim) { c.Temperature = 100_001 }, step.ErrTask},
		"prompt out of vocabulary": {3, 2, 2, step.StopLength, func(c *step.Claim) { c.Prompt[2] = 40 }, step.ErrTask},
	} {
		x := claim(c.prompt, c.output, 0, 0)
		x.MaxOutput, x.Stop = c.most, c.stop
		if c.change != nil {
			c.change(&x)
		}
		if _, err := step.NewShape(h, x); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// Every step of every model that a header admits stays within the limits, with the
// longest proof of its row.
func TestEveryStepFits(t *testing.T) {
	const rowProof = 26 * 32 // the largest model has less than 2^26 rows
	r := rand.New(rand.NewPCG(4, 4))
	mostBytes, mostProducts, where := 0, 0, step.At{}
	for name, h := range largest(t) {
		for _, c := range []step.Claim{claim(int(h.MaxContext)-1, 1, 900, h.Vocab-1), claim(1, int(h.MaxContext)-1, 0, 0)} {
			s := shape(t, h, c)
			last := s.Positions() - 1
			for _, p := range []int{0, last / 2, last} {
				for site := step.SiteEmbedding; site <= step.SiteToken; site++ {
					for _, layer := range []int{0, int(h.Layers) - 1} {
						leaf, err := s.Index(step.At{Position: p, Layer: layer, Site: site})
						if err != nil {
							continue // no token chosen here, or outside the layers
						}
						n, err := s.Units(leaf)
						if err != nil {
							t.Fatal(err)
						}
						for _, u := range []uint64{0, n - 1, r.Uint64N(n), r.Uint64N(n)} {
							plan, err := s.Plan(leaf, u, 0)
							if err != nil {
								t.Fatalf("%s: %+v unit %d: %v", name, plan.At, u, err)
							}
							bytes := plan.DataBytes + 32*plan.Hashes
							if plan.RowBytes > 0 {
								bytes += plan.RowBytes + rowProof
							}
							if bytes > mostBytes {
								mostBytes, where = bytes, plan.At
							}
							mostProducts = max(mostProducts, plan.Products)
						}
					}
				}
			}
		}
	}
	t.Logf("largest step: %d bytes (%s), %d operations", mostBytes, where, mostProducts)
	if mostBytes > step.MaxStepBytes || mostProducts > step.MaxProducts {
		t.Error("over the limit")
	}
}

func TestNames(t *testing.T) {
	var seen []string
	for site := step.SiteInput; site <= step.SiteOutput; site++ {
		if name := site.String(); name == "unknown tensor" || slices.Contains(seen, name) {
			t.Errorf("site %d is named %q", site, name)
		} else {
			seen = append(seen, name)
		}
	}
	if step.Site(0).String() != "unknown tensor" || step.Site(200).String() != "unknown tensor" {
		t.Error("a site that is none has a name")
	}
}
