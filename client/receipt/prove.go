package receipt

import (
	"bytes"
	"fmt"

	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// item is a record at its key.
type item struct {
	name string
	key  []byte
	Record
}

// prove checks that all records are in the state with that app hash.
func (r Receipt) prove(modelID, appHash []byte) error {
	compute := []item{
		{"the task", TaskKey(r.TaskID), r.Compute.Task},
		{"the model", ModelKey(modelID), r.Compute.Model},
	}
	attest := []item{{"the case", CaseKey(r.TaskID), r.Attest.Case}}
	for i, rec := range r.Attest.Rounds {
		attest = append(attest, item{fmt.Sprintf("round %d", i), RoundKey(r.TaskID, uint32(i)), rec})
	}
	if err := proveStore(computetypes.StoreKey, r.Compute.Proof, compute, appHash); err != nil {
		return err
	}
	return proveStore(attesttypes.StoreKey, r.Attest.Proof, attest, appHash)
}

// proveStore checks that all items have one root, which is the named store's under the app hash.
func proveStore(name string, proof []byte, items []item, appHash []byte) error {
	var root []byte
	for _, it := range items {
		got, err := it.root()
		if err != nil {
			return err
		}
		if root != nil && !bytes.Equal(root, got) {
			return refuse(ErrProof, it.name, fmt.Sprintf("the root of the other records of x/%s, %X", name, root), fmt.Sprintf("%X", got))
		}
		root = got
	}
	part := "the store of x/" + name
	got, err := run(part, cmtcrypto.ProofOp{Type: storetypes.ProofOpSimpleMerkleCommitment, Key: []byte(name), Data: proof}, root)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, appHash) {
		return refuse(ErrProof, part, fmt.Sprintf("the app hash of the header, %X", appHash), fmt.Sprintf("%X", got))
	}
	return nil
}

// root is the root of the store under which the record, or its absence, is proved.
func (it item) root() ([]byte, error) {
	op := cmtcrypto.ProofOp{Type: storetypes.ProofOpIAVLCommitment, Key: it.key, Data: it.Proof}
	if len(it.Value) == 0 {
		return run(it.name, op)
	}
	return run(it.name, op, it.Value)
}

// run checks one proof of the SDK's two, of a value or, without one, of its absence, and returns the root that it leads to.
func run(part string, pop cmtcrypto.ProofOp, value ...[]byte) ([]byte, error) {
	decoded, err := storetypes.CommitmentOpDecoder(pop)
	if err != nil {
		return nil, refuse(ErrProof, part, "an ICS-23 proof", err.Error())
	}
	op, ok := decoded.(storetypes.CommitmentOp)
	if !ok {
		return nil, refuse(ErrProof, part, "an ICS-23 proof", fmt.Sprintf("%T", decoded))
	}
	if err := canonical(ErrProof, "the proof of "+part, pop.Data, op.Proof); err != nil {
		return nil, err
	}
	// A batch or compressed proof would do too, and could be written in many ways. The key in a proof of absence is
	// not looked at by the library.
	if len(value) == 0 {
		if absent := op.Proof.GetNonexist(); absent == nil || !bytes.Equal(absent.Key, pop.Key) {
			return nil, refuse(ErrProof, part, "a proof of the absence of its key", "another proof")
		}
	} else if op.Proof.GetExist() == nil {
		return nil, refuse(ErrProof, part, "a proof of existence", "another proof")
	}
	roots, err := op.Run(value)
	if err != nil { // its text holds the whole value, raw
		return nil, refuse(ErrProof, part, fmt.Sprintf("a proof of key %X and this record", pop.Key), "one of another key, record or tree")
	}
	if len(roots) != 1 {
		return nil, refuse(ErrProof, part, "one root", fmt.Sprint(len(roots)))
	}
	return roots[0], nil
}
