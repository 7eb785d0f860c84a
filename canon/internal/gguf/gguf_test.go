package gguf

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/aichain/aichain/canon/internal/gguf/gguftest"
)

func TestEveryHalfIsExact(t *testing.T) {
	for h := range 1 << 16 {
		sign, exp, frac := h>>15, h>>10&31, h&1023
		want := math.Ldexp(float64(1024+frac), exp-25)
		if exp == 0 {
			want = math.Ldexp(float64(frac), -24)
		}
		if exp == 31 {
			if v := float64(half(uint16(h))); !math.IsInf(v, 0) && !math.IsNaN(v) {
				t.Fatalf("%#x is %v", h, v)
			}
			continue
		}
		if sign == 1 {
			want = -want
		}
		if got := float64(half(uint16(h))); got != want {
			t.Fatalf("half %#x is %v, want %v", h, got, want)
		}
	}
}

func file(t *testing.T, tensors ...gguftest.Tensor) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.gguf")
	if err := gguftest.Write(path, []gguftest.KV{{Key: "general.architecture", Value: "llama"}, {Key: "n", Value: uint32(7)}}, tensors); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadsEachType(t *testing.T) {
	data := make([]float32, 64)
	for i := range data {
		data[i] = float32(i-32) / 32 * 127 // exact in every type: the block scale is 1
	}
	for i := range data {
		data[i] = float32(math.Trunc(float64(data[i])))
	}
	data[0], data[32] = -127, 127
	for kind, name := range map[uint32]string{gguftest.F32: "F32", gguftest.F16: "F16", gguftest.Q8_0: "Q8_0"} {
		f, err := Open(file(t, gguftest.Tensor{Name: "w", Rows: 2, Cols: 32, Type: kind, Data: data}))
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.Tensor("w", 2, 32)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range got {
			if v != data[i] {
				t.Fatalf("%s element %d is %v, want %v", name, i, v, data[i])
			}
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestRefusals(t *testing.T) {
	nan := gguftest.Tensor{Name: "nan", Cols: 2, Data: []float32{1, float32(math.NaN())}}
	odd := gguftest.Tensor{Name: "odd", Cols: 2, Type: 12, Data: nil}
	f, err := Open(file(t, nan, odd))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	_, missing := f.Tensor("none", 1, 2)
	_, shape := f.Tensor("nan", 2, 1)
	_, notNumber := f.Tensor("nan", 1, 2)
	_, kind := f.Tensor("odd", 1, 2)
	_, noKey := f.Uint32("none")
	_, wrongType := f.String("n")
	for name, err := range map[string]error{"missing": missing, "shape": shape, "nan": notNumber, "type": kind, "key": noKey, "key type": wrongType} {
		if !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHostileFilesAreRefused(t *testing.T) {
	good, err := os.ReadFile(file(t, gguftest.Tensor{Name: "w", Rows: 2, Cols: 32, Data: make([]float32, 64)}))
	if err != nil {
		t.Fatal(err)
	}
	for cut := 0; cut < len(good); cut += 3 {
		path := filepath.Join(t.TempDir(), "cut.gguf")
		if err := os.WriteFile(path, good[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(path)
		if err == nil {
			_, err = f.Tensor("w", 2, 32)
			if closeErr := f.Close(); closeErr != nil {
				t.Error(closeErr)
			}
		}
		if err == nil {
			t.Fatalf("a file cut at %d of %d reads", cut, len(good))
		}
	}
}
