package abci_test

import (
	"testing"

	txtypes "github.com/cosmos/cosmos-sdk/types/tx"

	"github.com/aichain/aichain/rules/beacon"
	"github.com/aichain/aichain/x/beacon/vrf"
)

// TestNoTransactionStartsLikeTheProof: a decoder of transactions refuses the injected bytes.
func TestNoTransactionStartsLikeTheProof(t *testing.T) {
	var raw txtypes.TxRaw
	if raw.Unmarshal(beacon.Inject(make([]byte, vrf.ProofSize))) == nil {
		t.Fatal("the injected bytes are a transaction")
	}
}

// TestProofSize: the rule and the library mean the same proof.
func TestProofSize(t *testing.T) {
	if beacon.ProofSize != vrf.ProofSize {
		t.Fatalf("expected %d, got %d", vrf.ProofSize, beacon.ProofSize)
	}
}
