package beacon

import (
	"bytes"
	"errors"
)

// ProofSize is the length of an ECVRF proof, bytes.
const ProofSize = 80

// magic starts the injected bytes. 0xff is field 31 with wire type 7, which no protobuf message and therefore no
// encoded transaction can start with.
const magic = "\xffaichain/beacon/1\x00"

// ErrInjected means that a block carries beacon bytes that are malformed, doubled or not at index 0.
var ErrInjected = errors.New("malformed beacon bytes in the block")

// Inject returns the bytes that go to index 0 of the block.
func Inject(proof []byte) []byte { return append([]byte(magic), proof...) }

// isInjected says whether bytes claim to be for the beacon rather than a transaction.
func isInjected(bz []byte) bool { return len(bz) > 0 && bz[0] == magic[0] }

// Split parts the transactions of a block into the proof at index 0, nil if there is none, and the rest. It
// returns ErrInjected if beacon bytes are malformed or anywhere else.
func Split(txs [][]byte) (proof []byte, rest [][]byte, err error) {
	rest = txs
	if len(txs) > 0 && isInjected(txs[0]) {
		found, ok := bytes.CutPrefix(txs[0], []byte(magic))
		if !ok || len(found) != ProofSize {
			return nil, nil, ErrInjected
		}
		proof, rest = found, txs[1:]
	}
	for _, tx := range rest {
		if isInjected(tx) {
			return nil, nil, ErrInjected
		}
	}
	return proof, rest, nil
}
