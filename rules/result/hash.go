package result

import (
	"crypto/sha256"
	"encoding/binary"
)

// The tags name what is hashed; a change of layout takes a new version number.
const (
	tagRoot       = "aichain/result/v1"
	tagInput      = "aichain/input/v1"
	tagCommitment = "aichain/commitment/v1"
	tagSampleSeed = "aichain/sample-seed/v1"
)

// u32Bytes is the width of a length prefix and of a token id.
const u32Bytes = 4

// preimage is the byte string that is hashed. Its methods append one field each.
type preimage []byte

// begin starts a pre-image with its tag; size is a guess that saves growing.
func begin(tag string, size int) preimage {
	p := make(preimage, 0, u32Bytes+len(tag)+size)
	return p.bytes([]byte(tag))
}

// bytes appends a length-prefixed byte field. Fields of 4 GiB and more do not exist on a chain.
func (p preimage) bytes(b []byte) preimage {
	return append(p.u32(uint32(len(b))), b...)
}

// tokens appends a count-prefixed list of token ids.
func (p preimage) tokens(ids []uint32) preimage {
	p = p.u32(uint32(len(ids)))
	for _, id := range ids {
		p = p.u32(id)
	}
	return p
}

func (p preimage) u32(v uint32) preimage { return binary.BigEndian.AppendUint32(p, v) }

func (p preimage) u64(v uint64) preimage { return binary.BigEndian.AppendUint64(p, v) }

func (p preimage) sum() [32]byte { return sha256.Sum256(p) }
