package run_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/ops"
	"github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/canon/step"
)

// replay recomputes each tensor of a trace from the tensors before it, one element at
// a time, as a referee does: it shares the operators with the engine, but none of the
// engine's loops, caches or kernels.
type replay struct {
	t    *testing.T
	m    *model.Model
	h    model.Header
	raw  map[run.At][]byte
	seen map[run.At]bool
	ids  []uint32
	pos  int
}

// get decodes a tensor.
func get[T any](p *replay, at run.At) []T {
	var zero T
	out := make([]T, len(p.raw[at])/binary.Size(zero))
	if _, err := binary.Decode(p.raw[at], binary.LittleEndian, out); err != nil || len(out) == 0 {
		p.t.Fatalf("tensor %+v: %d bytes, %v", at, len(p.raw[at]), err)
	}
	return out
}

// expect compares a tensor with what the replay computed.
func expect[T any](p *replay, at run.At, want []T) {
	p.t.Helper()
	b, err := binary.Append(nil, binary.LittleEndian, want)
	if err != nil {
		p.t.Fatal(err)
	}
	if !bytes.Equal(b, p.raw[at]) {
		p.t.Fatalf("tensor %+v is not what follows from those before it", at)
	}
	p.seen[at] = true
}

func (p *replay) at(layer int, site step.Site) run.At {
	return run.At{Position: p.pos, Layer: layer, Site: site}
}

func blocks[T any, U any](x []T, size int, f func([]T) U) (out []U) {
	for b := range slices.Chunk(x, size) {
		out = append(out, f(b))
	}
	return out
}

// enter checks the three tensors of quantising x.
func (p *replay) enter(layer int, first step.Site, x []int32, width uint8) {
	tops := blocks(x, ops.BlockLen, ops.AbsMax)
	q := ops.NewQuant(slices.Max(tops), width)
	expect(p, p.at(layer, first), tops)
	expect(p, p.at(layer, first+1), []uint64{q.Scale})
	var hi, lo []int8
	for _, v := range x {
		h, l := ops.Split(q.Element(v))
		if width == 8 {
			hi = append(hi, int8(q.Element(v)))
			continue
		}
		hi, lo = append(hi, h), append(lo, l)
	}
	expect(p, p.at(layer, first+2), append(hi, lo...))
}

// norm checks the tensors of a norm and of the quantisation that follows it.
func (p *replay) norm(layer int, first step.Site, x, gain []int32, width uint8) {
	squares := blocks(x, ops.BlockLen, ops.SumSquares)
	var sum ops.Wide
	for _, s := range squares {
		sum = sum.Add(s)
	}
	f := ops.NewNormFactor(sum, uint32(len(x)), p.h.NormEps)
	y := make([]int32, len(x))
	for i, v := range x {
		y[i] = ops.NormElement(v, f, gain[i])
	}
	expect(p, p.at(layer, first), squares)
	expect(p, p.at(layer, first+1), []ops.NormFactor{f})
	expect(p, p.at(layer, first+2), y)
	p.enter(layer, first+3, y, width)
}

// product checks a matrix product whose quantised input ends at site input.
func (p *replay) product(layer int, site, input step.Site, part model.Part, width uint8) []int32 {
	q, scale := get[int8](p, p.at(layer, input)), get[uint64](p, p.at(layer, input-1))[0]
	w := p.m.Matrix(part, layer)
	out := make([]int32, w.Rows)
	for r := range out {
		row := w.Data[r*w.Cols : (r+1)*w.Cols]
		sum := int64(ops.Dot8(row, q[:w.Cols]))
		if width == 16 {
			sum = ops.Wide16(int32(sum), ops.Dot8(row, q[w.Cols:]))
		}
		out[r] = ops.Scale(sum, w.Scale(r), scale)
	}
	expect(p, p.at(layer, site), out)
	return out
}

func (p *replay) residual(layer int, site step.Site, x, delta []int32) []int32 {
	out := make([]int32, len(x))
	for i := range x {
		out[i] = ops.Add(x[i], delta[i])
	}
	expect(p, p.at(layer, site), out)
	return out
}

