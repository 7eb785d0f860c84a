package model_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/ops"
)

const (
	nanoFile = "../../models/nano/nano.canon"
	nanoRoot = "3bd7366d8ebd658e14af27fe0d070f7bd9fedd98a3f26bc604a7cc113374ec84"
)

func open(t testing.TB, path string) *model.Model {
	t.Helper()
	m, err := model.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

func rootOf(t testing.TB, m *model.Model) [32]byte {
	t.Helper()
	root, err := m.Root()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestNanoHasTheRootOfItsCard(t *testing.T) {
	root := rootOf(t, open(t, nanoFile))
	if hex.EncodeToString(root[:]) != nanoRoot {
		t.Fatalf("root %x, want %s", root, nanoRoot)
	}
}

// plainRoot follows docs/canon.md section 3 with nothing of the package but the rows.
func plainRoot(t *testing.T, m *model.Model) [32]byte {
	t.Helper()
	hash := func(tag byte, parts ...[]byte) []byte {
		h := sha256.New()
		h.Write([]byte{tag})
		for _, p := range parts {
			h.Write(p)
		}
		return h.Sum(nil)
	}
	h := m.Header()
	level := [][]byte{hash(0, h.Encode())}
	rows := func(part model.Part, layer int) {
		n, _ := model.Shape(h, part)
		for r := range n {
			payload, _, err := m.RowProof(model.RowID{Part: part, Layer: layer, Row: uint64(r)})
			if err != nil {
				t.Fatal(err)
			}
			level = append(level, hash(0, payload))
		}
	}
	rows(model.Embedding, 0)
	for layer := range int(h.Layers) {
		for part := model.AttnNorm; part <= model.Down; part++ {
			rows(part, layer)
		}
	}
	rows(model.OutputNorm, 0)
	if !h.TiedHead {
		rows(model.Head, 0)
	}
	rows(model.Rope, 0)
	count := binary.LittleEndian.AppendUint64(nil, uint64(len(level)))
	for len(level) > 1 {
		var up [][]byte
		for i := 0; i+1 < len(level); i += 2 {
			up = append(up, hash(1, level[i], level[i+1]))
		}
		if len(level)%2 == 1 {
			up = append(up, level[len(level)-1])
		}
		level = up
	}
	return [32]byte(hash(2, count, level[0]))
}

func TestRootIsTheSpecifiedTree(t *testing.T) {
	tied := write(t, tiny(), nil)
	untied := tiny()
	untied.TiedHead = false
	for _, path := range []string{tied, write(t, untied, nil)} {
		m := open(t, path)
		if got, want := rootOf(t, m), plainRoot(t, m); got != want {
			t.Errorf("root %x, want %x", got, want)
		}
	}
}

// tiny is a small valid header.
func tiny() model.Header {
	return model.Header{
		Vocab: 5, Dim: 6, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 4, FFN: 7, MaxContext: 9, NormEps: 42950,
		AttnScale: 12102203, TiedHead: true, Widths: model.Widths{AttnIn: 8, AttnOut: 16, FFNIn: 8, FFNOut: 8, Head: 16},
		BOS: 1, EOS: []uint32{2, 4},
	}
}

// write makes a model file of counted weights; change, which may be nil, edits it.
func write(t testing.TB, h model.Header, change func([]byte) []byte) string {
	t.Helper()
	var b bytes.Buffer
	next := byte(0)
	err := model.Write(&b, h, []byte("tokenizer"), func(part model.Part, _ int) (model.Weights, error) {
		rows, cols := model.Shape(h, part)
		w := model.Weights{Scales: make([]uint32, rows), Data: make([]byte, rows*cols)}
		if part == model.Rope {
			w = model.Weights{Data: make([]byte, 4*rows*cols)}
		} else if model.IsNorm(part) {
			w.Data = make([]byte, 2*rows*cols)
		}
		for i := range w.Scales {
			w.Scales[i] = uint32(i + 1)
		}
		for i := range w.Data {
			next++
			w.Data[i] = next
		}
		return w, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	if change != nil {
		data = change(data)
	}
	path := filepath.Join(t.TempDir(), "model.canon")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestVerifySaysBothRoots(t *testing.T) {
	m := open(t, write(t, tiny(), nil))
	root := rootOf(t, m)
	if err := m.Verify(root); err != nil {
		t.Fatal(err)
	}
	other := root
	other[31] ^= 1
	err := m.Verify(other)
	if !errors.Is(err, model.ErrRootMismatch) {
		t.Fatal(err)
	}
	for _, r := range [][32]byte{root, other} {
		if !bytes.Contains([]byte(err.Error()), []byte(hex.EncodeToString(r[:]))) {
			t.Fatalf("%v does not say %x", err, r)
		}
	}
}

// Every byte of the file is bound by the root or refused.
func TestNoByteIsFree(t *testing.T) {
	path := write(t, tiny(), nil)
	root := rootOf(t, open(t, path))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "spoiled.canon")
	for i := range data {
		data[i] ^= 0x40
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		data[i] ^= 0x40
		m, err := model.Open(path)
		if err != nil {
			continue
		}
		if err := m.Verify(root); !errors.Is(err, model.ErrRootMismatch) {
			t.Errorf("byte %d of %d can change: %v", i, len(data), err)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestHostileFiles(t *testing.T) {
	for name, c := range map[string]struct {
		change func([]byte) []byte
		want   error
	}{
		"empty":            {func([]byte) []byte { return nil }, model.ErrTruncated},
		"short":            {func(b []byte) []byte { return b[:10] }, model.ErrTruncated},
		"half a header":    {func(b []byte) []byte { return b[:100] }, model.ErrTruncated},
		"last byte gone":   {func(b []byte) []byte { return b[:len(b)-1] }, model.ErrTruncated},
		"a byte too many":  {func(b []byte) []byte { return append(b, 0) }, model.ErrOversized},
		"another format":   {func(b []byte) []byte { copy(b, "GGUF"); return b }, model.ErrNotModel},
		"header of 4 GiB":  {func(b []byte) []byte { binary.LittleEndian.PutUint32(b[8:], 1<<32-1); return b }, model.ErrHeader},
		"2^20 layers":      {func(b []byte) []byte { binary.LittleEndian.PutUint32(b[16+48+8:], 1<<20); return b }, model.ErrHeader},
		"vocab of 2^20":    {func(b []byte) []byte { binary.LittleEndian.PutUint32(b[16+48:], 1<<20); return b }, model.ErrTruncated},
		"other tokenizer":  {func(b []byte) []byte { b[bytes.Index(b, []byte("tokenizer"))] = 'T'; return b }, model.ErrTokenizerHash},
		"padding not zero": {func(b []byte) []byte { b[len(b)-1] = 1; return b }, model.ErrPadding},
	} {
		m, err := model.Open(write(t, tiny(), c.change))
		if !errors.Is(err, c.want) || m != nil {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := model.Open(t.TempDir()); !errors.Is(err, model.ErrNotModel) {
		t.Errorf("a folder: %v", err)
	}
	if _, err := model.Open("no such file"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestClosedModel(t *testing.T) {
	m, err := model.Open(write(t, tiny(), nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(m.Close(), m.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Root(); !errors.Is(err, model.ErrClosed) {
		t.Fatal(err)
	}
}

// valid is tiny as Write completes it.
func valid() model.Header {
	h := tiny()
	h.Profile, h.Arch, h.TablesHash, h.TokenizerBytes = model.Profile, model.Arch, ops.TablesHash(), 9
	return h
}

func TestHeaderRoundTrips(t *testing.T) {
	h := valid()
	got, err := model.ParseHeader(h.Encode())
	if err != nil || !bytes.Equal(got.Encode(), h.Encode()) || got.FFN != 7 || !slices.Equal(got.EOS, h.EOS) || got.Widths != h.Widths || !got.TiedHead {
		t.Fatalf("%+v %v", got, err)
	}
}

func TestHeaderBounds(t *testing.T) {
	for name, spoil := range map[string]func(*model.Header){
		"profile": func(h *model.Header) { h.Profile = "canon-int/2" }, "arch": func(h *model.Header) { h.Arch = "gpt2" },
		"no tokens": func(h *model.Header) { h.Vocab = 0 }, "huge vocab": func(h *model.Header) { h.Vocab = 1<<20 + 1 },
		"dim": func(h *model.Header) { h.Dim = 30_721 }, "layers": func(h *model.Header) { h.Layers = 0 },
		"heads": func(h *model.Header) { h.Heads = 3; h.KVHeads = 2 }, "no kv heads": func(h *model.Header) { h.KVHeads = 0 },
		"odd head": func(h *model.Header) { h.HeadDim = 5 }, "wide head": func(h *model.Header) { h.HeadDim = 258 },
		"ffn": func(h *model.Header) { h.FFN = 1 << 31 }, "context": func(h *model.Header) { h.MaxContext = 1<<17 + 1 },
		"eps": func(h *model.Header) { h.NormEps = 0 }, "scale": func(h *model.Header) { h.AttnScale = 1<<24 + 1 },
		"bos": func(h *model.Header) { h.BOS = 5 }, "no eos": func(h *model.Header) { h.EOS = nil },
		"eos order": func(h *model.Header) { h.EOS = []uint32{4, 2} }, "eos twice": func(h *model.Header) { h.EOS = []uint32{2, 2} },
		"eos outside": func(h *model.Header) { h.EOS = []uint32{5} }, "many eos": func(h *model.Header) { h.EOS = make([]uint32, 9) },
		"width": func(h *model.Header) { h.Widths.Head = 12 }, "long 16-bit row": func(h *model.Header) { h.Dim = 20_481 },
		"tokenizer": func(h *model.Header) { h.TokenizerBytes = 1<<25 + 1 }, "tables": func(h *model.Header) { h.TablesHash[0]++ },
		"wide attention": func(h *model.Header) { h.Heads, h.KVHeads, h.HeadDim = 1024, 1, 256 },
	} {
		h := valid()
		spoil(&h)
		if _, err := model.ParseHeader(h.Encode()); !errors.Is(err, model.ErrHeader) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := valid().Encode()
	for name, b := range map[string][]byte{"nothing": nil, "short": good[:len(good)-1], "long": append(good[:len(good):len(good)], 0), "huge": make([]byte, 5000)} {
		if _, err := model.ParseHeader(b); !errors.Is(err, model.ErrHeader) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHeaderProof(t *testing.T) {
	for _, path := range []string{nanoFile, write(t, tiny(), nil)} {
		m := open(t, path)
		root, header := rootOf(t, m), m.Header().Encode()
		proof, err := m.HeaderProof()
		if err != nil {
			t.Fatal(err)
		}
		h, err := model.VerifyHeader(root, header, proof)
		if err != nil || !bytes.Equal(h.Encode(), header) {
			t.Fatalf("%v %v", h, err)
		}
		wrong := slices.Clone(proof)
		wrong[1][0] ^= 1
		spoiled := slices.Clone(header)
		spoiled[48+32] ^= 1 // norm eps
		for name, check := range map[string]func() error{
			"wrong root":   func() error { _, err := model.VerifyHeader([32]byte{}, header, proof); return err },
			"wrong hash":   func() error { _, err := model.VerifyHeader(root, header, wrong); return err },
			"short":        func() error { _, err := model.VerifyHeader(root, header, proof[1:]); return err },
			"long":         func() error { _, err := model.VerifyHeader(root, header, append(proof, proof[0])); return err },
			"endless":      func() error { _, err := model.VerifyHeader(root, header, make([][32]byte, 1<<16)); return err },
			"other header": func() error { _, err := model.VerifyHeader(root, spoiled, proof); return err },
		} {
			if err := check(); !errors.Is(err, model.ErrProof) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestRowProof(t *testing.T) {
	m := open(t, nanoFile)
	root, h := rootOf(t, m), m.Header()
	rows := []model.RowID{
		{Part: model.Embedding, Row: 511},
		{Part: model.AttnNorm, Layer: 3},
		{Part: model.Down, Layer: 2, Row: 127},
		{Part: model.OutputNorm},
		{Part: model.Head, Row: 7},
		{Part: model.Rope, Row: 511},
	}
	for _, id := range rows {
		payload, proof, err := m.RowProof(id)
		if err != nil {
			t.Fatal(err)
		}
		if err := model.VerifyRow(root, h, id, payload, proof); err != nil {
			t.Errorf("%+v: %v", id, err)
		}
		for _, other := range rows {
			if err := model.VerifyRow(root, h, other, payload, proof); other != id && !errors.Is(err, model.ErrProof) {
				t.Errorf("row %+v passes for %+v", id, other)
			}
		}
		payload[len(payload)-1] ^= 1
		if err := model.VerifyRow(root, h, id, payload, proof); !errors.Is(err, model.ErrProof) {
			t.Errorf("%+v spoiled: %v", id, err)
		}
	}
	for _, id := range []model.RowID{{Part: 99}, {Part: model.Query, Layer: 4}, {Part: model.Query, Layer: -1}, {Part: model.Rope, Row: 512}, {Part: model.Rope, Layer: 1}} {
		if _, _, err := m.RowProof(id); !errors.Is(err, model.ErrProof) {
			t.Errorf("%+v: %v", id, err)
		}
	}
}

func FuzzParseHeader(f *testing.F) {
	f.Add(valid().Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := model.ParseHeader(b)
		if err == nil && !bytes.Equal(h.Encode(), b) {
			t.Fatalf("%x is a second encoding of %+v", b, h)
		}
		if err != nil && !errors.Is(err, model.ErrHeader) {
			t.Fatal(err)
		}
	})
}

func FuzzOpen(f *testing.F) {
	data, err := os.ReadFile(write(f, tiny(), nil))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:200])
	path := filepath.Join(f.TempDir(), "fuzz.canon")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := model.Open(path)
		if err != nil {
			return
		}
		root := rootOf(t, m)
		proof, err := m.HeaderProof()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := model.VerifyHeader(root, m.Header().Encode(), proof); err != nil {
			t.Fatal(err)
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkRoot(b *testing.B) {
	for b.Loop() {
		m := open(b, nanoFile)
		b.SetBytes(984640)
		rootOf(b, m)
	}
}
