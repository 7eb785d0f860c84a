package beacon

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math"
	"strings"
)

const (
	// Size is the length of a beacon value R_h, bytes.
	Size = sha256.Size
	// devSuffix ends the id of every chain on which the hash source is allowed.
	devSuffix = "-dev"
	// keyDelayEpochs is how many epochs after its registration a key counts. With one, a key registered in the
	// last block of an epoch would be chosen knowing nearly the values it speaks on.
	keyDelayEpochs = 2
)

// Domain tags. A changed layout takes a new version.
const (
	tagGenesis    = "aichain/beacon-genesis/v1"
	tagAlpha      = "aichain/beacon-alpha/v1"
	tagMix        = "aichain/beacon-mix/v1"
	tagSkip       = "aichain/beacon-skip/v1"
	tagHash       = "aichain/beacon-hash/v1"
	tagPossession = "aichain/beacon-possession/v1"
)

// ErrHeight means that an epoch has no length or that a height is too far away for its epoch to be counted.
var ErrHeight = errors.New("epoch out of range")

// Genesis is R_0 of a chain whose genesis names no seed.
func Genesis(chainID string) [Size]byte {
	return sha256.Sum256(fields(tagGenesis, []byte(chainID)))
}

// Alpha is what the proposer of block height proves its output over. It is known to everybody one block before
// and holds nothing that the proposer can choose.
func Alpha(chainID string, previous []byte, height uint64) []byte {
	return fields(tagAlpha, []byte(chainID), previous, binary.BigEndian.AppendUint64(nil, height))
}

// Mix gives R_h from R_{h-1} and the proposer's output β_h, or Skip for a silent proposer.
func Mix(previous, output []byte) [Size]byte {
	return sha256.Sum256(fields(tagMix, previous, output))
}

// Skip is the fixed value that a proposer without a key or a proof contributes.
func Skip() []byte {
	s := sha256.Sum256(fields(tagSkip))
	return s[:]
}

// FromBlockHash is the development source. Whoever proposes the block chooses it: see MayUseHash.
func FromBlockHash(blockHash []byte) [Size]byte {
	return sha256.Sum256(fields(tagHash, blockHash))
}

// MayUseHash says whether a chain of this id may use the hash source.
func MayUseHash(chainID string) bool {
	return strings.HasSuffix(chainID, devSuffix)
}

// Possession is what a validator proves a new key over, so that nobody registers a key that is not its own.
// The operator is the address bytes.
func Possession(chainID string, operator []byte) []byte {
	return fields(tagPossession, []byte(chainID), operator)
}

// EffectiveHeight is the first block in which a key registered at height counts: the first block of the epoch
// two after that of height, where epoch e holds the blocks e·epochBlocks … (e+1)·epochBlocks − 1.
// It returns ErrHeight if epochBlocks is 0 or the result does not fit.
func EffectiveHeight(height, epochBlocks uint64) (uint64, error) {
	if epochBlocks == 0 {
		return 0, ErrHeight
	}
	epoch := height/epochBlocks + keyDelayEpochs
	if epoch > math.MaxInt64/epochBlocks {
		return 0, ErrHeight
	}
	return epoch * epochBlocks, nil
}

// fields lays out a tag and its fields, each after its length as four bytes, big-endian.
func fields(tag string, parts ...[]byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(tag)))
	out = append(out, tag...)
	for _, p := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(p)))
		out = append(out, p...)
	}
	return out
}
