package worker

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Salts makes the salt of each seat from one secret, so that a worker that lost its journal can open its
// commitments all the same: it executes again and finds the same salt. Nobody without the secret can guess one.
type Salts struct{ secret [32]byte }

// NewSalts makes salts from a secret.
func NewSalts(secret [32]byte) Salts { return Salts{secret} }

// LoadSalts reads the secret at path, or makes one there, readable by this user only, synced to disk.
func LoadSalts(path string) (Salts, error) {
	s, err := readSalts(path)
	if errors.Is(err, os.ErrNotExist) {
		return createSalts(path)
	}
	return s, err
}

func readSalts(path string) (Salts, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Salts{}, fmt.Errorf("read the salt secret: %w", explainDisk(err))
	}
	raw, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(raw) != 32 {
		return Salts{}, fmt.Errorf("salt secret %s is damaged: expected 64 hex digits (next: restore it from a backup; move it away only when no seat is open)", path)
	}
	return Salts{[32]byte(raw)}, nil
}

func createSalts(path string) (Salts, error) {
	var s Salts
	if _, err := rand.Read(s.secret[:]); err != nil {
		return s, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return s, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".salt-*") // mode 0600
	if err != nil {
		return s, explainDisk(err)
	}
	_, err = f.WriteString(hex.EncodeToString(s.secret[:]) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return s, errors.Join(explainDisk(err), os.Remove(f.Name()))
	}
	return s, syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Of is the salt of one seat: HMAC-SHA256 of chain, provider, task and round under the secret.
func (s Salts) Of(chainID, provider string, k Key) [32]byte {
	h := hmac.New(sha256.New, s.secret[:])
	// Lengths are fixed or separated by a byte that neither text has.
	h.Write([]byte("aichain/worker-salt/v1\x00" + chainID + "\x00" + provider + "\x00"))
	h.Write(k.Bytes())
	return [32]byte(h.Sum(nil))
}

// lot is a number below 10 000 that decides whether a task of others is inspected: part of an HMAC of chain, provider
// and task under the secret.
func (s Salts) lot(chainID, provider string, task uint64) uint64 {
	h := hmac.New(sha256.New, s.secret[:])
	h.Write([]byte("aichain/worker-inspect/v1\x00" + chainID + "\x00" + provider + "\x00"))
	h.Write(binary.BigEndian.AppendUint64(nil, task))
	return binary.BigEndian.Uint64(h.Sum(nil)) % wholeBps
}
