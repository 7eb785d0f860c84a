// Package vrf is the verifiable random function of the beacon: ECVRF-EDWARDS25519-SHA512-ELL2 as in the drafts
// that became RFC 9381. For a
// key and an input there is exactly one output; only the owner of the key can compute it, everybody can check it.
// It knows no chain: what is proved over is decided in rules/beacon.
package vrf

import (
	"errors"

	"github.com/oasisprotocol/curve25519-voi/primitives/ed25519"
	"github.com/oasisprotocol/curve25519-voi/primitives/ed25519/extra/ecvrf"
)

const (
	// SeedSize is the length of a secret seed, bytes.
	SeedSize = ed25519.SeedSize
	// PublicKeySize is the length of a public key, bytes.
	PublicKeySize = ed25519.PublicKeySize
	// ProofSize is the length of a proof, bytes.
	ProofSize = ecvrf.ProofSize
	// OutputSize is the length of an output, bytes.
	OutputSize = ecvrf.OutputSize
)

// ErrSeedSize means that a seed is not SeedSize bytes long.
var ErrSeedSize = errors.New("expected a seed of 32 bytes")

// Key is a secret key. It prints as its public key only.
type Key struct {
	secret ed25519.PrivateKey
}

// FromSeed derives the key of a secret seed of SeedSize bytes; ErrSeedSize otherwise.
func FromSeed(seed []byte) (Key, error) {
	if len(seed) != SeedSize {
		return Key{}, ErrSeedSize
	}
	return Key{secret: ed25519.NewKeyFromSeed(seed)}, nil
}

// Seed returns the secret seed.
func (k Key) Seed() []byte { return k.secret.Seed() }

// Public returns the public key, PublicKeySize bytes.
func (k Key) Public() []byte {
	return append([]byte(nil), k.secret[SeedSize:]...)
}

// Prove returns the proof of the output for input, ProofSize bytes. Equal inputs give equal proofs.
// It takes about 0.07 ms (2 shared cores).
func (k Key) Prove(input []byte) []byte { return ecvrf.Prove(k.secret, input) }

// Verify returns the output that proof shows for input under a public key, and whether the proof holds. Bytes of
// any length are safe; a key of low order is refused, otherwise its owner could have several outputs.
// It takes about 0.07 ms (2 shared cores).
func Verify(public, proof, input []byte) (output []byte, ok bool) {
	if len(public) != PublicKeySize || len(proof) != ProofSize {
		return nil, false
	}
	ok, output = ecvrf.Verify(public, proof, input)
	if !ok {
		return nil, false
	}
	return output, true
}
