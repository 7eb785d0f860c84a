package run

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/aichain/aichain/canon/ops"
	"github.com/aichain/aichain/canon/step"
)

// At is where a tensor of a batch stands; sites outside the layers have layer 0. Package
// step gives the order.
type At struct {
	Request, Position, Layer int
	Site                     step.Site
}

// Tap hears every intermediate tensor in its canonical bytes. Calls come one at a
// time but not in graph order when several tokens are computed together. data is only
// valid during the call.
type Tap func(at At, data []byte)

// quantSites are the tensors of entering a product, normSites those of a norm and the
// product that follows.
type quantSites struct{ max, scale, quant step.Site }

type normSites struct {
	squares, factor, normed step.Site
	quant                   quantSites
}

var (
	attnNormSites = normSites{step.SiteAttnSquares, step.SiteAttnFactor, step.SiteAttnNormed, quantSites{step.SiteAttnInMax, step.SiteAttnInScale, step.SiteAttnInQuant}}
	ffnNormSites  = normSites{step.SiteFFNSquares, step.SiteFFNFactor, step.SiteFFNNormed, quantSites{step.SiteFFNInMax, step.SiteFFNInScale, step.SiteFFNInQuant}}
	outNormSites  = normSites{step.SiteOutSquares, step.SiteOutFactor, step.SiteOutNormed, quantSites{step.SiteHeadInMax, step.SiteHeadInScale, step.SiteHeadInQuant}}
	attnOutSites  = quantSites{step.SiteAttnOutMax, step.SiteAttnOutScale, step.SiteAttnOutQuant}
	ffnOutSites   = quantSites{step.SiteFFNOutMax, step.SiteFFNOutScale, step.SiteFFNOutQuant}
)

// hears tells whether somebody wants a tensor.
func (s *pass) hears(r row, layer int, site step.Site) bool {
	return s.e.tap != nil && (s.e.wants == nil || s.e.wants(At{r.seq.index, r.position, layer, site}))
}

// emit gives values of a fixed size to the tap.
func emit[T any](s *pass, r row, layer int, site step.Site, values ...T) {
	if s.hears(r, layer, site) {
		s.bytes = encode(s.bytes[:0], values)
		s.e.tap(At{r.seq.index, r.position, layer, site}, s.bytes)
	}
}

// encode appends values little-endian. The types of long tensors have a loop of their
// own, since reflection would take longer than hashing.
func encode(b []byte, values any) []byte {
	switch v := values.(type) {
	case []int32:
		b = slices.Grow(b, 4*len(v))
		for _, x := range v {
			b = binary.LittleEndian.AppendUint32(b, uint32(x))
		}
	case []uint32:
		b = slices.Grow(b, 4*len(v))
		for _, x := range v {
			b = binary.LittleEndian.AppendUint32(b, x)
		}
	case []int64:
		b = slices.Grow(b, 8*len(v))
		for _, x := range v {
			b = binary.LittleEndian.AppendUint64(b, uint64(x))
		}
	case []int16:
		b = slices.Grow(b, 2*len(v))
		for _, x := range v {
			b = binary.LittleEndian.AppendUint16(b, uint16(x))
		}
	case []int8:
		b = slices.Grow(b, len(v))
		for _, x := range v {
			b = append(b, byte(x))
		}
	default:
		out, err := binary.Append(b, binary.LittleEndian, values)
		if err != nil {
			panic(fmt.Sprintf("run: trace of %T without a fixed size: %v", values, err))
		}
		return out
	}
	return b
}

// tapRows gives each row its part of a buffer.
func (s *pass) tapRows(layer int, site step.Site, x []int32) {
	if s.e.tap == nil {
		return
	}
	n := len(x) / len(s.rows)
	for i, r := range s.rows {
		emit(s, r, layer, site, x[i*n:(i+1)*n]...)
	}
}

func (s *pass) tapNorm(r row, layer int, sites normSites, x, y []int32, f ops.NormFactor) {
	if s.e.tap == nil {
		return
	}
	var squares []ops.Wide
	for at := 0; at < len(x); at += ops.BlockLen {
		squares = append(squares, ops.SumSquares(x[at:min(at+ops.BlockLen, len(x))]))
	}
	emit(s, r, layer, sites.squares, squares...)
	emit(s, r, layer, sites.factor, f)
	emit(s, r, layer, sites.normed, y...)
}

func (s *pass) tapQuant(layer int, sites quantSites, x []int32, k int) {
	if s.e.tap == nil {
		return
	}
	for i, r := range s.rows {
		var tops []uint32
		for at := i * k; at < (i+1)*k; at += ops.BlockLen {
			tops = append(tops, ops.AbsMax(x[at:min(at+ops.BlockLen, (i+1)*k)]))
		}
		emit(s, r, layer, sites.max, tops...)
		emit(s, r, layer, sites.scale, s.quant.scale[i])
		if !s.hears(r, layer, sites.quant) {
			continue
		}
		data := append([]int8{}, s.quant.hi[i*k:(i+1)*k]...)
		if s.quant.width == 16 {
			data = append(data, s.quant.lo[i*k:(i+1)*k]...)
		}
		emit(s, r, layer, sites.quant, data...)
	}
}
