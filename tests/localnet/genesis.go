package localnet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

// Params are parameters of the genesis, by module and name, as in JSON.
type Params map[string]map[string]any

// DefaultParams differ from those of a new chain. The windows are shorter, so that a silent seat costs the test half a minute and not
// more; they leave room for a worker or a node that is killed and started again on a busy machine. No task is audited:
// the cases say who is seated.
var DefaultParams = Params{
	"compute": {
		"commit_window":    "25",
		"reveal_window":    "20",
		"open_window":      "12",
		"challenge_window": "15",
		"audit_bps":        "0",
	},
	"attest": {
		"dispute_window": "20",
		"trace_window":   "25",
	},
}

// EditGenesis sets the parameters in a genesis file.
func EditGenesis(tb testing.TB, path string, params Params) {
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
	for module, values := range params {
		in, err := Field(genesis, "app_state", module, "params")
		if err != nil {
			tb.Fatalf("%s: %v", path, err)
		}
		for name, value := range values {
			if _, ok := in[name]; !ok {
				tb.Fatalf("%s: expected the parameter %s of %s", path, name, module)
			}
			in[name] = value
		}
	}
	if bz, err = json.Marshal(genesis); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(path, bz, 0o600); err != nil {
		tb.Fatal(err)
	}
}

// Field goes down into nested objects.
func Field(m map[string]any, path ...string) (map[string]any, error) {
	for _, name := range path {
		next, ok := m[name].(map[string]any)
		if !ok {
			return nil, fmt.Errorf("expected an object %s", name)
		}
		m = next
	}
	return m, nil
}
