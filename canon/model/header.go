package model

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/aichain/aichain/canon/ops"
)

// Names that a header carries; this package knows one of each.
const (
	Profile = "canon-int/1"
	Arch    = "llama"
)

// Limits of a header. They bound every allocation and keep each referee step within
// 64 KiB and 65 536 products.
const (
	MaxHeaderBytes    = 4096
	MaxVocab          = 1 << 20
	MaxLayers         = 256
	MaxHeads          = 1024
	MaxHeadDim        = 256     // keeps a product of two packed heads below 2^38
	MaxContext        = 1 << 17 // keeps an attention accumulator at or below 2^62
	MaxTokenizerBytes = 1 << 25
	MaxEOS            = 8
	// A weight row, its activations and their proofs fit into 64 KiB.
	MaxRow8  = 30_720
	MaxRow16 = 20_480
)

const (
	profileBytes = 32
	archBytes    = 16
	fixedBytes   = profileBytes + archBytes + 12*4 + 2 + 5 + 1 + 64
)

// ErrHeader is returned when a header is malformed or out of bounds; the message
// names the field.
var ErrHeader = errors.New("bad model header")

// Widths are the bits of the quantised activations that enter each matrix product,
// 8 or 16. Products that share an input share a width.
type Widths struct {
	AttnIn  uint8 // query, key and value
	AttnOut uint8 // attention output
	FFNIn   uint8 // gate and up
	FFNOut  uint8 // down
	Head    uint8 // logits
}

// Header is everything about a model that is not a weight. It is leaf 0 of the
// Merkle tree.
type Header struct {
	Profile, Arch   string
	Vocab           uint32 // tokens
	Dim             uint32 // width of the residual stream
	Layers          uint32
	Heads, KVHeads  uint32 // query heads, key and value heads
	HeadDim         uint32 // elements of one head, even
	FFN             uint32 // width of the feed-forward layer
	MaxContext      uint32 // positions, prompt and answer together
	NormEps         uint32 // Q32, at least 1
	AttnScale       uint32 // Q24, log2(e)/sqrt(HeadDim)
	RopeInterleaved bool   // pairs (2i, 2i+1); otherwise (i, i+HeadDim/2)
	TiedHead        bool   // the logits use the embedding rows
	Widths          Widths
	BOS             uint32
	EOS             []uint32 // 1..8 stop tokens, strictly ascending
	TokenizerBytes  uint32
	TablesHash      [32]byte // ops.TablesHash
	TokenizerHash   [32]byte // SHA-256 of the tokenizer blob
}

// Encode returns the only encoding of the header (little-endian). It does not check
// the header; ParseHeader does.
func (h Header) Encode() []byte {
	b := make([]byte, profileBytes+archBytes, fixedBytes+4*len(h.EOS))
	copy(b, h.Profile)
	copy(b[profileBytes:], h.Arch)
	for _, v := range h.numbers() {
		b = binary.LittleEndian.AppendUint32(b, *v)
	}
	b = append(b, flag(h.RopeInterleaved), flag(h.TiedHead))
	b = append(b, h.Widths.AttnIn, h.Widths.AttnOut, h.Widths.FFNIn, h.Widths.FFNOut, h.Widths.Head)
	b = append(b, h.TablesHash[:]...)
	b = append(b, h.TokenizerHash[:]...)
	b = append(b, byte(len(h.EOS)))
	for _, id := range h.EOS {
		b = binary.LittleEndian.AppendUint32(b, id)
	}
	return b
}