// rotate checks the rotated heads.
func (p *replay) rotate(layer int, site step.Site, x []int32) []int32 {
	d := int(p.h.HeadDim)
	table, out := make([]int32, d), slices.Clone(x)
	p.m.RopeRow(table, p.pos)
	for head := range slices.Chunk(out, d) {
		for i := range d / 2 {
			a, b := i, i+d/2
			if p.h.RopeInterleaved {
				a, b = 2*i, 2*i+1
			}
			head[a], head[b] = ops.RopePair(head[a], head[b], table[2*i], table[2*i+1])
		}
	}
	expect(p, p.at(layer, site), out)
	return out
}

// packed is a packed tensor: mantissas, then one exponent a head.
func (p *replay) packed(layer int, site step.Site, x []int32, pack func([]int16, []int32) uint8) {
	d := int(p.h.HeadDim)
	var exps, data []byte
	for head := range slices.Chunk(x, d) {
		m := make([]int16, d)
		exps = append(exps, pack(m, head))
		for _, v := range m {
			data = binary.LittleEndian.AppendUint16(data, uint16(v))
		}
	}
	expect(p, p.at(layer, site), append(data, exps...))
}

// head takes one head out of a packed tensor of some position.
func (p *replay) head(at run.At, head, heads int) (exp uint8, mantissa []int16) {
	b, d := p.raw[at], int(p.h.HeadDim)
	for i := range d {
		mantissa = append(mantissa, int16(binary.LittleEndian.Uint16(b[2*(head*d+i):])))
	}
	return b[2*heads*d+head], mantissa
}

// mixed is everything between the packed heads and the mixed values of one token.
type mixed struct {
	scores, blockBest, best   []int32
	weights                   []uint32
	blockTotals, totals, sums []int64
	out                       []int32
}

func (p *replay) mix(layer int) {
	var x mixed
	for head := range int(p.h.Heads) {
		p.mixHead(layer, head, &x)
	}
	expect(p, p.at(layer, step.SiteScores), x.scores)
	expect(p, p.at(layer, step.SiteBest), append(x.blockBest, x.best...))
	expect(p, p.at(layer, step.SiteWeights), x.weights)
	expect(p, p.at(layer, step.SiteTotals), append(x.blockTotals, x.totals...))
	expect(p, p.at(layer, step.SitePartials), x.sums)
	p.block(layer)
	expect(p, p.at(layer, step.SiteMixed), x.out)
}

func (p *replay) mixHead(layer, head int, x *mixed) {
	heads, kv, d := int(p.h.Heads), int(p.h.KVHeads), int(p.h.HeadDim)
	qExp, q := p.head(p.at(layer, step.SiteQueryPacked), head, heads)
	var scores []int32
	for t := range p.pos + 1 {
		kExp, k := p.head(run.At{Position: t, Layer: layer, Site: step.SiteKeyPacked}, head*kv/heads, kv)
		scores = append(scores, ops.Score(ops.Dot16(q, k), p.h.AttnScale, qExp, kExp))
	}
	best, total, acc := slices.Max(scores), int64(0), make([]int64, d)
	parts := make([][]int64, d) // of each element, by blocks of positions
	for t, s := range scores {
		w := ops.AttentionWeight(s, best)
		x.weights, total = append(x.weights, w), total+int64(w)
		vExp, v := p.head(run.At{Position: t, Layer: layer, Site: step.SiteValuePacked}, head*kv/heads, kv)
		for i, m := range v {
			if t%step.PartialPositions == 0 {
				parts[i] = append(parts[i], 0)
			}
			parts[i][len(parts[i])-1] += int64(ops.Weight(w, vExp)) * int64(m)
			acc[i] += int64(ops.Weight(w, vExp)) * int64(m)
		}
	}
	x.sums = append(x.sums, slices.Concat(parts...)...)
	x.scores, x.best, x.totals = append(x.scores, scores...), append(x.best, best), append(x.totals, total)
	x.blockBest, x.blockTotals = append(x.blockBest, best), append(x.blockTotals, total) // one block of 4096
	for _, a := range acc {
		x.out = append(x.out, ops.AttentionOutput(a, total))
	}
}

