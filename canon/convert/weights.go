package convert

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/aichain/aichain/canon/model"
)

// one is 1.0 in the Q30 of row scales.
const one = 1 << 30

// names of the tensors in a GGUF file; %d is the layer.
var names = map[model.Part]string{
	model.Embedding: "token_embd.weight", model.AttnNorm: "blk.%d.attn_norm.weight",
	model.Query: "blk.%d.attn_q.weight", model.Key: "blk.%d.attn_k.weight", model.Value: "blk.%d.attn_v.weight",
	model.AttnOut: "blk.%d.attn_output.weight", model.FFNNorm: "blk.%d.ffn_norm.weight",
	model.Gate: "blk.%d.ffn_gate.weight", model.Up: "blk.%d.ffn_up.weight", model.Down: "blk.%d.ffn_down.weight",
	model.OutputNorm: "output_norm.weight", model.Head: "output.weight",
}

// weights gives model.Write one tensor.
func (s *source) weights(part model.Part, layer int) (model.Weights, error) {
	if err := s.ctx.Err(); err != nil {
		return model.Weights{}, err
	}
	h := s.header
	if part == model.Rope {
		data, err := ropeTable(s.base, s.factors, int(h.HeadDim), int(h.MaxContext))
		return model.Weights{Data: data}, err
	}
	name := names[part]
	if part >= model.AttnNorm && part <= model.Down {
		name = fmt.Sprintf(name, layer)
	}
	rows, cols := model.Shape(h, part)
	x, err := s.file.Tensor(name, rows, cols)
	if err != nil {
		return model.Weights{}, err
	}
	limit, width := 127, 1
	if model.IsNorm(part) {
		limit, width = 32767, 2
	}
	out := model.Weights{Scales: make([]uint32, rows), Data: make([]byte, 0, width*len(x))}
	e := tensorError{name: name}
	for r := range rows {
		row := x[r*cols : (r+1)*cols]
		if out.Scales[r], err = rowScale(row, limit); err != nil {
			return model.Weights{}, fmt.Errorf("tensor %s row %d: %w", name, r, err)
		}
		out.Data = appendRow(out.Data, row, out.Scales[r], limit, &e)
	}
	s.report.add(e)
	return out, nil
}

// rowScale returns the smallest Q30 scale at which the row fits: ceil(max*2^30/limit),
// at least 1. ErrUnsupported when it does not fit 32 bits.
func rowScale(row []float32, limit int) (uint32, error) {
	var top float64
	for _, v := range row {
		top = max(top, math.Abs(float64(v)))
	}
	// The product is exact (a power of two), the quotient rounded once.
	scale := math.Ceil(float64(top*one) / float64(limit))
	if scale > math.MaxUint32 {
		return 0, fmt.Errorf("%w: weight %v", ErrUnsupported, top)
	}
	return uint32(max(scale, 1)), nil
}

// appendRow quantises a row: floor(v*2^30/scale + 1/2), clamped to the limit.
func appendRow(out []byte, row []float32, scale uint32, limit int, e *tensorError) []byte {
	for _, v := range row {
		ratio := float64(float64(v)*one) / float64(scale)
		q := int(math.Floor(ratio + 0.5))
		q = min(max(q, -limit), limit)
		e.add(float64(v), float64(q)*float64(scale)/one)
		if limit == 127 {
			out = append(out, byte(int8(q)))
		} else {
			out = binary.LittleEndian.AppendUint16(out, uint16(int16(q)))
		}
	}
	return out
}
