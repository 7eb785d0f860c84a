package step

import (
	"math"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/ops"
)

// rotated turns one of a pair of elements by the angle of its position.
var rotated = operator{
	reads: func(x spot) []span {
		a, b, _ := x.pair()
		source := x.here(x.at.Site - SiteQueryRotated + SiteQuery)
		return []span{some(source, a, 1, 4), some(source, b, 1, 4)}
	},
	row: func(x spot) model.RowID { return model.RowID{Part: model.Rope, Row: uint64(x.at.Position)} },
	value: func(x spot, in inputs) ([]byte, error) {
		a, _, i := x.pair()
		in.part = append(in.part, in.row)
		cos, sin := ops.RopeEntry(in.i32(2, 2*i)), ops.RopeEntry(in.i32(2, 2*i+1))
		left, right := ops.RopePair(in.i32(0, 0), in.i32(1, 0), cos, sin)
		if x.unit == a {
			return b32(left), nil
		}
		return b32(right), nil
	},
	products: one,
}

// pair returns the two elements that turn together and the number of their angle.
func (x spot) pair() (a, b uint64, angle int) {
	d := uint64(x.h.HeadDim)
	head, i := x.unit/d*d, x.unit%d
	if x.h.RopeInterleaved {
		return head + i&^1, head + i | 1, int(i / 2)
	}
	i %= d / 2
	return head + i, head + i + d/2, int(i)
}

// packed reads the head that the unit belongs to: mantissas first, then exponents.
var packed = operator{
	reads: func(x spot) []span {
		source, d := x.at.Site-SiteQueryPacked+SiteQueryRotated, uint64(x.h.HeadDim)
		if x.at.Site == SiteValuePacked { // values are not rotated
			source = SiteValue
		}
		head := x.unit / d
		if n := x.layout(x.at).first.count; x.unit >= n {
			head = x.unit - n
		}
		return []span{some(x.here(source), head*d, d, 4)}
	},
	value: func(x spot, in inputs) ([]byte, error) {
		out, pack := make([]int16, x.h.HeadDim), ops.PackKey
		if x.at.Site == SiteValuePacked {
			pack = ops.PackValue
		}
		exponent := pack(out, in.ints(0))
		if x.unit >= x.layout(x.at).first.count {
			return []byte{exponent}, nil
		}
		v := uint16(out[x.unit%uint64(x.h.HeadDim)])
		return []byte{byte(v), byte(v >> 8)}, nil
	},
	products: func(x spot) int { return int(x.h.HeadDim) },
}

// valueBlock copies: the values of this position, or of one before from the block as
// it was.
var valueBlock = operator{
	reads: func(x spot) []span {
		held := uint64(x.at.Position)%partialPositions + 1
		series, t := x.unit/held, x.unit%held // series counts mantissas, then exponents
		source, i := x.here(SiteValuePacked), series
		if t < held-1 {
			source = At{x.at.Position - 1, x.at.Layer, SiteValueBlock}
			i = series*(held-1) + t
		}
		l := x.layout(source)
		from, bytes, err := l.unit(i)
		if err != nil {
			return nil // the unit is within the layout
		}
		return []span{{source, from, bytes}}
	},
	value:    func(_ spot, in inputs) ([]byte, error) { return in.part[0], nil },
	products: one,
}

// kvHead is the key and value head that a query head uses.
func (x spot) kvHead(head uint64) uint64 {
	return head / (uint64(x.h.Heads) / uint64(x.h.KVHeads))
}

// packedHead spans one head of a packed tensor: its mantissas, its exponent.
func (x spot) packedHead(a At, head uint64) []span {
	d, l := uint64(x.h.HeadDim), x.layout(a)
	return []span{some(a, head*d, d, 2), {a, l.first.count*2 + head, 1}}
}

var score = operator{
	reads: func(x spot) []span {
		n := uint64(x.at.Position) + 1
		head, t := x.unit/n, x.unit%n
		key := At{int(t), x.at.Layer, SiteKeyPacked}
		return append(x.packedHead(x.here(SiteQueryPacked), head), x.packedHead(key, x.kvHead(head))...)
	},
	value: func(x spot, in inputs) ([]byte, error) {
		queryExp, keyExp := in.part[1][0], in.part[3][0]
		if queryExp > 16 || keyExp > 16 {
			return nil, errImpossible
		}
		return b32(ops.Score(ops.Dot16(in.mantissas(0), in.mantissas(2)), x.h.AttnScale, queryExp, keyExp)), nil
	},
	products: func(x spot) int { return int(x.h.HeadDim) },
}

