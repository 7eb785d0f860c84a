package model

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// Domain bytes of the tree: a leaf can never be read as a node, nor a tree of one
// size as a tree of another.
const (
	leafDomain = 0x00
	nodeDomain = 0x01
	rootDomain = 0x02
)

// ErrProof is returned when a Merkle proof does not lead to the root.
var ErrProof = errors.New("bad merkle proof")

func leafHash(parts ...[]byte) (out [32]byte) {
	h := sha256.New()
	h.Write([]byte{leafDomain})
	for _, p := range parts {
		h.Write(p)
	}
	h.Sum(out[:0])
	return out
}

func nodeHash(left, right [32]byte) [32]byte {
	var b [65]byte
	b[0] = nodeDomain
	copy(b[1:], left[:])
	copy(b[33:], right[:])
	return sha256.Sum256(b[:])
}

// bindCount turns the top of the tree into the root.
func bindCount(top [32]byte, leaves uint64) [32]byte {
	b := binary.LittleEndian.AppendUint64([]byte{rootDomain}, leaves)
	return sha256.Sum256(append(b, top[:]...))
}

// fold returns the level above: pairs hashed, an odd last node carried up unchanged.
func fold(level [][32]byte) [][32]byte {
	up := make([][32]byte, 0, (len(level)+1)/2)
	for i := 0; i+1 < len(level); i += 2 {
		up = append(up, nodeHash(level[i], level[i+1]))
	}
	if len(level)%2 == 1 {
		up = append(up, level[len(level)-1])
	}
	return up
}

// top returns the single node above a level that is not empty.
func top(level [][32]byte) [32]byte {
	for len(level) > 1 {
		level = fold(level)
	}
	return level[0]
}

// path returns the siblings of node i from the bottom up.
func path(level [][32]byte, i uint64) (siblings [][32]byte) {
	for len(level) > 1 {
		if s := i ^ 1; s < uint64(len(level)) {
			siblings = append(siblings, level[s])
		}
		level, i = fold(level), i/2
	}
	return siblings
}

// climb returns the top that a leaf and its siblings lead to; ErrProof when the
// number of siblings is not the one that the tree's size demands.
func climb(node [32]byte, i, leaves uint64, siblings [][32]byte) ([32]byte, error) {
	if i >= leaves {
		return node, fmt.Errorf("%w: leaf %d of %d", ErrProof, i, leaves)
	}
	for n := leaves; n > 1; i, n = i/2, (n+1)/2 {
		if i^1 >= n {
			continue
		}
		if len(siblings) == 0 {
			return node, fmt.Errorf("%w: too short", ErrProof)
		}
		if i%2 == 0 {
			node = nodeHash(node, siblings[0])
		} else {
			node = nodeHash(siblings[0], node)
		}
		siblings = siblings[1:]
	}
	if len(siblings) != 0 {
		return node, fmt.Errorf("%w: %d hashes too many", ErrProof, len(siblings))
	}
	return node, nil
}
