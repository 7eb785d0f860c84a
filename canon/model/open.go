package model

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/aichain/aichain/canon/ops"
)

// Errors of Open and Verify, beside ErrHeader.
var (
	// ErrNotModel: the file does not begin as a canonical model does, or is no
	// regular file.
	ErrNotModel = errors.New("not a canonical model file")
	// ErrTruncated: the file is shorter than its header demands.
	ErrTruncated = errors.New("model file truncated")
	// ErrOversized: bytes follow the last tensor.
	ErrOversized = errors.New("model file oversized")
	// ErrPadding: a byte between two parts is not zero.
	ErrPadding = errors.New("model file padding not zero")
	// ErrTokenizerHash: the tokenizer blob is not the one that the header names.
	ErrTokenizerHash = errors.New("tokenizer hash mismatch")
	// ErrRootMismatch: the weights are not those of the expected model.
	ErrRootMismatch = errors.New("model root mismatch")
	// ErrClosed: the model was closed.
	ErrClosed = errors.New("model closed")
)

// chunkLeaves is the unit of parallel hashing; a power of two, so that chunks are
// whole subtrees.
const chunkLeaves = 1 << 10

// Model is an open model file. Its methods may be called from several goroutines,
// but not after Close. The file must not be shortened while it is open: a mapped
// page that vanishes ends the process.
type Model struct {
	header Header
	layout layout
	data   []byte
	unmap  func() error
	chunks func() [][32]byte
}

// Open maps a file and checks its structure: header, exact length, tokenizer hash,
// zero padding. It reads no weights; Root and Verify do. Errors: ErrNotModel,
// ErrTruncated, ErrOversized, ErrHeader, ErrPadding, ErrTokenizerHash, or the system's.
func Open(path string) (*Model, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w: no regular file", path, ErrNotModel)
	}
	data, unmap, err := mapFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m, err := parse(data)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), unmap())
	}
	m.unmap = unmap
	return m, nil
}

// parse checks the bytes of a file and makes a model that refers to them.
func parse(data []byte) (*Model, error) {
	if len(data) < preambleBytes {
		return nil, fmt.Errorf("%w: %d bytes", ErrTruncated, len(data))
	}
	if string(data[:8]) != magic || binary.LittleEndian.Uint32(data[12:]) != 0 {
		return nil, fmt.Errorf("%w: begins with %x", ErrNotModel, data[:preambleBytes])
	}
	n := uint64(binary.LittleEndian.Uint32(data[8:]))
	if n > MaxHeaderBytes {
		return nil, fmt.Errorf("%w: %d bytes", ErrHeader, n)
	}
	if uint64(len(data)) < preambleBytes+n {
		return nil, fmt.Errorf("%w: header of %d bytes, file of %d", ErrTruncated, n, len(data))
	}
	h, err := ParseHeader(data[preambleBytes:][:n])
	if err != nil {
		return nil, err
	}
	m := &Model{header: h, layout: newLayout(h), data: data}
	if have := uint64(len(data)); have < m.layout.fileBytes {
		return nil, fmt.Errorf("%w: need %d bytes, have %d", ErrTruncated, m.layout.fileBytes, have)
	} else if have > m.layout.fileBytes {
		return nil, fmt.Errorf("%w: need %d bytes, have %d", ErrOversized, m.layout.fileBytes, have)
	}
	if err := m.checkPadding(preambleBytes + n); err != nil {
		return nil, err
	}
	if got := sha256.Sum256(m.TokenizerBlob()); got != h.TokenizerHash {
		return nil, fmt.Errorf("%w: expected %x, got %x", ErrTokenizerHash, h.TokenizerHash, got)
	}
	m.chunks = sync.OnceValue(m.hashChunks)
	return m, nil
}

// checkPadding makes the file the only one with its root: no byte is free.
func (m *Model) checkPadding(headerEnd uint64) error {
	l := m.layout
	gaps := [][2]uint64{
		{headerEnd, l.tokenizerAt},
		{l.tokenizerAt + uint64(m.header.TokenizerBytes), l.tensors[0].scaleAt},
	}
	for i, t := range l.tensors {
		end := l.fileBytes
		if i+1 < len(l.tensors) {
			end = l.tensors[i+1].scaleAt
		}
		gaps = append(gaps, [2]uint64{t.scaleAt + t.scaleBytes(), t.dataAt},
			[2]uint64{t.dataAt + t.rows*t.rowBytes(), end})
	}
	for _, g := range gaps {
		for i, b := range m.data[g[0]:g[1]] {
			if b != 0 {
				return fmt.Errorf("%w: byte %d", ErrPadding, g[0]+uint64(i))
			}
		}
	}
	return nil
}

