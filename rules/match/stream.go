package match

import (
	"crypto/sha256"
	"encoding/binary"
)

// seedTag separates match seeds from everything else that is hashed on the chain.
const seedTag = "aichain/match/v1"

// Seed is the root of all randomness of one round's draw: SHA-256 over the tag, the chain id, the beacon of
// the draw's height, the task and the round. Variable fields carry their length as 8 bytes, numbers are
// big-endian.
func Seed(chainID string, beacon []byte, taskID uint64, round uint32) [32]byte {
	b := make([]byte, 0, 8+len(seedTag)+8+len(chainID)+8+len(beacon)+12)
	for _, f := range [][]byte{[]byte(seedTag), []byte(chainID), beacon} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(f)))
		b = append(b, f...)
	}
	b = binary.BigEndian.AppendUint64(b, taskID)
	b = binary.BigEndian.AppendUint32(b, round)
	return sha256.Sum256(b)
}

// Stream is an endless sequence of numbers grown from a seed: block i is SHA-256(seed ‖ i), read as four
// big-endian words. It is not safe for concurrent use.
type Stream struct {
	in    [40]byte
	block [32]byte
	used  int // bytes of block handed out
	next  uint64
}

// NewStream starts the stream of a seed.
func NewStream(seed [32]byte) *Stream {
	s := &Stream{used: 32}
	copy(s.in[:32], seed[:])
	return s
}

// Uint64 is the next word.
func (s *Stream) Uint64() uint64 {
	if s.used == len(s.block) {
		binary.BigEndian.PutUint64(s.in[32:], s.next)
		s.block = sha256.Sum256(s.in[:])
		s.next++
		s.used = 0
	}
	w := binary.BigEndian.Uint64(s.block[s.used:])
	s.used += 8
	return w
}

// Below is a number from 0 to n-1, each with the same chance: words from the uneven rest of the range are
// thrown away. n must not be 0; it gives 0 then.
func (s *Stream) Below(n uint64) uint64 {
	if n == 0 {
		return 0
	}
	uneven := -n % n // 2^64 mod n
	for {
		if w := s.Uint64(); w >= uneven {
			return w % n
		}
	}
}
