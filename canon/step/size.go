package step

import (
	"errors"
	"fmt"

	"github.com/aichain/aichain/canon/ops"
)

// ErrUnit is returned for a unit that a tensor does not have.
var ErrUnit = errors.New("no such unit")

// run of equal units; a tensor is one or two of them.
type units struct{ count, bytes uint64 }

// layout is how a tensor's bytes divide into units.
type layout struct{ first, second units }

func (l layout) bytes() uint64 { return l.first.count*l.first.bytes + l.second.count*l.second.bytes }

func (l layout) count() uint64 { return l.first.count + l.second.count }

// unit returns where a unit begins and how long it is.
func (l layout) unit(i uint64) (from, bytes uint64, err error) {
	switch {
	case i < l.first.count:
		return i * l.first.bytes, l.first.bytes, nil
	case i < l.count():
		return l.first.count*l.first.bytes + (i-l.first.count)*l.second.bytes, l.second.bytes, nil
	}
	return 0, 0, fmt.Errorf("%w: %d of %d", ErrUnit, i, l.count())
}

// at returns the unit that holds a byte.
func (l layout) at(offset uint64) uint64 {
	if n := l.first.count * l.first.bytes; offset >= n {
		return l.first.count + (offset-n)/l.second.bytes
	}
	return offset / l.first.bytes
}

// blocks is the number of blocks of a size that n items fill.
func blocks(n, size uint64) uint64 { return (n + size - 1) / size }

func of(count, bytes uint64) layout { return layout{first: units{count, bytes}} }

func (s Shape) queries() uint64 { return uint64(s.h.Heads) * uint64(s.h.HeadDim) }

func (s Shape) keys() uint64 { return uint64(s.h.KVHeads) * uint64(s.h.HeadDim) }

// quantBytes is a quantised row: one byte an element, or two halves.
func quantBytes(n uint64, width uint8) layout { return of(n*uint64(width/8), 1) }

// layout returns the units of a tensor that the shape has.
func (s Shape) layout(a At) layout {
	dim, ffn, vocab := uint64(s.h.Dim), uint64(s.h.FFN), uint64(s.h.Vocab)
	switch a.Site {
	case SiteInput:
		return layout{units{1, 32}, units{s.prompt, 4}}
	case SiteOutput:
		return of(uint64(len(s.claim.Output))+1, 4)
	case SiteAttnSquares, SiteFFNSquares, SiteOutSquares:
		return of(blocks(dim, ops.BlockLen), 16)
	case SiteAttnFactor, SiteFFNFactor, SiteOutFactor:
		return of(1, 5)
	case SiteAttnInMax, SiteFFNInMax, SiteHeadInMax:
		return of(blocks(dim, ops.BlockLen), 4)
	case SiteAttnOutMax:
		return of(blocks(s.queries(), ops.BlockLen), 4)
	case SiteFFNOutMax:
		return of(blocks(ffn, ops.BlockLen), 4)
	case SiteAttnInScale, SiteAttnOutScale, SiteFFNInScale, SiteFFNOutScale, SiteHeadInScale:
		return of(1, 8)
	case SiteAttnInQuant:
		return quantBytes(dim, s.h.Widths.AttnIn)
	case SiteAttnOutQuant:
		return quantBytes(s.queries(), s.h.Widths.AttnOut)
	case SiteFFNInQuant:
		return quantBytes(dim, s.h.Widths.FFNIn)
	case SiteFFNOutQuant:
		return quantBytes(ffn, s.h.Widths.FFNOut)
	case SiteHeadInQuant:
		return quantBytes(dim, s.h.Widths.Head)
	case SiteGate, SiteUp, SiteActivation:
		return of(ffn, 4)
	case SiteLogits:
		return of(vocab, 4)
	}
	if a.Site >= SiteLogitBest {
		return s.choiceLayout(a.Site)
	}
	return s.attentionLayout(a)
}

// attentionLayout is of the tensors around attention and all rows of dim.
func (s Shape) attentionLayout(a At) layout {
	heads, kv, n := uint64(s.h.Heads), uint64(s.h.KVHeads), uint64(a.Position)+1
	switch a.Site {
	case SiteQuery, SiteQueryRotated, SiteMixed:
		return of(s.queries(), 4)
	case SiteKey, SiteValue, SiteKeyRotated:
		return of(s.keys(), 4)
	case SiteQueryPacked:
		return layout{units{s.queries(), 2}, units{heads, 1}}
	case SiteKeyPacked, SiteValuePacked:
		return layout{units{s.keys(), 2}, units{kv, 1}}
	case SiteValueBlock:
		held := uint64(a.Position)%partialPositions + 1
		return layout{units{s.keys() * held, 2}, units{kv * held, 1}}
	case SiteScores, SiteWeights:
		return of(heads*n, 4)
	case SiteBest:
		return of(heads*(blocks(n, ops.BlockLen)+1), 4)
	case SiteTotals:
		return of(heads*(blocks(n, ops.BlockLen)+1), 8)
	case SitePartials:
		return of(s.queries()*blocks(n, partialPositions), 8)
	}
	return of(uint64(s.h.Dim), 4)
}

func (s Shape) choiceLayout(site Site) layout {
	n := s.logitBlocks()
	switch site {
	case SiteLogitBest:
		return of(n, 4)
	case SiteCutSearch:
		return of(searchBits*(n+1), 4)
	case SiteCutCounts, SiteWeightSums:
		return of(n, 8)
	case SiteCut:
		return of(1, 8)
	}
	return of(1, 4)
}

func (s Shape) logitBlocks() uint64 { return blocks(uint64(s.h.Vocab), ops.BlockLen) }

// Bytes is the length of a tensor. ErrTensor for a leaf that is not below Tensors.
func (s Shape) Bytes(leaf uint64) (uint64, error) {
	a, err := s.At(leaf)
	if err != nil {
		return 0, err
	}
	return s.layout(a).bytes(), nil
}

// Units is how many units a tensor has. ErrTensor for a leaf that is not below Tensors.
func (s Shape) Units(leaf uint64) (uint64, error) {
	a, err := s.At(leaf)
	if err != nil {
		return 0, err
	}
	return s.layout(a).count(), nil
}

// Chunks is the number of chunks of a tensor, at least 1.
func (s Shape) Chunks(leaf uint64) (uint64, error) {
	n, err := s.Bytes(leaf)
	return blocks(n, ChunkBytes), err
}

// UnitRange returns the first byte of a unit and its length, or ErrTensor, ErrUnit.
func (s Shape) UnitRange(leaf, unit uint64) (from, bytes uint64, err error) {
	a, err := s.At(leaf)
	if err != nil {
		return 0, 0, err
	}
	return s.layout(a).unit(unit)
}

// UnitAt returns the unit that holds a byte of a tensor, or ErrTensor, ErrUnit.
func (s Shape) UnitAt(leaf, offset uint64) (uint64, error) {
	a, err := s.At(leaf)
	if err != nil {
		return 0, err
	}
	l := s.layout(a)
	if offset >= l.bytes() {
		return 0, fmt.Errorf("%w: byte %d of %d", ErrUnit, offset, l.bytes())
	}
	return l.at(offset), nil
}
