package abci

import (
	"bytes"
	"testing"

	txtypes "github.com/cosmos/cosmos-sdk/types/tx"

	"github.com/aichain/aichain/x/beacon/vrf"
)

// TestNoTransactionStartsLikeTheProof: a decoder of transactions refuses the injected bytes.
func TestNoTransactionStartsLikeTheProof(t *testing.T) {
	var raw txtypes.TxRaw
	if raw.Unmarshal(inject(make([]byte, vrf.ProofSize))) == nil {
		t.Fatal("the injected bytes are a transaction")
	}
}

// FuzzSplit: whatever a proposer puts into a block, split does not panic, and what it accepts as a proof is exactly
// what inject would have written at index 0, with nothing like it elsewhere.
func FuzzSplit(f *testing.F) {
	good := inject(bytes.Repeat([]byte{7}, vrf.ProofSize))
	f.Add(good, []byte("tx"))
	f.Add(good, good)
	f.Add([]byte("tx"), good)
	f.Add(good[:len(good)-1], []byte{})
	f.Add(append(bytes.Clone(good), 0), []byte{0xff})
	f.Add([]byte{}, []byte{})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		proof, rest, err := split([][]byte{a, b})
		if err != nil {
			return
		}
		if proof != nil && (!bytes.Equal(inject(proof), a) || len(proof) != vrf.ProofSize || len(rest) != 1) {
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
