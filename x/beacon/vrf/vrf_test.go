package vrf_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/aichain/aichain/x/beacon/vrf"
)

func key(t testing.TB, b byte) vrf.Key {
	t.Helper()
	k, err := vrf.FromSeed(bytes.Repeat([]byte{b}, vrf.SeedSize))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestOneOutputPerInput: a proof holds for its key and input alone, and its output never varies.
func TestOneOutputPerInput(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		input := rapid.SliceOf(rapid.Byte()).Draw(rt, "input")
		k := key(t, rapid.Byte().Draw(rt, "key"))
		proof := k.Prove(input)
		out, ok := vrf.Verify(k.Public(), proof, input)
		if !ok || len(out) != vrf.OutputSize || len(proof) != vrf.ProofSize {
			rt.Fatal("a true proof is refused")
		}
		if again, _ := vrf.Verify(k.Public(), k.Prove(input), input); !bytes.Equal(out, again) {
			rt.Fatal("two outputs")
		}
		bad := append([]byte(nil), proof...)
		bad[rapid.IntRange(0, len(bad)-1).Draw(rt, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
		if _, ok := vrf.Verify(k.Public(), bad, input); ok {
			rt.Fatal("a changed proof holds")
		}
		if _, ok := vrf.Verify(k.Public(), proof, append(input, 0)); ok {
			rt.Fatal("a proof holds for another input")
		}
	})
}

// TestBadKeysAreRefused: wrong lengths and points of small order.
func TestBadKeysAreRefused(t *testing.T) {
	proof := key(t, 1).Prove([]byte("x"))
	identity := append([]byte{1}, make([]byte, 31)...)
	for name, pub := range map[string][]byte{"empty": nil, "short": {1}, "zero": make([]byte, 32), "identity": identity, "no point": bytes.Repeat([]byte{0xff}, 32)} {
		if _, ok := vrf.Verify(pub, proof, []byte("x")); ok {
			t.Errorf("%s key accepted", name)
		}
	}
	if _, err := vrf.FromSeed([]byte{1}); err == nil {
		t.Error("a short seed gives a key")
	}
}

// FuzzVerify: no bytes make Verify panic.
func FuzzVerify(f *testing.F) {
	k := key(f, 3)
	f.Add(k.Public(), k.Prove([]byte("x")), []byte("x"))
	f.Fuzz(func(_ *testing.T, pub, proof, input []byte) { vrf.Verify(pub, proof, input) })
}

func BenchmarkProve(b *testing.B) {
	k, in := key(b, 1), make([]byte, 100)
	for b.Loop() {
		k.Prove(in)
	}
}

func BenchmarkVerify(b *testing.B) {
	k, in := key(b, 1), make([]byte, 100)
	p, pub := k.Prove(in), k.Public()
	for b.Loop() {
		if _, ok := vrf.Verify(pub, p, in); !ok {
			b.Fatal("refused")
		}
	}
}
