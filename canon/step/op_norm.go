package step

import (
	"encoding/binary"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/ops"
)

// embedding: the token at the position is fixed by the claim.
var embedding = operator{
	reads: none,
	row: func(x spot) model.RowID {
		return model.RowID{Part: model.Embedding, Row: uint64(x.claim.id(x.at.Position))}
	},
	value: func(x spot, in inputs) ([]byte, error) {
		return b32(ops.Embed(int8(in.row[4+x.unit]), in.scale())), nil
	},
	products: one,
}

// stream is the residual stream as it enters a norm of this layer, or the head.
func (x spot) stream(squares Site) At {
	switch {
	case squares == SiteFFNSquares:
		return x.here(SiteAttnResidual)
	case squares == SiteOutSquares:
		return At{x.at.Position, int(x.h.Layers) - 1, SiteFFNResidual}
	case x.at.Layer == 0:
		return x.here(SiteEmbedding)
	}
	return At{x.at.Position, x.at.Layer - 1, SiteFFNResidual}
}

// normPart is the gains of a norm.
func normPart(squares Site) model.Part {
	switch squares {
	case SiteAttnSquares:
		return model.AttnNorm
	case SiteFFNSquares:
		return model.FFNNorm
	}
	return model.OutputNorm
}

// blockOf spans block i of n int32 elements.
func blockOf(a At, i, n uint64) span {
	first := i * ops.BlockLen
	return some(a, first, min(ops.BlockLen, n-first), 4)
}

// norm sets the three operators of a norm: squares, factor, elements.
func norm(t *[SiteOutput + 1]operator, squares Site) {
	t[squares] = operator{
		reads: func(x spot) []span { return []span{blockOf(x.stream(squares), x.unit, uint64(x.h.Dim))} },
		value: func(_ spot, in inputs) ([]byte, error) {
			w := ops.SumSquares(in.ints(0))
			return append(b64(w.Hi), b64(w.Lo)...), nil
		},
		products: block,
	}
	t[squares+1] = operator{
		reads:    func(x spot) []span { return []span{x.all(x.here(squares))} },
		value:    normFactor,
		products: one,
	}
	t[squares+2] = operator{
		reads: func(x spot) []span {
			return []span{some(x.stream(squares), x.unit, 1, 4), x.all(x.here(squares + 1))}
		},
		row:      func(x spot) model.RowID { return model.RowID{Part: normPart(squares), Layer: x.at.Layer} },
		value:    normElement,
		products: one,
	}
}

func normFactor(x spot, in inputs) ([]byte, error) {
	var sum ops.Wide
	for i := 0; i < len(in.part[0])/8; i += 2 {
		w := ops.Wide{Hi: in.u64(0, i), Lo: in.u64(0, i+1)}
		if w.Hi >= ops.BlockLen { // 4096 squares are at most 2^74
			return nil, errImpossible
		}
		sum = sum.Add(w)
	}
	if sum.Hi > uint64(x.h.Dim)/4 { // dim squares are at most dim * 2^62
		return nil, errImpossible
	}
	f := ops.NewNormFactor(sum, x.h.Dim, x.h.NormEps)
	return append(b32(f.Mantissa), f.Shift), nil
}

func normElement(x spot, in inputs) ([]byte, error) {
	f := ops.NormFactor{Mantissa: in.u32(1, 0), Shift: in.part[1][4]}
	if f.Mantissa > 1<<31 || f.Shift < 15 || f.Shift > 46 {
		return nil, errImpossible
	}
	gain := ops.NormGain(int16(binary.LittleEndian.Uint16(in.row[4+2*x.unit:])), in.scale())
	return b32(ops.NormElement(in.i32(0, 0), f, gain)), nil
}

// residual adds the product that ends a half of a layer to the stream that entered it.
var residual = operator{
	reads: func(x spot) []span {
		stream, delta := x.stream(SiteAttnSquares), x.here(SiteAttnOut)
		if x.at.Site == SiteFFNResidual {
			stream, delta = x.here(SiteAttnResidual), x.here(SiteDown)
		}
		return []span{some(stream, x.unit, 1, 4), some(delta, x.unit, 1, 4)}
	},
	value: func(_ spot, in inputs) ([]byte, error) {
		return b32(ops.Add(in.i32(0, 0), in.i32(1, 0))), nil
	},
	products: one,
}

var activation = operator{
	reads: func(x spot) []span {
		return []span{some(x.here(SiteGate), x.unit, 1, 4), some(x.here(SiteUp), x.unit, 1, 4)}
	},
	value: func(_ spot, in inputs) ([]byte, error) {
		return b32(ops.GatedSiLU(in.i32(0, 0), in.i32(1, 0))), nil
	},
	products: one,
}
