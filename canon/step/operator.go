package step

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"unsafe"

	"github.com/aichain/aichain/canon/model"
)

// errImpossible is returned by an operator whose inputs no honest run can have: a
// scale beyond its bound, a score above the best. Whoever committed them is wrong.
var errImpossible = errors.New("impossible input")

// wrongHint is ErrHint with the block that decides.
type wrongHint uint64

func (wrongHint) Error() string { return ErrHint.Error() + ": another block decides" }

func (wrongHint) Is(target error) bool { return target == ErrHint }

// spot is one unit of one tensor: what a step is about.
type spot struct {
	Shape
	at         At
	unit, hint uint64
}

// here is a tensor of the same token, in the same layer.
func (x spot) here(site Site) At { return At{x.at.Position, x.at.Layer, site} }

// all spans a whole tensor.
func (x spot) all(a At) span { return span{a, 0, x.layout(a).bytes()} }

// some spans elements of equal size from the front of a tensor.
func some(a At, first, count, bytes uint64) span { return span{a, first * bytes, count * bytes} }

// inputs are the bytes of an operator's spans, in their order, and its weight row.
type inputs struct {
	part [][]byte
	row  []byte
}

func (in inputs) i32(part, i int) int32 { return int32(in.u32(part, i)) }

func (in inputs) u32(part, i int) uint32 { return binary.LittleEndian.Uint32(in.part[part][4*i:]) }

func (in inputs) u64(part, i int) uint64 { return binary.LittleEndian.Uint64(in.part[part][8*i:]) }

func (in inputs) i64(part, i int) int64 { return int64(in.u64(part, i)) }

// ints decodes a whole part as int32.
func (in inputs) ints(part int) []int32 {
	out := make([]int32, len(in.part[part])/4)
	for i := range out {
		out[i] = in.i32(part, i)
	}
	return out
}

// mantissas decodes a whole part as int16.
func (in inputs) mantissas(part int) []int16 {
	out := make([]int16, len(in.part[part])/2)
	for i := range out {
		out[i] = int16(binary.LittleEndian.Uint16(in.part[part][2*i:]))
	}
	return out
}

// int8s takes bytes as signed, where they are: copying the two rows of a product would cost more than their product.
func int8s(b []byte) []int8 {
	if len(b) == 0 {
		return nil
	}
	return unsafe.Slice((*int8)(unsafe.Pointer(&b[0])), len(b)) // same size, same alignment
}

// scale is the Q30 scale of the weight row.
func (in inputs) scale() uint32 { return binary.LittleEndian.Uint32(in.row) }

func b32[T int32 | uint32](v T) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(v)) }

func b64[T int64 | uint64](v T) []byte { return binary.LittleEndian.AppendUint64(nil, uint64(v)) }

// operator computes one unit of a tensor from units to its left.
type operator struct {
	// reads names the spans that value gets, in order.
	reads func(x spot) []span
	// row names the weight row; nil when there is none.
	row func(x spot) model.RowID
	// value is the unit's canonical bytes, or errImpossible or wrongHint.
	value func(x spot, in inputs) ([]byte, error)
	// products bounds the work.
	products func(x spot) int
}

// operators has an entry for every tensor but the input.
var operators = func() (t [SiteOutput + 1]operator) {
	t[SiteEmbedding] = embedding
	norm(&t, SiteAttnSquares)
	norm(&t, SiteFFNSquares)
	norm(&t, SiteOutSquares)
	for _, first := range []Site{SiteAttnInMax, SiteAttnOutMax, SiteFFNInMax, SiteFFNOutMax, SiteHeadInMax} {
		t[first], t[first+1], t[first+2] = quantMax, quantScale, quantElement
	}
	for _, s := range []Site{SiteQuery, SiteKey, SiteValue, SiteAttnOut, SiteGate, SiteUp, SiteDown, SiteLogits} {
		t[s] = product
	}
	t[SiteAttnResidual], t[SiteFFNResidual], t[SiteActivation] = residual, residual, activation
	t[SiteQueryRotated], t[SiteKeyRotated] = rotated, rotated
	t[SiteQueryPacked], t[SiteKeyPacked], t[SiteValuePacked] = packed, packed, packed
	t[SiteValueBlock], t[SiteScores], t[SiteBest], t[SiteWeights] = valueBlock, score, bestScore, weight
	t[SiteTotals], t[SitePartials], t[SiteMixed] = weightTotal, partialSum, mixedValue
	t[SiteLogitBest], t[SiteCutSearch], t[SiteCutCounts], t[SiteCut] = bestLogit, cutSearch, cutCount, cut
	t[SiteWeightSums], t[SiteToken], t[SiteOutput] = keptWeights, token, output
	return t
}()

// none reads nothing.
func none(spot) []span { return nil }

// one is the work of a handful of operations.
func one(spot) int { return 1 }

// block is the work over a block of 4096.
func block(spot) int { return 4096 }

// absBelow tells whether |v| <= 2^n.
func absBelow(v int64, n int) bool {
	if v < 0 {
		v = -v
	}
	return v >= 0 && (bits.Len64(uint64(v)) <= n || v == 1<<n)
}