// Header returns the model's header.
func (m *Model) Header() Header { return m.header }

// TokenizerBlob returns the tokenizer, to be read with package token. The caller must
// not change it, nor keep it after Close.
func (m *Model) TokenizerBlob() []byte {
	return m.data[m.layout.tokenizerAt:][:m.header.TokenizerBytes]
}

// Close releases the mapping. Nothing that was read from the model may be used after.
func (m *Model) Close() error {
	if m.data == nil {
		return nil
	}
	m.data = nil
	return m.unmap()
}

// Matrix is an int8 weight matrix in place.
type Matrix struct {
	Rows, Cols int
	Data       []int8 // Rows x Cols, row after row
	scales     []byte
}

// Scale returns the Q30 scale of a row.
func (x Matrix) Scale(row int) uint32 { return littleEndianScale(x.scales, row) }

// Matrix returns a matrix part; the embedding for Head when tied.
func (m *Model) Matrix(part Part, layer int) Matrix {
	t := m.layout.find(part, layer)
	b := m.data[t.dataAt:][:t.rows*t.rowBytes()]
	return Matrix{
		Rows: int(t.rows), Cols: int(t.cols), scales: m.data[t.scaleAt:][:t.scaleBytes()],
		Data: unsafe.Slice((*int8)(unsafe.Pointer(&b[0])), len(b)), // same size, same alignment
	}
}

// Gains returns the Q16 gains of a norm part.
func (m *Model) Gains(part Part, layer int) []int32 {
	t := m.layout.find(part, layer)
	scale := littleEndianScale(m.data[t.scaleAt:], 0)
	out := make([]int32, t.cols)
	for i := range out {
		w := int16(binary.LittleEndian.Uint16(m.data[t.dataAt+2*uint64(i):]))
		out[i] = ops.NormGain(w, scale)
	}
	return out
}

// RopeRow writes the Q30 cosines and sines of a position into dst, which holds
// HeadDim elements, clamped to [-1, 1].
func (m *Model) RopeRow(dst []int32, position int) {
	t := m.layout.find(Rope, 0)
	_, row := m.rowParts(t, uint64(position))
	for i := range dst {
		dst[i] = ops.RopeEntry(int32(binary.LittleEndian.Uint32(row[4*i:])))
	}
}

// Root computes the model_id over the whole file, on every core, once. ErrClosed
// after Close.
func (m *Model) Root() ([32]byte, error) {
	chunks, err := m.chunkRoots()
	if err != nil {
		return [32]byte{}, err
	}
	return bindCount(top(chunks), m.layout.leaves), nil
}

// Verify returns ErrRootMismatch, with both roots, unless the model has this root.
func (m *Model) Verify(want [32]byte) error {
	got, err := m.Root()
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("%w: expected %x, got %x", ErrRootMismatch, want, got)
	}
	return nil
}

func (m *Model) chunkRoots() ([][32]byte, error) {
	if m.data == nil {
		return nil, ErrClosed
	}
	return m.chunks(), nil
}

// hashChunks hashes the file by chunks of leaves, on as many cores as there are.
func (m *Model) hashChunks() [][32]byte {
	out := make([][32]byte, (m.layout.leaves+chunkLeaves-1)/chunkLeaves)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(out)) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(out)); i = next.Add(1) - 1 {
				out[i] = top(m.leafHashes(uint64(i) * chunkLeaves))
			}
		})
	}
	wg.Wait()
	return out
}

// leafHashes hashes the leaves of the chunk that begins at first.
func (m *Model) leafHashes(first uint64) [][32]byte {
	last := min(first+chunkLeaves, m.layout.leaves)
	out := make([][32]byte, 0, last-first)
	for leaf := first; leaf < last; leaf++ {
		if leaf == 0 {
			out = append(out, leafHash(m.header.Encode()))
			continue
		}
		t, row := m.layout.at(leaf)
		scale, data := m.rowParts(t, row)
		out = append(out, leafHash(scale, data))
	}
	return out
}
