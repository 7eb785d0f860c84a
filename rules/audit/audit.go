package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
)

// The tags: the lot, the draw of the seat and the place in the line must not tell anything about each other.
const (
	tagLot  = "aichain/audit/lot/v1"
	tagSeed = "aichain/audit/v1"
	tagRank = "aichain/audit/rank/v1"
)

// bpsOne is 100 % in basis points.
const bpsOne = 10_000

// IsDrawn tells whether a round is audited, with a chance of bps basis points. beacon is that of a block after the one
// in which the last seat committed. bps of 10 000 and more is always, 0 is never.
//
// The lot is floor(x · 10 000 / 2^64) of a uniform 64-bit x, drawn when it is below bps: the chance is bps/10 000
// to within 2^-64.
func IsDrawn(chainID string, beacon []byte, taskID uint64, round, bps uint32) bool {
	h := digest(tagLot, chainID, beacon, taskID, round)
	lot, _ := bits.Mul64(binary.BigEndian.Uint64(h[:8]), bpsOne)
	return lot < uint64(bps)
}

// Seed is the randomness with which the audit seat of a round is drawn (rules/match).
func Seed(chainID string, beacon []byte, taskID uint64, round uint32) [32]byte {
	return digest(tagSeed, chainID, beacon, taskID, round)
}

// Rank is the place of a drawn round in the line when a block cannot seat the audits of all: the lowest come first. Any
// other order could be chosen by whoever commits last, and the places before a round be filled with others.
func Rank(chainID string, beacon []byte, taskID uint64, round uint32) uint64 {
	h := digest(tagRank, chainID, beacon, taskID, round)
	return binary.BigEndian.Uint64(h[:8])
}

// digest hashes the fields as the package comment says.
func digest(tag, chainID string, beacon []byte, taskID uint64, round uint32) [32]byte {
	b := make([]byte, 0, 3*4+len(tag)+len(chainID)+len(beacon)+8+4)
	for _, field := range [][]byte{[]byte(tag), []byte(chainID), beacon} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(field)))
		b = append(b, field...)
	}
	b = binary.BigEndian.AppendUint64(b, taskID)
	b = binary.BigEndian.AppendUint32(b, round)
	return sha256.Sum256(b)
}
