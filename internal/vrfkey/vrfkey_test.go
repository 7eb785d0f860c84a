package vrfkey

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aichain/aichain/x/beacon/vrf"
)

// TestAddKeepsOlderKeys: a rotation leaves the key in force where it was; the file stays private.
func TestAddKeepsOlderKeys(t *testing.T) {
	path := Path(t.TempDir())
	first, err := Add(path)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Add(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Load(path)
	if err != nil || len(f.Keys) != 2 {
		t.Fatalf("%d keys, %v", len(f.Keys), err)
	}
	if !bytes.Equal(f.Newest().Public(), second.Public()) {
		t.Error("the newest key is not the last one added")
	}
	if _, ok := vrf.Verify(first.Public(), f.Prove(first.Public(), []byte("x")), []byte("x")); !ok {
		t.Error("the first key no longer proves")
	}
	if f.Prove(make([]byte, 32), nil) != nil {
		t.Error("an unknown key proves")
	}
	info, _ := os.Stat(path)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o", info.Mode().Perm())
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".vrf*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestBadFiles: each kind of bad file gives its error with the path and a next step.
func TestBadFiles(t *testing.T) {
	good := Path(t.TempDir())
	if _, err := Add(good); err != nil {
		t.Fatal(err)
	}
	bz, _ := os.ReadFile(good)
	cases := map[string]struct {
		content string
		mode    os.FileMode
		want    error
	}{
		"readable by others": {string(bz), 0o644, ErrPermissions},
		"empty":              {"", 0o600, ErrCorrupt},
		"cut":                {string(bz[:len(bz)/2]), 0o600, ErrCorrupt},
		"no keys":            {`{"keys":[]}`, 0o600, ErrCorrupt},
		"short seed":         {`{"keys":[{"public_key":"","secret_seed":"00"}]}`, 0o600, ErrCorrupt},
		"not hex":            {`{"keys":[{"public_key":"","secret_seed":"zz"}]}`, 0o600, ErrCorrupt},
		"other public key":   {`{"keys":[{"public_key":"00","secret_seed":"` + strings.Repeat("00", 32) + `"}]}`, 0o600, ErrCorrupt},
		"unknown field":      {`{"key":1}`, 0o600, ErrCorrupt},
	}
	for name, c := range cases {
		path := filepath.Join(t.TempDir(), "vrf_key.json")
		if err := os.WriteFile(path, []byte(c.content), c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := Add(path); err == nil {
			t.Errorf("%s: a bad file was replaced", name)
		}
	}
	if _, err := Load(Path(t.TempDir())); !errors.Is(err, ErrMissing) {
		t.Errorf("missing: got %v", err)
	}
}
