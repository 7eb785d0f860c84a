package step

import (
	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/ops"
)

// entry is a row of activations on its way into a product.
type entry struct {
	first  Site // of the three tensors of quantising it
	source Site
	n      uint64
	width  uint8
}

// entered returns the entry that a tensor of quantising, or a product, belongs to.
func (x spot) entered() entry {
	dim, w := uint64(x.h.Dim), x.h.Widths
	switch s := x.at.Site; {
	case s <= SiteValue:
		return entry{SiteAttnInMax, SiteAttnNormed, dim, w.AttnIn}
	case s <= SiteAttnOut:
		return entry{SiteAttnOutMax, SiteMixed, x.queries(), w.AttnOut}
	case s <= SiteUp:
		return entry{SiteFFNInMax, SiteFFNNormed, dim, w.FFNIn}
	case s <= SiteDown:
		return entry{SiteFFNOutMax, SiteActivation, uint64(x.h.FFN), w.FFNOut}
	}
	return entry{SiteHeadInMax, SiteOutNormed, dim, w.Head}
}

var quantMax = operator{
	reads: func(x spot) []span {
		e := x.entered()
		return []span{blockOf(x.here(e.source), x.unit, e.n)}
	},
	value:    func(_ spot, in inputs) ([]byte, error) { return b32(ops.AbsMax(in.ints(0))), nil },
	products: block,
}

// quantOf joins the maxima of blocks, in the part of that number.
func (x spot) quantOf(in inputs, part int) (q ops.Quant, amax uint32, err error) {
	for i := range len(in.part[part]) / 4 {
		m := in.u32(part, i)
		if m == 0 || m > 1<<31 {
			return q, 0, errImpossible
		}
		amax = max(amax, m)
	}
	return ops.NewQuant(amax, x.entered().width), amax, nil
}

var quantScale = operator{
	reads: func(x spot) []span { return []span{x.all(x.here(x.entered().first))} },
	value: func(x spot, in inputs) ([]byte, error) {
		q, _, err := x.quantOf(in, 0)
		return b64(q.Scale), err
	},
	products: one,
}

var quantElement = operator{
	reads: func(x spot) []span {
		e := x.entered()
		return []span{x.all(x.here(e.first)), some(x.here(e.source), x.unit%e.n, 1, 4)}
	},
	value: func(x spot, in inputs) ([]byte, error) {
		q, amax, err := x.quantOf(in, 0)
		v := in.i32(1, 0)
		if err != nil || ops.AbsMax([]int32{v}) > amax {
			return nil, errImpossible
		}
		e := x.entered()
		if e.width == 8 {
			return []byte{byte(q.Element(v))}, nil
		}
		hi, lo := ops.Split(q.Element(v))
		if x.unit < e.n {
			return []byte{byte(hi)}, nil
		}
		return []byte{byte(lo)}, nil
	},
	products: one,
}

// matrixOf is the weights of a product.
func matrixOf(s Site) model.Part {
	switch s {
	case SiteQuery:
		return model.Query
	case SiteKey:
		return model.Key
	case SiteValue:
		return model.Value
	case SiteAttnOut:
		return model.AttnOut
	case SiteGate:
		return model.Gate
	case SiteUp:
		return model.Up
	case SiteDown:
		return model.Down
	}
	return model.Head
}

var product = operator{
	reads: func(x spot) []span {
		first := x.entered().first
		return []span{x.all(x.here(first + 1)), x.all(x.here(first + 2))}
	},
	row: func(x spot) model.RowID {
		return model.RowID{Part: matrixOf(x.at.Site), Layer: x.at.Layer, Row: x.unit}
	},
	value: func(x spot, in inputs) ([]byte, error) {
		scale := in.u64(0, 0)
		if scale >= 1<<49 {
			return nil, errImpossible
		}
		e := x.entered()
		q, w := int8s(in.part[1]), int8s(in.row[4:])
		sum := int64(ops.Dot8(w, q[:e.n]))
		if e.width == 16 {
			sum = ops.Wide16(int32(sum), ops.Dot8(w, q[e.n:]))
		}
		return b32(ops.Scale(sum, in.scale(), scale)), nil
	},
	products: func(x spot) int {
		e := x.entered()
		return int(e.n) * int(e.width/8)
	},
}
