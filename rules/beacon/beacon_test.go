package beacon

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestVectors repeats testdata/vectors.txt: a changed byte in a layout shows here.
func TestVectors(t *testing.T) {
	forEachLine(t, "testdata/vectors.txt", func(line string, f []string) {
		var got []byte
		switch f[0] {
		case "genesis":
			r := Genesis(f[1])
			got = r[:]
		case "alpha":
			got = Alpha(f[1], unhex(t, f[2]), number(t, f[3]))
		case "mix":
			r := Mix(unhex(t, f[1]), unhex(t, f[2]))
			got = r[:]
		case "skip":
			got = Skip()
		case "hash":
			r := FromBlockHash(unhex(t, f[1]))
			got = r[:]
		case "possession":
			got = Possession(f[1], unhex(t, f[2]))
		default:
			t.Fatalf("unknown word in %q", line)
		}
		if want := f[len(f)-1]; hex.EncodeToString(got) != want {
			t.Errorf("%s\n got %x", line, got)
		}
	})
}

// TestEpochs repeats testdata/epochs.txt.
func TestEpochs(t *testing.T) {
	forEachLine(t, "testdata/epochs.txt", func(line string, f []string) {
		got, err := EffectiveHeight(number(t, f[0]), number(t, f[1]))
		if f[2] == "error" {
			if err == nil {
				t.Errorf("%s: got %d", line, got)
			}
			return
		}
		if err != nil || got != number(t, f[2]) {
			t.Errorf("%s: got %d, %v", line, got, err)
		}
	})
}

// TestEffectiveHeightBySteps compares with a slow twin that walks block by block and counts epoch starts.
func TestEffectiveHeightBySteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, e := rapid.Uint64Range(0, 500).Draw(t, "height"), rapid.Uint64Range(1, 50).Draw(t, "epoch")
		want, starts := h, 0
		for starts < 2 {
			want++
			if want%e == 0 {
				starts++
			}
		}
		if got, err := EffectiveHeight(h, e); err != nil || got != want {
			t.Fatalf("height %d epoch %d: got %d, %v, want %d", h, e, got, err, want)
		}
	})
}

// TestFieldsCannotBeShifted: bytes moved from one field to the next change the layout.
func TestFieldsCannotBeShifted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 2, 40).Draw(t, "bytes")
		i, j := rapid.IntRange(0, len(b)).Draw(t, "i"), rapid.IntRange(0, len(b)).Draw(t, "j")
		if i != j && bytes.Equal(fields("t", b[:i], b[i:]), fields("t", b[:j], b[j:])) {
			t.Fatal("two splits have one layout")
		}
	})
}

// TestMayUseHash: only a chain id that ends in -dev.
func TestMayUseHash(t *testing.T) {
	for id, want := range map[string]bool{"aichain-dev": true, "aichain-1": false, "aichain-dev-1": false, "": false, "x-DEV": false} {
		if MayUseHash(id) != want {
			t.Errorf("%q: got %t", id, !want)
		}
	}
}

func forEachLine(t *testing.T, path string, do func(line string, fields []string)) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	n := 0
	for s := bufio.NewScanner(file); s.Scan(); {
		line, _, _ := strings.Cut(s.Text(), "#")
		if f := strings.Fields(line); len(f) > 0 {
			do(s.Text(), f)
			n++
		}
	}
	if n == 0 {
		t.Fatal("no cases in " + path)
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func number(t *testing.T, s string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
