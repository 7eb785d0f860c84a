// Package vrfkey keeps a validator's VRF keys in a file, config/vrf_key.json in the node's home. A node that
// rotates its key holds two for a while: the one in force and the one that waits.
package vrfkey

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aichain/aichain/x/beacon/vrf"
)

// maxKeys bounds a file: more than two are never needed, some more are kept from careless rotations.
const maxKeys = 16

var (
	// ErrMissing means that there is no key file: the node runs, and keeps silent in the beacon when it proposes.
	ErrMissing = errors.New("no VRF key file: run `aichaind vrf-key new`, then `aichaind vrf-key register`")
	// ErrPermissions means that others may read the file.
	ErrPermissions = errors.New("others may read the VRF key file: run `chmod 600` on it, and `aichaind vrf-key new` if anybody did")
	// ErrCorrupt means that the file is not what this program wrote.
	ErrCorrupt = errors.New("the VRF key file cannot be read: restore it from a backup, or move it away and run `aichaind vrf-key new`, then `aichaind vrf-key register`")
	// ErrFull means that the file holds as many keys as it may.
	ErrFull = errors.New("the VRF key file is full: remove keys that no longer count")
)

// File is the content of a key file, oldest key first.
type File struct {
	Keys []vrf.Key
}

// stored is the file's JSON. The public key is there to be read by people and checked against the seed.
type stored struct {
	Keys []storedKey `json:"keys"`
}

type storedKey struct {
	Public string `json:"public_key"` // hex, 32 bytes
	Seed   string `json:"secret_seed"`
}

// Path returns the place of the key file in a node's home.
func Path(home string) string { return filepath.Join(home, "config", "vrf_key.json") }

// Load reads a key file. It returns ErrMissing, ErrPermissions or ErrCorrupt, each with the path and the next step.
func Load(path string) (File, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return File{}, fmt.Errorf("%s: %w", path, ErrMissing)
	}
	if err != nil {
		return File{}, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return File{}, fmt.Errorf("%s has mode %o: %w", path, info.Mode().Perm(), ErrPermissions)
	}
	bz, err := os.ReadFile(path)
	if err != nil {
		return File{}, err
	}
	f, err := decode(bz)
	if err != nil {
		return File{}, fmt.Errorf("%s: %w (%w)", path, ErrCorrupt, err)
	}
	return f, nil
}

func decode(bz []byte) (File, error) {
	var s stored
	dec := json.NewDecoder(bytes.NewReader(bz))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return File{}, err
	}
	if len(s.Keys) == 0 || len(s.Keys) > maxKeys {
		return File{}, fmt.Errorf("expected 1 to %d keys, got %d", maxKeys, len(s.Keys))
	}
	var f File
	for i, k := range s.Keys {
		seed, err := hex.DecodeString(k.Seed)
		if err != nil {
			return File{}, fmt.Errorf("key %d: the seed is not hex", i)
		}
		key, err := vrf.FromSeed(seed)
		if err != nil {
			return File{}, fmt.Errorf("key %d: %w", i, err)
		}
		if k.Public != hex.EncodeToString(key.Public()) {
			return File{}, fmt.Errorf("key %d: the public key does not belong to the seed", i)
		}
		f.Keys = append(f.Keys, key)
	}
	return f, nil
}

// Add makes a new random key, writes it behind the others of the file, which may be missing, and returns it.
// The old file is replaced only when the new one is safe on disk.
func Add(path string) (vrf.Key, error) {
	f, err := Load(path)
	if err != nil && !errors.Is(err, ErrMissing) {
		return vrf.Key{}, err
	}
	if len(f.Keys) == maxKeys {
		return vrf.Key{}, fmt.Errorf("%s: %w", path, ErrFull)
	}
	seed := make([]byte, vrf.SeedSize)
	if _, err := rand.Read(seed); err != nil {
		return vrf.Key{}, err
	}
	key, err := vrf.FromSeed(seed)
	if err != nil {
		return vrf.Key{}, err
	}
	f.Keys = append(f.Keys, key)
	return key, save(path, f)
}

// save writes the file readable by its owner alone.
func save(path string, f File) error {
	var s stored
	for _, k := range f.Keys {
		s.Keys = append(s.Keys, storedKey{Public: hex.EncodeToString(k.Public()), Seed: hex.EncodeToString(k.Seed())})
	}
	bz, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".vrf_key-*") // created with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // gone after the rename
	if _, err := tmp.Write(append(bz, '\n')); err != nil {
		return errors.Join(err, tmp.Close())
	}
	if err := errors.Join(tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// Find returns the key with a public key, and whether the file has it.
func (f File) Find(public []byte) (vrf.Key, bool) {
	for _, k := range f.Keys {
		if bytes.Equal(k.Public(), public) {
			return k, true
		}
	}
	return vrf.Key{}, false
}

// Newest returns the key added last; the file has at least one.
func (f File) Newest() vrf.Key { return f.Keys[len(f.Keys)-1] }

// Prove answers for the key with a public key; nil if the file does not have it.
func (f File) Prove(public, input []byte) []byte {
	k, ok := f.Find(public)
	if !ok {
		return nil
	}
	return k.Prove(input)
}
