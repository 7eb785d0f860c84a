package model

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/aichain/aichain/canon/ops"
)

// Weights is one tensor as it is stored: Scales has one Q30 scale a row (none for
// Rope), Data the little-endian elements row after row: int8 for matrices, int16 for
// norms, int32 for Rope.
type Weights struct {
	Scales []uint32
	Data   []byte
}

// Write writes a model file. It fills in the profile, arch, tokenizer and tables
// fields of the header and asks for each tensor once, in file order. Errors: ErrHeader,
// those of source, those of w, or a tensor of the wrong size.
func Write(w io.Writer, h Header, tokenizer []byte, source func(Part, int) (Weights, error)) error {
	h.Profile, h.Arch, h.TablesHash = Profile, Arch, ops.TablesHash()
	h.TokenizerHash, h.TokenizerBytes = sha256.Sum256(tokenizer), uint32(min(len(tokenizer), MaxTokenizerBytes+1))
	if err := h.validate(); err != nil {
		return err
	}
	header, l := h.Encode(), newLayout(h)
	p := padder{w: bufio.NewWriterSize(w, 1<<20)}
	preamble := binary.LittleEndian.AppendUint32([]byte(magic), uint32(len(header)))
	p.put(binary.LittleEndian.AppendUint32(preamble, 0))
	p.put(header)
	p.padTo(l.tokenizerAt)
	p.put(tokenizer)
	for _, t := range l.tensors {
		p.padTo(t.scaleAt)
		x, err := source(t.part, t.layer)
		if err != nil {
			return err
		}
		if 4*uint64(len(x.Scales)) != t.scaleBytes() || uint64(len(x.Data)) != t.rows*t.rowBytes() {
			return fmt.Errorf("part %d of layer %d: %d scales and %d bytes for %d rows of %d bytes",
				t.part, t.layer, len(x.Scales), len(x.Data), t.rows, t.rowBytes())
		}
		for _, s := range x.Scales {
			p.put(binary.LittleEndian.AppendUint32(nil, s))
		}
		p.padTo(t.dataAt)
		p.put(x.Data)
	}
	p.padTo(l.fileBytes)
	if p.err != nil {
		return p.err
	}
	return p.w.Flush()
}

// padder writes at known offsets and keeps the first error.
type padder struct {
	w   *bufio.Writer
	at  uint64
	err error
}

func (p *padder) put(b []byte) {
	if p.err == nil {
		_, p.err = p.w.Write(b)
	}
	p.at += uint64(len(b))
}

func (p *padder) padTo(at uint64) { p.put(make([]byte, at-p.at)) }
