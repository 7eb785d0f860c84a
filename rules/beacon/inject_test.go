package beacon

import (
	"bytes"
	"testing"
)

// FuzzSplit: whatever a proposer puts into a block, Split does not panic, and what it accepts as a proof is exactly
// what Inject would have written at index 0, with nothing like it elsewhere.
func FuzzSplit(f *testing.F) {
	good := Inject(bytes.Repeat([]byte{7}, ProofSize))
	f.Add(good, []byte("tx"))
	f.Add(good, good)
	f.Add([]byte("tx"), good)
	f.Add(good[:len(good)-1], []byte{})
	f.Add(append(bytes.Clone(good), 0), []byte{0xff})
	f.Add([]byte{}, []byte{})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		proof, rest, err := Split([][]byte{a, b})
		if err != nil {
			return
		}
		if proof != nil && (!bytes.Equal(Inject(proof), a) || len(proof) != ProofSize || len(rest) != 1) {
			t.Fatalf("accepted %x as a proof", a)
		}
		if proof == nil && len(rest) != 2 {
			t.Fatal("a transaction is lost")
		}
		for _, tx := range rest {
			if len(tx) > 0 && tx[0] == magic[0] {
				t.Fatal("beacon bytes among the transactions")
			}
		}
	})
}