// block checks that the value block holds the values of its positions so far.
func (p *replay) block(layer int) {
	kv, d := int(p.h.KVHeads), int(p.h.HeadDim)
	var exps, data []byte
	for head := range kv {
		for i := range d + 1 { // the last is the exponents
			for t := p.pos - p.pos%step.PartialPositions; t <= p.pos; t++ {
				exp, v := p.head(run.At{Position: t, Layer: layer, Site: step.SiteValuePacked}, head, kv)
				if i < d {
					data = binary.LittleEndian.AppendUint16(data, uint16(v[i]))
				} else {
					exps = append(exps, exp)
				}
			}
		}
	}
	expect(p, p.at(layer, step.SiteValueBlock), append(data, exps...))
}

// layer checks one layer and returns the residual stream after it.
func (p *replay) layer(i int, x []int32) []int32 {
	w := p.h.Widths
	p.norm(i, step.SiteAttnSquares, x, p.m.Gains(model.AttnNorm, i), w.AttnIn)
	q := p.product(i, step.SiteQuery, step.SiteAttnInQuant, model.Query, w.AttnIn)
	k := p.product(i, step.SiteKey, step.SiteAttnInQuant, model.Key, w.AttnIn)
	v := p.product(i, step.SiteValue, step.SiteAttnInQuant, model.Value, w.AttnIn)
	p.packed(i, step.SiteQueryPacked, p.rotate(i, step.SiteQueryRotated, q), ops.PackKey)
	p.packed(i, step.SiteKeyPacked, p.rotate(i, step.SiteKeyRotated, k), ops.PackKey)
	p.packed(i, step.SiteValuePacked, v, ops.PackValue)
	p.mix(i)
	p.enter(i, step.SiteAttnOutMax, get[int32](p, p.at(i, step.SiteMixed)), w.AttnOut)
	x = p.residual(i, step.SiteAttnResidual, x, p.product(i, step.SiteAttnOut, step.SiteAttnOutQuant, model.AttnOut, w.AttnOut))
	p.norm(i, step.SiteFFNSquares, x, p.m.Gains(model.FFNNorm, i), w.FFNIn)
	gate := p.product(i, step.SiteGate, step.SiteFFNInQuant, model.Gate, w.FFNIn)
	up := p.product(i, step.SiteUp, step.SiteFFNInQuant, model.Up, w.FFNIn)
	for j, g := range gate {
		gate[j] = ops.GatedSiLU(g, up[j])
	}
	expect(p, p.at(i, step.SiteActivation), gate)
	p.enter(i, step.SiteFFNOutMax, gate, w.FFNOut)
	return p.residual(i, step.SiteFFNResidual, x, p.product(i, step.SiteDown, step.SiteFFNOutQuant, model.Down, w.FFNOut))
}

// token checks every tensor of one position.
func (p *replay) token(chosen bool, sampling run.Sampling) {
	w := p.m.Matrix(model.Embedding, 0)
	var x []int32
	for _, v := range w.Data[int(p.ids[p.pos])*w.Cols:][:w.Cols] {
		x = append(x, ops.Embed(v, w.Scale(int(p.ids[p.pos]))))
	}
	expect(p, p.at(0, step.SiteEmbedding), x)
	for i := range int(p.h.Layers) {
		x = p.layer(i, x)
	}
	if !chosen {
		return
	}
	p.norm(0, step.SiteOutSquares, x, p.m.Gains(model.OutputNorm, 0), p.h.Widths.Head)
	logits := p.product(0, step.SiteLogits, step.SiteHeadInQuant, model.Head, p.h.Widths.Head)
	expect(p, p.at(0, step.SiteLogitBest), blocks(logits, ops.BlockLen, slices.Max))
	id := ops.ArgMax(logits)
	if sampling.Temperature > 0 {
		id = p.sample(logits, sampling)
	}
	expect(p, p.at(0, step.SiteToken), []uint32{uint32(id)})
}

