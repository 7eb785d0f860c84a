package system

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

// windows are shorter than the defaults, so that a silent seat costs the test half a minute and not more. They leave
// room for a node that is killed and started again on a busy machine.
var windows = map[string]string{
	"commit_window":    "25",
	"reveal_window":    "20",
	"open_window":      "12",
	"challenge_window": "5",
}

// editGenesis sets the windows in a genesis file.
func editGenesis(tb testing.TB, path string) {
	tb.Helper()
	bz, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	var genesis map[string]any
	d := json.NewDecoder(bytes.NewReader(bz))
	d.UseNumber()
	if err := d.Decode(&genesis); err != nil {
		tb.Fatal(err)
	}
	params, err := field(genesis, "app_state", "compute", "params")
	if err != nil {
		tb.Fatalf("%s: %v", path, err)
	}
	for name, blocks := range windows {
		if _, ok := params[name]; !ok {
			tb.Fatalf("%s: expected the parameter %s", path, name)
		}
		params[name] = blocks
	}
	if bz, err = json.Marshal(genesis); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(path, bz, 0o600); err != nil {
		tb.Fatal(err)
	}
}

// field goes down into nested objects.
func field(m map[string]any, path ...string) (map[string]any, error) {
	for _, name := range path {
		next, ok := m[name].(map[string]any)
		if !ok {
			return nil, fmt.Errorf("expected an object %s", name)
		}
		m = next
	}
	return m, nil
}
