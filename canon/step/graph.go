package step

import (
	"errors"
	"fmt"

	"github.com/aichain/aichain/canon/model"
)

// ErrTensor is returned for a tensor that a trace does not have, or that no step may
// claim.
var ErrTensor = errors.New("no such tensor")

// At is where a tensor stands in a run. Sites outside the layers have layer 0; the
// first and the last leaf have position 0 too.
type At struct {
	Position, Layer int
	Site            Site
}

// String says where in words.
func (a At) String() string {
	switch {
	case a.Site == SiteInput || a.Site == SiteOutput:
		return a.Site.String()
	case a.Site >= SiteAttnSquares && a.Site <= SiteFFNResidual:
		return fmt.Sprintf("%s, layer %d, position %d", a.Site, a.Layer, a.Position)
	}
	return fmt.Sprintf("%s, position %d", a.Site, a.Position)
}

// layerSites is the number of tensors of one token in one layer.
const layerSites = uint64(SiteFFNResidual-SiteAttnSquares) + 1

// The tensors of choosing a token: greedy, sampled from all, sampled under top-k.
var (
	greedyTail  = []Site{SiteOutSquares, SiteOutFactor, SiteOutNormed, SiteHeadInMax, SiteHeadInScale, SiteHeadInQuant, SiteLogits, SiteLogitBest, SiteToken}
	sampledTail = append(greedyTail[:8:8], SiteCutCounts, SiteCut, SiteWeightSums, SiteToken)
	topKTail    = append(greedyTail[:8:8], SiteCutSearch, SiteCutCounts, SiteCut, SiteWeightSums, SiteToken)
)

// Shape is the order and the size of the tensors of a run: a function of the model's
// header and of the claim, known to the chain without running anything. All methods
// take constant time.
//
// Order: the input; then, position by position, the embedding, layer by layer the
// tensors by number, and where a token is chosen (from the last token of the prompt
// on) the tensors of the choice; then the output.
type Shape struct {
	h         model.Header
	claim     Claim
	positions uint64 // tokens that enter the model
	prompt    uint64
	body      uint64 // tensors of every position
	tail      []Site // further tensors where a token is chosen
}

// NewShape checks a claim against a header that was checked before (ParseHeader).
// Errors: ErrTask, ErrClaim.
func NewShape(h model.Header, c Claim) (Shape, error) {
	if err := c.check(h); err != nil {
		return Shape{}, err
	}
	s := Shape{h: h, claim: c, prompt: uint64(len(c.Prompt)), body: 1 + uint64(h.Layers)*layerSites, tail: greedyTail}
	s.positions = s.prompt + uint64(len(c.Output))
	if c.Stop != StopEnd {
		s.positions-- // the last token of the answer never enters the model
	}
	if c.Temperature > 0 {
		s.tail = sampledTail
		if s.hasSearch() {
			s.tail = topKTail
		}
	}
	return s, nil
}

// hasSearch tells whether top-k leaves tokens out.
func (s Shape) hasSearch() bool { return s.claim.TopK > 0 && s.claim.TopK < s.h.Vocab }

// Header returns the model's header.
func (s Shape) Header() model.Header { return s.h }

// Claim returns the claim that the shape is of.
func (s Shape) Claim() Claim { return s.claim }

// Positions is the number of tokens that enter the model, at most the context.
func (s Shape) Positions() int { return int(s.positions) }

// Chooses tells whether a token is chosen after a position.
func (s Shape) Chooses(position int) bool { return uint64(position)+1 >= s.prompt }

// Tensors is the number of leaves of the trace: at least 3, below 2^32.
func (s Shape) Tensors() uint64 {
	return 2 + s.positions*s.body + (s.positions-s.prompt+1)*uint64(len(s.tail))
}

// Index returns the leaf of a tensor, ErrTensor when the trace has none there.
func (s Shape) Index(a At) (uint64, error) {
	switch {
	case a.Site == SiteInput && a == At{Site: SiteInput}:
		return 0, nil
	case a.Site == SiteOutput && a == At{Site: SiteOutput}:
		return s.Tensors() - 1, nil
	case a.Position < 0 || uint64(a.Position) >= s.positions || a.Layer < 0:
		return 0, fmt.Errorf("%w: %+v", ErrTensor, a)
	}
	p := uint64(a.Position)
	first := 1 + p*s.body
	if p >= s.prompt {
		first += (p - s.prompt + 1) * uint64(len(s.tail))
	}
	if a.Site == SiteEmbedding && a.Layer == 0 {
		return first, nil
	}
	if a.Site >= SiteAttnSquares && a.Site <= SiteFFNResidual && a.Layer < int(s.h.Layers) {
		return first + 1 + uint64(a.Layer)*layerSites + uint64(a.Site-SiteAttnSquares), nil
	}
	for i, site := range s.tail {
		if site == a.Site && a.Layer == 0 && s.Chooses(a.Position) {
			return first + s.body + uint64(i), nil
		}
	}
	return 0, fmt.Errorf("%w: %+v", ErrTensor, a)
}

// At is the inverse of Index. ErrTensor for a leaf that is not below Tensors.
func (s Shape) At(leaf uint64) (At, error) {
	switch {
	case leaf == 0:
		return At{Site: SiteInput}, nil
	case leaf == s.Tensors()-1:
		return At{Site: SiteOutput}, nil
	case leaf >= s.Tensors():
		return At{}, fmt.Errorf("%w: %d of %d", ErrTensor, leaf, s.Tensors())
	}
	i, p, per := leaf-1, uint64(0), s.body
	if plain := (s.prompt - 1) * s.body; i >= plain {
		i, p, per = i-plain, s.prompt-1, s.body+uint64(len(s.tail))
	}
	p, i = p+i/per, i%per
	switch {
	case i == 0:
		return At{int(p), 0, SiteEmbedding}, nil
	case i < s.body:
		return At{int(p), int((i - 1) / layerSites), SiteAttnSquares + Site((i-1)%layerSites)}, nil
	}
	return At{int(p), 0, s.tail[i-s.body]}, nil
}