// numbers lists the 32-bit fields in the order of the encoding.
func (h *Header) numbers() [12]*uint32 {
	return [12]*uint32{
		&h.Vocab, &h.Dim, &h.Layers, &h.Heads, &h.KVHeads, &h.HeadDim, &h.FFN,
		&h.MaxContext, &h.NormEps, &h.AttnScale, &h.BOS, &h.TokenizerBytes,
	}
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// ParseHeader decodes and checks a header. It accepts exactly the bytes that Encode
// gives for a valid header; anything else is ErrHeader.
func ParseHeader(b []byte) (Header, error) {
	var h Header
	if len(b) < fixedBytes || len(b) > MaxHeaderBytes {
		return h, fmt.Errorf("%w: %d bytes", ErrHeader, len(b))
	}
	r := reader{b: b}
	h.Profile, h.Arch = r.text(profileBytes), r.text(archBytes)
	for _, v := range h.numbers() {
		*v = r.u32()
	}
	h.RopeInterleaved, h.TiedHead = r.flag("rope pairing"), r.flag("tied head")
	w := r.take(5)
	h.Widths = Widths{w[0], w[1], w[2], w[3], w[4]}
	copy(h.TablesHash[:], r.take(32))
	copy(h.TokenizerHash[:], r.take(32))
	n := int(r.take(1)[0])
	if n > MaxEOS || len(r.b) != 4*n {
		return Header{}, fmt.Errorf("%w: %d stop tokens in %d bytes", ErrHeader, n, len(r.b))
	}
	for range n {
		h.EOS = append(h.EOS, r.u32())
	}
	if r.err != nil {
		return Header{}, r.err
	}
	if err := h.validate(); err != nil {
		return Header{}, err
	}
	return h, nil
}

// validate returns ErrHeader, naming the field, unless the header is within bounds.
func (h Header) validate() error {
	if h.Profile != Profile || h.Arch != Arch {
		return fmt.Errorf("%w: need %s %s, have %.32q %.16q", ErrHeader, Profile, Arch, h.Profile, h.Arch)
	}
	for _, f := range []struct {
		name          string
		v, least, top uint32
	}{
		{"vocab", h.Vocab, 2, MaxVocab},
		{"dim", h.Dim, 2, MaxRow8},
		{"layers", h.Layers, 1, MaxLayers},
		{"heads", h.Heads, 1, MaxHeads},
		{"kv heads", h.KVHeads, 1, MaxHeads},
		{"head dim", h.HeadDim, 4, MaxHeadDim},
		{"ffn", h.FFN, 2, MaxRow8},
		{"max context", h.MaxContext, 2, MaxContext},
		{"norm eps", h.NormEps, 1, 1<<32 - 1},
		{"attention scale", h.AttnScale, 1, 1 << 24},
		{"bos", h.BOS, 0, h.Vocab - 1},
		{"tokenizer bytes", h.TokenizerBytes, 1, MaxTokenizerBytes},
		{"stop tokens", uint32(len(h.EOS)), 1, MaxEOS},
	} {
		if f.v < f.least || f.v > f.top {
			return fmt.Errorf("%w: %s is %d, need %d..%d", ErrHeader, f.name, f.v, f.least, f.top)
		}
	}
	if h.Heads%h.KVHeads != 0 || h.HeadDim%2 != 0 {
		return fmt.Errorf("%w: %d heads over %d kv heads of %d", ErrHeader, h.Heads, h.KVHeads, h.HeadDim)
	}
	if h.TablesHash != ops.TablesHash() {
		return fmt.Errorf("%w: tables hash %x, this engine has %x", ErrHeader, h.TablesHash, ops.TablesHash())
	}
	if err := h.checkEOS(); err != nil {
		return err
	}
	return h.checkWidths()
}

func (h Header) checkEOS() error {
	for i, id := range h.EOS {
		if id >= h.Vocab || i > 0 && id <= h.EOS[i-1] {
			return fmt.Errorf("%w: stop token %d", ErrHeader, id)
		}
	}
	return nil
}

func (h Header) checkWidths() error {
	for _, f := range []struct {
		name  string
		width uint8
		row   uint32
	}{
		{"attention input", h.Widths.AttnIn, h.Dim},
		{"attention output", h.Widths.AttnOut, h.Heads * h.HeadDim},
		{"ffn input", h.Widths.FFNIn, h.Dim},
		{"ffn output", h.Widths.FFNOut, h.FFN},
		{"head", h.Widths.Head, h.Dim},
	} {
		switch {
		case f.width == 8 && f.row <= MaxRow8, f.width == 16 && f.row <= MaxRow16:
		default:
			return fmt.Errorf("%w: %s width %d with rows of %d", ErrHeader, f.name, f.width, f.row)
		}
	}
	return nil
}

// reader takes fields from the front of a header whose length is already checked.
type reader struct {
	b   []byte
	err error
}

func (r *reader) take(n int) []byte {
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) u32() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }

func (r *reader) flag(name string) bool {
	v := r.take(1)[0]
	if v > 1 {
		r.err = fmt.Errorf("%w: %s is %d", ErrHeader, name, v)
	}
	return v == 1
}

// text returns a zero-padded string; padding inside it is an error.
func (r *reader) text(n int) string {
	b := r.take(n)
	end := 0
	for end < n && b[end] != 0 {
		end++
	}
	for _, c := range b[end:] {
		if c != 0 {
			r.err = fmt.Errorf("%w: text %q", ErrHeader, b)
		}
	}
	return string(b[:end])
}
