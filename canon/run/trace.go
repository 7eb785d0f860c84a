package run

import (
	"encoding/binary"

	"github.com/aichain/aichain/canon/ops"
)

// Site names one tensor of the graph. The numbers give the order of a token's tensors
// within a layer and never change; a new tensor takes a new profile.
type Site uint8

// The tensors of one token, in graph order. Element types are little-endian.
const (
	SiteEmbedding Site = iota + 1 // int32[dim], once a token

	SiteAttnSquares  // 128-bit partial sums of squares (hi, lo), one a block of 4096
	SiteAttnFactor   // mantissa uint32, shift uint8
	SiteAttnNormed   // int32[dim]
	SiteAttnInMax    // uint32 maxima, one a block of 4096
	SiteAttnInScale  // uint64
	SiteAttnInQuant  // int8[dim], or int8 high halves then low halves
	SiteQuery        // int32[heads*head dim]
	SiteKey          // int32[kv heads*head dim]
	SiteValue        // int32[kv heads*head dim]
	SiteQueryRotated // int32[heads*head dim]
	SiteKeyRotated   // int32[kv heads*head dim]
	SiteQueryPacked  // uint8[heads] exponents, int16[heads*head dim]
	SiteKeyPacked    // uint8[kv heads] exponents, int16[kv heads*head dim]
	SiteValuePacked  // uint8[kv heads] exponents, int16[kv heads*head dim]
	SiteScores       // int32[heads][positions]
	SiteBest         // int32[heads][blocks of 4096 positions], int32[heads]
	SiteWeights      // uint32[heads][positions]
	SiteTotals       // int64[heads][blocks of 4096 positions], int64[heads]
	SitePartials     // int64[heads][blocks of 64 positions][head dim]
	SiteMixed        // int32[heads*head dim]
	SiteAttnOutMax
	SiteAttnOutScale
	SiteAttnOutQuant
	SiteAttnOut      // int32[dim]
	SiteAttnResidual // int32[dim]

	SiteFFNSquares
	SiteFFNFactor
	SiteFFNNormed
	SiteFFNInMax
	SiteFFNInScale
	SiteFFNInQuant
	SiteGate       // int32[ffn]
	SiteUp         // int32[ffn]
	SiteActivation // int32[ffn]
	SiteFFNOutMax
	SiteFFNOutScale
	SiteFFNOutQuant
	SiteDown        // int32[dim]
	SiteFFNResidual // int32[dim]

	SiteOutSquares // the rest once a token, where a token is chosen
	SiteOutFactor
	SiteOutNormed
	SiteHeadInMax
	SiteHeadInScale
	SiteHeadInQuant
	SiteLogits     // int32[vocab]
	SiteLogitBest  // int32 maxima, one a block of 4096
	SiteCut        // threshold int32, ties uint32; this and the next two when sampled
	SiteCutCounts  // uint32 above and equal to the threshold, for each block of 4096
	SiteWeightSums // uint64 sums of the kept weights, one a block of 4096
	SiteToken      // uint32, the token chosen
)

// At is where a tensor stands. Graph order is request, position, layer, site; sites
// outside the layers have layer 0, SiteEmbedding before the layers and SiteOutSquares
// and later ones after them.
type At struct {
	Request, Position, Layer int
	Site                     Site
}

// Tap hears every intermediate tensor in its canonical bytes. Calls come one at a
// time but not in graph order when several tokens are computed together. data is only
// valid during the call.
type Tap func(at At, data []byte)

// quantSites are the tensors of entering a product, normSites those of a norm and the
// product that follows.
type quantSites struct{ max, scale, quant Site }

type normSites struct {
	squares, factor, normed Site
	quant                   quantSites
}

var (
	attnNormSites = normSites{SiteAttnSquares, SiteAttnFactor, SiteAttnNormed, quantSites{SiteAttnInMax, SiteAttnInScale, SiteAttnInQuant}}
	ffnNormSites  = normSites{SiteFFNSquares, SiteFFNFactor, SiteFFNNormed, quantSites{SiteFFNInMax, SiteFFNInScale, SiteFFNInQuant}}
	outNormSites  = normSites{SiteOutSquares, SiteOutFactor, SiteOutNormed, quantSites{SiteHeadInMax, SiteHeadInScale, SiteHeadInQuant}}
	attnOutSites  = quantSites{SiteAttnOutMax, SiteAttnOutScale, SiteAttnOutQuant}
	ffnOutSites   = quantSites{SiteFFNOutMax, SiteFFNOutScale, SiteFFNOutQuant}
)

// partialPositions is the number of positions in one partial sum of attention: 64
// values with their proofs fit one referee step.
const partialPositions = 64

// emit gives values of any fixed-size type to the tap.
func emit[T any](e *Engine, r row, layer int, site Site, values ...T) {
	data, err := binary.Append(nil, binary.LittleEndian, values)
	if err != nil {
		panic("run: trace of a type without a fixed size: " + err.Error())
	}
	e.tap(At{r.seq.index, r.position, layer, site}, data)
}

func (e *Engine) tapValues(r row, layer int, site Site, x []int32) {
	if e.tap != nil {
		emit(e, r, layer, site, x...)
	}
}

// tapRows gives each row its part of a buffer.
func (s *step) tapRows(layer int, site Site, x []int32) {
	if s.e.tap == nil {
		return
	}
	n := len(x) / len(s.rows)
	for i, r := range s.rows {
		emit(s.e, r, layer, site, x[i*n:(i+1)*n]...)
	}
}

func (e *Engine) tapNorm(r row, layer int, sites normSites, x, y []int32, f ops.NormFactor) {
	if e.tap == nil {
		return
	}
	var squares []ops.Wide
	for at := 0; at < len(x); at += ops.BlockLen {
		squares = append(squares, ops.SumSquares(x[at:min(at+ops.BlockLen, len(x))]))
	}
	emit(e, r, layer, sites.squares, squares...)
	emit(e, r, layer, sites.factor, f)
	emit(e, r, layer, sites.normed, y...)
}

func (s *step) tapQuant(layer int, sites quantSites, x []int32, k int) {
	if s.e.tap == nil {
		return
	}
	for i, r := range s.rows {
		var tops []uint32
		for at := i * k; at < (i+1)*k; at += ops.BlockLen {
			tops = append(tops, ops.AbsMax(x[at:min(at+ops.BlockLen, (i+1)*k)]))
		}
		emit(s.e, r, layer, sites.max, tops...)
		emit(s.e, r, layer, sites.scale, s.quant.scale[i])
		data := append([]int8{}, s.quant.hi[i*k:(i+1)*k]...)
		if s.quant.width == 16 {
			data = append(data, s.quant.lo[i*k:(i+1)*k]...)
		}
		emit(s.e, r, layer, sites.quant, data...)
	}
}