// sample checks a seeded choice as a referee would: the cut by its counts, the sums
// under that cut, the token in its block.
func (p *replay) sample(logits []int32, s run.Sampling) int {
	cut := get[ops.Cut](p, p.at(0, step.SiteCut))[0]
	sampler := ops.Sampler{Cut: cut, Best: slices.Max(get[int32](p, p.at(0, step.SiteLogitBest))), InverseTemperature: ops.InverseTemperature(s.Temperature)}
	var counts []uint32
	var sums []uint64
	var above, equal uint32
	ties, total := cut.Ties, uint64(0)
	for block := range slices.Chunk(logits, ops.BlockLen) {
		a, e := ops.Count(block, cut.Threshold)
		_, sum, left := sampler.Walk(block, ties, math.MaxUint64)
		counts, sums, ties, total = append(counts, a, e), append(sums, sum), left, total+sum
		above, equal = above+a, equal+e
	}
	if s.TopK > 0 && int(s.TopK) < len(logits) && (above >= s.TopK || above+equal < s.TopK || cut.Ties != s.TopK-above) {
		p.t.Fatalf("cut %+v keeps %d and %d of %d", cut, above, equal, s.TopK)
	}
	if s.TopK > 0 && int(s.TopK) < len(logits) {
		p.search(logits, s.TopK, cut.Threshold)
	}
	expect(p, p.at(0, step.SiteCut), []ops.Cut{cut})
	expect(p, p.at(0, step.SiteCutCounts), counts)
	expect(p, p.at(0, step.SiteWeightSums), sums)
	target, ties := ops.Target(ops.Draw(s.Seed, uint64(p.pos+1)), total), cut.Ties
	for i, sum := range sums {
		block := logits[i*ops.BlockLen : min((i+1)*ops.BlockLen, len(logits))]
		if target < sum {
			id, _, _ := sampler.Walk(block, ties, target)
			return i*ops.BlockLen + id
		}
		_, _, ties = sampler.Walk(block, ties, math.MaxUint64)
		target -= sum
	}
	p.t.Fatal("no token reaches the target")
	return 0
}

// search checks that the bits of the threshold were found by counting.
func (p *replay) search(logits []int32, k uint32, threshold int32) {
	var want []uint32
	known := uint32(0)
	for bit := uint32(1 << 31); bit > 0; bit /= 2 {
		total := uint32(0)
		for block := range slices.Chunk(logits, ops.BlockLen) {
			n := uint32(0)
			for _, v := range block {
				if uint32(v)^1<<31 >= known|bit {
					n++
				}
			}
			want, total = append(want, n), total+n
		}
		if total >= k {
			known |= bit
		}
		want = append(want, known)
	}
	if int32(known^1<<31) != threshold {
		p.t.Fatalf("search ends at %d, cut at %d", int32(known^1<<31), threshold)
	}
	expect(p, p.at(0, step.SiteCutSearch), want)
}

// Every tensor of every token follows from those before it, and no tensor is left over.
func TestEveryTensorFollowsFromThoseBefore(t *testing.T) {
	for name, m := range models(t) {
		raw := map[run.At][]byte{}
		e := engine(t, m, run.Options{Tap: func(at run.At, data []byte) { raw[at] = bytes.Clone(data) }})
		r := run.Request{MaxTokens: 4, Sampling: run.Sampling{Temperature: 900, TopK: 40, Seed: [32]byte{5}}}
		for i := range min(140, int(m.Header().MaxContext)-20) { // in nano more than one partial sum of attention
			r.Prompt = append(r.Prompt, uint32(4+i*13%90))
		}
		result, err := e.Generate(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		p := replay{t: t, m: m, h: m.Header(), raw: raw, seen: map[run.At]bool{}, ids: slices.Concat(r.Prompt, result.Tokens)}
		last := len(r.Prompt) + len(result.Tokens) - 1
		if result.Stop == run.StopEOS {
			last++
		}
		for ; p.pos < last; p.pos++ {
			p.token(p.pos >= len(r.Prompt)-1, r.Sampling)
		}
		for at := range maps.Keys(raw) {
			if !p.seen[at] {
				t.Errorf("%s: %+v was not replayed", name, at)
			}
		}
		if len(raw) < 30*len(r.Prompt) {
			t.Errorf("%s: only %d tensors", name, len(raw))
		}
	}
}
