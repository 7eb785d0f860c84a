package convert

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/aichain/aichain/canon/internal/gguf"
	"github.com/aichain/aichain/canon/model"
)

// ErrUnsupported is returned when the source uses something that canon-int/1 has not.
var ErrUnsupported = errors.New("not convertible to canon-int/1")

// Options choose what the source file leaves open. The zero value is usual.
type Options struct {
	// Widths of the activations. A zero width means 8, but 16 for FFNOut where the
	// rows allow it: the gated activations have outliers that 8 bits serve badly (on
	// nano, 16 bits there halve the divergence from the float model).
	Widths model.Widths
	// RopeHalf pairs element i with i+headDim/2 instead of neighbours; for files
	// whose query and key rows were not permuted for llama.cpp.
	RopeHalf bool
	// MaxContext shortens the context (positions); 0 keeps the file's.
	MaxContext uint32
}

// source is an open GGUF file and the header made for it.
type source struct {
	file    *gguf.File
	header  model.Header
	factors []float32 // divisors of the rotation frequencies; nil for none
	base    float32
	report  Report
	ctx     context.Context
}

// FromGGUF converts a Llama-architecture GGUF file (F32, F16 or Q8_0 tensors). The
// output appears under its name only when it is complete. It holds one tensor in
// memory at a time. Errors: ErrUnsupported, gguf.ErrFormat, model.ErrHeader, or the
// system's.
func FromGGUF(ctx context.Context, ggufPath, outPath string, o Options) (Report, error) {
	file, err := gguf.Open(ggufPath)
	if err != nil {
		return Report{}, err
	}
	defer file.Close()
	s := &source{file: file, ctx: ctx}
	if err := s.readHeader(o); err != nil {
		return Report{}, err
	}
	blob, err := s.tokenizer()
	if err != nil {
		return Report{}, err
	}
	err = writeFile(outPath, func(w io.Writer) error { return model.Write(w, s.header, blob, s.weights) })
	return s.report, err
}

// writeFile writes beside the target and renames, so that no half file is left.
func writeFile(path string, fill func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	err = fill(w)
	if err == nil {
		err = errors.Join(w.Flush(), f.Chmod(0o644), f.Sync())
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// readHeader fills the header from the metadata.
func (s *source) readHeader(o Options) error {
	arch, err := s.file.String("general.architecture")
	if err != nil {
		return err
	}
	if arch != model.Arch {
		return fmt.Errorf("%w: architecture %s", ErrUnsupported, arch)
	}
	h := &s.header
	*h = model.Header{RopeInterleaved: !o.RopeHalf, TiedHead: !s.file.Has("output.weight"), Widths: o.Widths}
	for _, f := range []struct {
		key string
		to  *uint32
	}{
		{"embedding_length", &h.Dim},
		{"block_count", &h.Layers},
		{"feed_forward_length", &h.FFN},
		{"attention.head_count", &h.Heads},
		{"context_length", &h.MaxContext},
	} {
		if *f.to, err = s.file.Uint32("llama." + f.key); err != nil {
			return err
		}
	}
	if h.Heads == 0 {
		return fmt.Errorf("%w: no heads", ErrUnsupported)
	}
	h.KVHeads = s.number("llama.attention.head_count_kv", h.Heads)
	h.HeadDim = s.number("llama.attention.key_length", h.Dim/h.Heads)
	if o.MaxContext > 0 {
		h.MaxContext = min(h.MaxContext, o.MaxContext)
	}
	setWidths(h)
	if err := s.readVocabulary(); err != nil {
		return err
	}
	return errors.Join(s.readNorm(), s.readRope())
}

// number returns a metadata value, or otherwise when it is absent.
func (s *source) number(key string, otherwise uint32) uint32 {
	if v, err := s.file.Uint32(key); err == nil {
		return v
	}
	return otherwise
}

// setWidths fills in the widths that were left open.
func setWidths(h *model.Header) {
	w := &h.Widths
	if w.FFNOut == 0 && h.FFN <= model.MaxRow16 {
		w.FFNOut = 16
	}
	for _, p := range []*uint8{&w.AttnIn, &w.AttnOut, &w.FFNIn, &w.FFNOut, &w.Head} {
		if *p == 0 {
			*p = 8
		}
	}
}

// readNorm sets the two constants that the header carries in fixed point.
func (s *source) readNorm() error {
	eps, err := s.file.Float32("llama.attention.layer_norm_rms_epsilon")
	if err != nil {
		return err
	}
	q32 := math.Floor(float64(eps)*(1<<32) + 0.5) // a power of two: the product is exact
	if !(q32 >= 1 && q32 < 1<<32) {
		return fmt.Errorf("%w: norm epsilon %v", ErrUnsupported, eps)
	}
	s.header.NormEps = uint32(q32)
	s.header.AttnScale = attentionScale(s.header.HeadDim)
	return nil
}

// readRope checks that the rotation is the plain one, with or without divisors.
func (s *source) readRope() (err error) {
	h := s.header
	if rotated := s.number("llama.rope.dimension_count", h.HeadDim); rotated != h.HeadDim {
		return fmt.Errorf("%w: %d of %d head elements rotate", ErrUnsupported, rotated, h.HeadDim)
	}
	if kind, err := s.file.String("llama.rope.scaling.type"); err == nil && kind != "none" {
		return fmt.Errorf("%w: rope scaling %s", ErrUnsupported, kind)
	}
	s.base = 10000
	if s.file.HasKey("llama.rope.freq_base") {
		if s.base, err = s.file.Float32("llama.rope.freq_base"); err != nil {
			return err
		}
	}
	if !(s.base >= 1 && s.base <= 1e9) {
		return fmt.Errorf("%w: rope base %v", ErrUnsupported, s.base)
	}
	if s.file.Has("rope_freqs.weight") {
		s.factors, err = s.file.Tensor("rope_freqs.weight", 1, int(h.HeadDim/2))
	}
	return err
}
