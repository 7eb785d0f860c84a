// Package gguf reads what the converter and the float reference engine need from a
// GGUF file: typed metadata and tensors as float32. The container is parsed by
// gpustack/gguf-parser-go (MIT), which does not read tensor data; that is done here
// for F32, F16 and Q8_0, all of which are exact in float32.
package gguf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"

	parser "github.com/gpustack/gguf-parser-go"
)

// ErrFormat is returned when the file is not a GGUF file that this package can read;
// the message names the key or the tensor.
var ErrFormat = errors.New("unusable gguf file")

// maxElements bounds one tensor: 2^20 tokens by 30 720 is the largest that a
// canonical header admits.
const maxElements = 1 << 35

// File is an open GGUF file.
type File struct {
	f    *os.File
	info *parser.GGUFFile
	size int64
}

// Open parses the container. A crafted file makes the parser panic in places; that
// becomes ErrFormat too.
func Open(path string) (file *File, err error) {
	defer func() {
		if p := recover(); p != nil {
			file, err = nil, fmt.Errorf("%s: %w: %v", path, ErrFormat, p)
		}
	}()
	info, err := parser.ParseGGUFFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", path, ErrFormat, err)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	stat, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &File{f: f, info: info, size: stat.Size()}, nil
}

// Close closes the file.
func (g *File) Close() error { return g.f.Close() }

// Has tells whether there is a tensor of this name.
func (g *File) Has(name string) bool { _, ok := g.find(name); return ok }

func (g *File) find(name string) (parser.GGUFTensorInfo, bool) {
	for _, t := range g.info.TensorInfos {
		if t.Name == name {
			return t, true
		}
	}
	return parser.GGUFTensorInfo{}, false
}

// value returns a metadata value of type T.
func value[T any](g *File, key string) (T, error) {
	var zero T
	kv, ok := g.info.Header.MetadataKV.Get(key)
	if !ok {
		return zero, fmt.Errorf("%w: no key %s", ErrFormat, key)
	}
	v, ok := kv.Value.(T)
	if !ok {
		return zero, fmt.Errorf("%w: key %s is a %T", ErrFormat, key, kv.Value)
	}
	return v, nil
}

// Uint32 returns an unsigned metadata value.
func (g *File) Uint32(key string) (uint32, error) { return value[uint32](g, key) }

// Float32 returns a float metadata value.
func (g *File) Float32(key string) (float32, error) { return value[float32](g, key) }

// String returns a text metadata value.
func (g *File) String(key string) (string, error) { return value[string](g, key) }

// Bool returns a true-or-false metadata value, or otherwise when it is absent.
func (g *File) Bool(key string, otherwise bool) bool {
	if v, err := value[bool](g, key); err == nil {
		return v
	}
	return otherwise
}

// HasKey tells whether there is a metadata value of this name.
func (g *File) HasKey(key string) bool { _, ok := g.info.Header.MetadataKV.Get(key); return ok }

// Strings returns a list of texts.
func (g *File) Strings(key string) ([]string, error) { return list[string](g, key) }

// Int32s returns a list of numbers.
func (g *File) Int32s(key string) ([]int32, error) { return list[int32](g, key) }

func list[T any](g *File, key string) ([]T, error) {
	a, err := value[parser.GGUFMetadataKVArrayValue](g, key)
	if err != nil {
		return nil, err
	}
	out := make([]T, len(a.Array))
	for i, v := range a.Array {
		x, ok := v.(T)
		if !ok {
			return nil, fmt.Errorf("%w: key %s holds a %T", ErrFormat, key, v)
		}
		out[i] = x
	}
	return out, nil
}

// Tensor reads a tensor of the expected rows and columns (one row for a vector).
func (g *File) Tensor(name string, rows, cols int) ([]float32, error) {
	t, ok := g.find(name)
	if !ok {
		return nil, fmt.Errorf("%w: no tensor %s", ErrFormat, name)
	}
	if !hasShape(t.Dimensions, uint64(rows), uint64(cols)) {
		return nil, fmt.Errorf("%w: tensor %s is %v, need %d rows of %d", ErrFormat, name, t.Dimensions, rows, cols)
	}
	n := rows * cols
	decode, bytes, err := decoder(t.Type, n, cols)
	if err != nil {
		return nil, fmt.Errorf("tensor %s: %w", name, err)
	}
	at := g.info.TensorDataStartOffset + int64(t.Offset)
	if int64(n) > maxElements || at < 0 || at > g.size || int64(bytes) > g.size-at {
		return nil, fmt.Errorf("%w: tensor %s needs %d bytes at %d of %d", ErrFormat, name, bytes, at, g.size)
	}
	raw := make([]byte, bytes)
	if _, err := g.f.ReadAt(raw, at); err != nil {
		return nil, fmt.Errorf("tensor %s: %w", name, err)
	}
	out := make([]float32, n)
	decode(out, raw)
	for i, v := range out {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("%w: tensor %s element %d is %v", ErrFormat, name, i, v)
		}
	}
	return out, nil
}

// hasShape compares GGUF dimensions, innermost first, with rows and columns.
func hasShape(d []uint64, rows, cols uint64) bool {
	if len(d) == 1 {
		return rows == 1 && d[0] == cols
	}
	return len(d) == 2 && d[0] == cols && d[1] == rows
}

const (
	q8Block = 32          // elements of a Q8_0 block
	q8Bytes = 2 + q8Block // its F16 scale and its int8 elements
)

func decoder(kind parser.GGMLType, n, cols int) (func([]float32, []byte), int, error) {
	switch kind {
	case parser.GGMLTypeF32:
		return decodeF32, 4 * n, nil
	case parser.GGMLTypeF16:
		return decodeF16, 2 * n, nil
	case parser.GGMLTypeQ8_0:
		if cols%q8Block == 0 {
			return decodeQ8, n / q8Block * q8Bytes, nil
		}
	}
	return nil, 0, fmt.Errorf("%w: type %v with rows of %d; F32, F16 and Q8_0 can be read", ErrFormat, kind, cols)
}

func decodeF32(dst []float32, b []byte) {
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
}

func decodeF16(dst []float32, b []byte) {
	for i := range dst {
		dst[i] = half(binary.LittleEndian.Uint16(b[2*i:]))
	}
}

// decodeQ8 is exact: an F16 times an int8 has at most 19 significant bits.
func decodeQ8(dst []float32, b []byte) {
	for i := range dst {
		block := b[i/q8Block*q8Bytes:]
		dst[i] = half(binary.LittleEndian.Uint16(block)) * float32(int8(block[2+i%q8Block]))
	}
}

// half widens an IEEE half-precision number; exact.
func half(h uint16) float32 {
	sign, exp, frac := uint32(h>>15)<<31, uint32(h>>10&31), uint32(h&1023)
	switch {
	case exp == 31:
		return math.Float32frombits(sign | 255<<23 | frac<<13)
	case exp > 0:
		return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
	}
	v := float32(frac) / (1 << 24)
	if sign != 0 {
		v = -v
	}
	return v
}
