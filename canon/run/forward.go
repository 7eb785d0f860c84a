package run

import (
	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/ops"
	"github.com/aichain/aichain/canon/step"
)

// forward computes the rows of a pass through the whole model: the graph of
// docs/canon.md section 6.
func (s *pass) forward() {
	h := s.e.h
	m, dim := len(s.rows), int(h.Dim)
	s.x, s.normed, s.delta = grow(s.x, m*dim), grow(s.normed, m*dim), grow(s.delta, m*dim)
	s.embed()
	for i := range s.e.layers {
		s.attention(i)
		s.feedForward(i)
	}
	s.head()
}

// embed looks the tokens up.
func (s *pass) embed() {
	dim, w := int(s.e.h.Dim), s.e.embed
	for i, r := range s.rows {
		id := int(r.seq.ids[r.position])
		scale, x := w.Scale(id), s.x[i*dim:(i+1)*dim]
		for j, v := range w.Data[id*dim : (id+1)*dim] {
			x[j] = ops.Embed(v, scale)
		}
		emit(s, r, 0, step.SiteEmbedding, x...)
	}
}

// norm writes the normalised residual stream and quantises it for a product.
func (s *pass) norm(layer int, gain []int32, sites normSites, width uint8) {
	dim := int(s.e.h.Dim)
	for i, r := range s.rows {
		x, y := s.x[i*dim:(i+1)*dim], s.normed[i*dim:(i+1)*dim]
		f := ops.NormRow(y, x, gain, s.e.h.NormEps)
		s.tapNorm(r, layer, sites, x, y, f)
	}
	s.enter(layer, s.normed, sites.quant, width)
}

// enter quantises activations for a product.
func (s *pass) enter(layer int, x []int32, sites quantSites, width uint8) {
	k := len(x) / len(s.rows)
	s.quantise(x, k, width)
	s.tapQuant(layer, sites, x, k)
}

// product multiplies the quantised activations by a matrix into dst.
func (s *pass) product(layer int, dst []int32, w model.Matrix, site step.Site) {
	s.multiply(dst, w)
	s.tapRows(layer, site, dst)
}

// residual adds the last product to the residual stream.
func (s *pass) residual(layer int, site step.Site) {
	for i, v := range s.delta {
		s.x[i] = ops.Add(s.x[i], v)
	}
	s.tapRows(layer, site, s.x)
}

func (s *pass) attention(layer int) {
	l, h, m := &s.e.layers[layer], s.e.h, len(s.rows)
	qDim, kvDim := int(h.Heads*h.HeadDim), int(h.KVHeads*h.HeadDim)
	s.q, s.k, s.v, s.mixed = grow(s.q, m*qDim), grow(s.k, m*kvDim), grow(s.v, m*kvDim), grow(s.mixed, m*qDim)
	s.norm(layer, l.attnNorm, attnNormSites, h.Widths.AttnIn)
	s.product(layer, s.q, l.query, step.SiteQuery)
	s.product(layer, s.k, l.key, step.SiteKey)
	s.product(layer, s.v, l.value, step.SiteValue)
	s.rotate(layer)
	s.pack(layer)
	s.mix(layer)
	s.enter(layer, s.mixed, attnOutSites, h.Widths.AttnOut)
	s.product(layer, s.delta, l.attnOut, step.SiteAttnOut)
	s.residual(layer, step.SiteAttnResidual)
}

func (s *pass) feedForward(layer int) {
	l, h, n := &s.e.layers[layer], s.e.h, len(s.rows)*int(s.e.h.FFN)
	s.gate, s.up = grow(s.gate, n), grow(s.up, n)
	s.norm(layer, l.ffnNorm, ffnNormSites, h.Widths.FFNIn)
	s.product(layer, s.gate, l.gate, step.SiteGate)
	s.product(layer, s.up, l.up, step.SiteUp)
	s.e.share(n, parallelWork/32, func(from, to int) {
		for i := from; i < to; i++ {
			s.gate[i] = ops.GatedSiLU(s.gate[i], s.up[i])
		}
	})
	s.tapRows(layer, step.SiteActivation, s.gate)
	s.enter(layer, s.gate, ffnOutSites, h.Widths.FFNOut)
	s.product(layer, s.delta, l.down, step.SiteDown)
	s.residual(layer, step.SiteFFNResidual)
}

// head computes logits for the rows that want them, and only those.
func (s *pass) head() {
	dim, vocab, kept := int(s.e.h.Dim), int(s.e.h.Vocab), 0
	all := s.rows
	for i := range all {
		if all[i].last {
			copy(s.x[kept*dim:(kept+1)*dim], s.x[i*dim:(i+1)*dim])
			all[kept], all[i] = all[i], all[kept]
			kept++
		}
	}
	s.rows = all[:kept]
	if kept == 0 {
		return
	}
	s.x, s.normed = s.x[:kept*dim], s.normed[:kept*dim]
	s.logits = grow(s.logits, kept*vocab)
	s.norm(0, s.e.outNorm, outNormSites, s.e.h.Widths.Head)
	s.product(0, s.logits, s.e.head, step.SiteLogits)
	for i := range s.rows {
		s.rows[i].logits = s.logits[i*vocab : (i+1)*vocab]
	}
}