// byBlocks spans what a tensor of block results needs: the block of a row of n int32,
// or the block results of the row, which lie in the tensor itself.
func (x spot) byBlocks(rows Site, bytes uint64) []span {
	n, heads := uint64(x.at.Position)+1, uint64(x.h.Heads)
	per := blocks(n, ops.BlockLen)
	if x.unit >= heads*per {
		return []span{some(x.at, (x.unit-heads*per)*per, per, bytes)}
	}
	head, first := x.unit/per, x.unit%per*ops.BlockLen
	return []span{some(x.here(rows), head*n+first, min(ops.BlockLen, n-first), 4)}
}

var bestScore = operator{
	reads: func(x spot) []span { return x.byBlocks(SiteScores, 4) },
	value: func(_ spot, in inputs) ([]byte, error) { return b32(largest(in.ints(0))), nil },

	products: block,
}

func largest(x []int32) int32 { return x[ops.ArgMax(x)] }

// total spans the result over all blocks of a head.
func (x spot) total(site Site, head, bytes uint64) span {
	per := blocks(uint64(x.at.Position)+1, ops.BlockLen)
	return some(x.here(site), uint64(x.h.Heads)*per+head, 1, bytes)
}

var weight = operator{
	reads: func(x spot) []span {
		head := x.unit / (uint64(x.at.Position) + 1)
		return []span{some(x.here(SiteScores), x.unit, 1, 4), x.total(SiteBest, head, 4)}
	},
	value: func(_ spot, in inputs) ([]byte, error) {
		if in.i32(0, 0) > in.i32(1, 0) {
			return nil, errImpossible
		}
		return b32(ops.AttentionWeight(in.i32(0, 0), in.i32(1, 0))), nil
	},
	products: one,
}

var weightTotal = operator{
	reads: func(x spot) []span { return x.byBlocks(SiteWeights, 8) },
	value: func(x spot, in inputs) ([]byte, error) {
		sum := int64(0)
		if x.unit < uint64(x.h.Heads)*blocks(uint64(x.at.Position)+1, ops.BlockLen) {
			for i := range len(in.part[0]) / 4 {
				sum += int64(in.u32(0, i))
			}
			return b64(sum), nil
		}
		for i := range len(in.part[0]) / 8 {
			v := in.i64(0, i)
			if !absBelow(v, 39) {
				return nil, errImpossible
			}
			sum += v
		}
		return b64(sum), nil
	},
	products: block,
}

// partialSum adds weight times value over one block of positions.
var partialSum = operator{
	reads: func(x spot) []span {
		n, kv, d := uint64(x.at.Position)+1, uint64(x.h.KVHeads), uint64(x.h.HeadDim)
		per := blocks(n, partialPositions)
		head, i, b := x.unit/(per*d), x.unit/per%d, x.unit%per
		first := b * partialPositions
		held := min(partialPositions, n-first)
		values := At{int(first + held - 1), x.at.Layer, SiteValueBlock}
		k := x.kvHead(head)
		return []span{
			some(x.here(SiteWeights), head*n+first, held, 4),
			some(values, (k*d+i)*held, held, 2),
			{values, kv*d*held*2 + k*held, held},
		}
	},
	value: func(_ spot, in inputs) ([]byte, error) {
		sum := int64(0)
		for t, v := range in.mantissas(1) {
			w, exponent := in.u32(0, t), in.part[2][t]
			if w > 1<<22 || exponent > 8 {
				return nil, errImpossible
			}
			sum += int64(ops.Weight(w, exponent)) * int64(v)
		}
		return b64(sum), nil
	},
	products: func(spot) int { return partialPositions },
}

var mixedValue = operator{
	reads: func(x spot) []span {
		per := blocks(uint64(x.at.Position)+1, partialPositions)
		return []span{some(x.here(SitePartials), x.unit*per, per, 8), x.total(SiteTotals, x.unit/uint64(x.h.HeadDim), 8)}
	},
	value: func(_ spot, in inputs) ([]byte, error) {
		total, acc := in.i64(1, 0), int64(0)
		if total < 1<<22 || total > 1<<39 {
			return nil, errImpossible
		}
		for i := range len(in.part[0]) / 8 {
			v := in.i64(0, i)
			if !absBelow(v, 52) { // 128 weights of 2^30 and mantissas of 2^15
				return nil, errImpossible
			}
			acc += v
		}
		if acc == math.MinInt64 {
			return nil, errImpossible
		}
		return b32(ops.AttentionOutput(acc, total)), nil
	},
	products: func(x spot) int { return int(blocks(uint64(x.at.Position)+1, partialPositions)) },
}
