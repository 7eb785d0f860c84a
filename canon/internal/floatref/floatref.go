// Package floatref computes a GGUF model in float64, the ordinary way. It is what the
// canonical engine is compared with in quality tests, and nothing else: its results
// differ between machines in the last bits.
package floatref

import (
	"errors"
	"fmt"
	"math"

	"github.com/aichain/aichain/canon/internal/gguf"
)

// Model is a Llama-architecture model in float64 with interleaved rotation.
type Model struct {
	dim, heads, kv, headDim int
	eps, base               float64
	embed, head             [][]float64
	outNorm                 []float64
	layers                  []layer
}

type layer struct {
	attnNorm, ffnNorm      []float64
	query, key, value, out [][]float64
	gate, up, down         [][]float64
}

// Load reads a GGUF file.
func Load(path string) (*Model, error) {
	f, err := gguf.Open(path)
	if err != nil {
		return nil, err
	}
	l := loader{f: f}
	m := l.model()
	return m, errors.Join(l.err, f.Close())
}

// loader keeps the first error.
type loader struct {
	f   *gguf.File
	err error
}

func (l *loader) number(key string) int {
	v, err := l.f.Uint32("llama." + key)
	l.err = errors.Join(l.err, err)
	return int(v)
}

func (l *loader) real(key string) float64 {
	v, err := l.f.Float32("llama." + key)
	l.err = errors.Join(l.err, err)
	return float64(v)
}

func (l *loader) matrix(name string, rows, cols int) [][]float64 {
	out := make([][]float64, rows)
	x, err := l.f.Tensor(name, rows, cols)
	if err != nil {
		l.err = errors.Join(l.err, err)
		return out
	}
	for r := range out {
		for _, v := range x[r*cols : (r+1)*cols] {
			out[r] = append(out[r], float64(v))
		}
	}
	return out
}

func (l *loader) model() *Model {
	m := &Model{
		dim: l.number("embedding_length"), heads: l.number("attention.head_count"), kv: l.number("attention.head_count_kv"),
		eps: l.real("attention.layer_norm_rms_epsilon"), base: l.real("rope.freq_base"),
	}
	ffn, layers, vocab := l.number("feed_forward_length"), l.number("block_count"), l.number("vocab_size")
	if l.err != nil || m.heads == 0 {
		return m
	}
	m.headDim = m.dim / m.heads
	q, kv := m.heads*m.headDim, m.kv*m.headDim
	m.embed, m.outNorm = l.matrix("token_embd.weight", vocab, m.dim), l.matrix("output_norm.weight", 1, m.dim)[0]
	m.head = m.embed
	if l.f.Has("output.weight") {
		m.head = l.matrix("output.weight", vocab, m.dim)
	}
	for i := range layers {
		p := fmt.Sprintf("blk.%d.", i)
		m.layers = append(m.layers, layer{
			attnNorm: l.matrix(p+"attn_norm.weight", 1, m.dim)[0], ffnNorm: l.matrix(p+"ffn_norm.weight", 1, m.dim)[0],
			query: l.matrix(p+"attn_q.weight", q, m.dim), key: l.matrix(p+"attn_k.weight", kv, m.dim),
			value: l.matrix(p+"attn_v.weight", kv, m.dim), out: l.matrix(p+"attn_output.weight", m.dim, q),
			gate: l.matrix(p+"ffn_gate.weight", ffn, m.dim), up: l.matrix(p+"ffn_up.weight", ffn, m.dim),
			down: l.matrix(p+"ffn_down.weight", m.dim, ffn),
		})
	}
	return m
}

// Logits returns the logits after each of the tokens.
func (m *Model) Logits(ids []uint32) [][]float64 {
	keys, values := make([][][]float64, len(m.layers)), make([][][]float64, len(m.layers))
	out := make([][]float64, len(ids))
	for p, id := range ids {
		x := append([]float64{}, m.embed[id]...)
		for i, l := range m.layers {
			h := m.norm(x, l.attnNorm)
			q, k := m.rotate(times(l.query, h), p), m.rotate(times(l.key, h), p)
			keys[i], values[i] = append(keys[i], k), append(values[i], times(l.value, h))
			add(x, times(l.out, m.mix(q, keys[i], values[i])))
			h = m.norm(x, l.ffnNorm)
			gate, up := times(l.gate, h), times(l.up, h)
			for j, g := range gate {
				gate[j] = g / (1 + math.Exp(-g)) * up[j]
			}
			add(x, times(l.down, gate))
		}
		out[p] = times(m.head, m.norm(x, m.outNorm))
	}
	return out
}

// mix is attention of one position over all before it and itself.
func (m *Model) mix(q []float64, keys, values [][]float64) []float64 {
	out, d := make([]float64, len(q)), m.headDim
	scores := make([]float64, len(keys))
	for h := range m.heads {
		at := h / (m.heads / m.kv) * d
		for t, k := range keys {
			scores[t] = dot(q[h*d:(h+1)*d], k[at:at+d]) / math.Sqrt(float64(d))
		}
		for t, p := range Softmax(scores) {
			for j, v := range values[t][at : at+d] {
				out[h*d+j] += p * v
			}
		}
	}
	return out
}

func (m *Model) rotate(x []float64, position int) []float64 {
	for h := 0; h < len(x); h += m.headDim {
		for i := 0; i < m.headDim; i += 2 {
			sin, cos := math.Sincos(float64(position) * math.Pow(m.base, -float64(i)/float64(m.headDim)))
			a, b := x[h+i], x[h+i+1]
			x[h+i], x[h+i+1] = a*cos-b*sin, a*sin+b*cos
		}
	}
	return x
}

func (m *Model) norm(x, gain []float64) []float64 {
	scale := 1 / math.Sqrt(dot(x, x)/float64(len(x))+m.eps)
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = v * scale * gain[i]
	}
	return out
}

// Softmax returns the probabilities of logits in natural units.
func Softmax(x []float64) []float64 {
	top := math.Inf(-1)
	for _, v := range x {
		top = max(top, v)
	}
	out, sum := make([]float64, len(x)), 0.0
	for i, v := range x {
		out[i] = math.Exp(v - top)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

func times(w [][]float64, x []float64) []float64 {
	out := make([]float64, len(w))
	for i, row := range w {
		out[i] = dot(row, x)
	}
	return out
}

func dot(a, b []float64) float64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + s2 + s3
}

func add(x, y []float64) {
	for i, v := range y {
		x[i] += v
	}
}
