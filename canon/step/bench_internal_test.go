package step

import (
	"math/rand/v2"
	"testing"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/ops"
)

// shape8B is a run of an 8B model over 2 048 tokens.
func shape8B(t testing.TB, temperature uint32) Shape {
	t.Helper()
	h := model.Header{
		Profile: model.Profile, Arch: model.Arch, Vocab: 128256, Dim: 4096, Layers: 32, Heads: 32, KVHeads: 8, HeadDim: 128, FFN: 14336,
		MaxContext: 8192, NormEps: 1, AttnScale: 1, EOS: []uint32{3}, TokenizerBytes: 2, TablesHash: ops.TablesHash(),
		Widths: model.Widths{AttnIn: 8, AttnOut: 8, FFNIn: 8, FFNOut: 16, Head: 8},
	}
	s, err := NewShape(h, Claim{Prompt: make([]uint32, 2047), MaxOutput: 1, Output: []uint32{1}, Stop: StopLength, Temperature: temperature, TopK: 40})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// BenchmarkOperators is the work of a step without hashing: the largest unit of each
// tensor of an 8B model at position 2 046, over random inputs.
func BenchmarkOperators(b *testing.B) {
	s, r := shape8B(b, 900), rand.New(rand.NewPCG(1, 1))
	for site := SiteEmbedding; site <= SiteToken; site++ {
		at := At{Position: 2046, Site: site}
		leaf, err := s.Index(at)
		if err != nil {
			b.Fatal(err)
		}
		p, err := s.Plan(leaf, 0, 0)
		if err != nil {
			b.Fatal(err)
		}
		st := Step{Tensor: leaf, Data: make([]byte, p.DataBytes), Row: make([]byte, p.RowBytes)}
		patterns[5](r, st.Data)
		patterns[4](r, st.Row)
		b.Run(site.String(), func(b *testing.B) {
			for b.Loop() {
				if _, err := p.judge(s, st); err != nil && site != SiteToken {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(p.DataBytes+p.RowBytes), "bytes")
			b.ReportMetric(float64(p.Hashes), "hashes")
			b.ReportMetric(float64(p.Products), "operations")
		})
	}
}
