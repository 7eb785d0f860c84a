package operate

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aichain/aichain/app/upgrades"
	"github.com/aichain/aichain/tests/localnet"
)

var recording = flag.Bool("record", false, "write testdata/<commit>.tgz from TestUpgrade: the old network as it stands at the halt")

// record is what a later release needs to take up a network of an older one where it halted: its homes without what can
// be made again, the tasks in flight, and what the workers had before.
type record struct {
	Dir       string // where the homes were; their files name it
	Base      int    // first port
	Plan      int64
	Tasks     map[string]uint64
	Addresses map[string]string
	Before    map[string]localnet.Purse
}

func archive() string { return filepath.Join("testdata", oldCommit+".tgz") }

// save writes the record of a network whose nodes stand at the halt and whose workers are dead.
func (u *upgraded) save(t *testing.T, plan int64, before map[string]localnet.Purse) {
	t.Helper()
	bz, err := json.MarshalIndent(record{u.Dir, u.Port(0, 0), plan, u.tasks, u.Addresses, before}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(u.Dir, "record.json"), bz, 0o600); err != nil {
		t.Fatal(err)
	}
	// The databases of one node are enough: all have the same blocks and the same state.
	names := []string{"record.json", "node0/data/application.db", "node0/data/blockstore.db", "node0/data/state.db", "node0/data/upgrade-info.json"}
	for i := range u.Nodes {
		node := fmt.Sprintf("node%d/", i)
		names = append(names, node+"config", node+"keyring-test", node+"data/priv_validator_state.json")
	}
	names = append(names, u.names...)
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"-czf", abs(t, archive()), "-C", u.Dir, "--exclude=addrbook.json"}, names...)
	localnet.Run(t, time.Minute, "tar", args...)
	t.Logf("recorded %s", archive())
}

func abs(t *testing.T, path string) string {
	t.Helper()
	full, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return full
}

// TestUpgradeFromRecord takes up the recorded network of the old version with the binaries of this tree: the migration
// runs, and every task in flight finishes. It needs nothing of the old version, so that later releases can keep it.
func TestUpgradeFromRecord(t *testing.T) {
	long(t)
	bins := localnet.BuildAll(t)
	u := &upgraded{bins: bins, gates: map[string]localnet.Gates{}}
	var r record
	u.Network = localnet.Reopen(t, bins, func(dir string, base int) {
		localnet.Run(t, time.Minute, "tar", "-xzf", abs(t, archive()), "-C", dir)
		bz, err := os.ReadFile(filepath.Join(dir, "record.json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(bz, &r); err != nil {
			t.Fatal(err)
		}
		move(t, dir, r.Dir, r.Base, base)
		for i := 1; i < localnet.Validators; i++ {
			for _, db := range []string{"application.db", "blockstore.db", "state.db", "upgrade-info.json"} {
				localnet.Run(t, time.Minute, "cp", "-r", filepath.Join(dir, "node0", "data", db), filepath.Join(dir, fmt.Sprintf("node%d", i), "data", db))
			}
		}
	})
	u.tasks, u.Addresses = r.Tasks, r.Addresses
	u.MakeModels(t, "gated", "lonely") // the same source gives the same bytes
	u.staff(func(_ int, spec localnet.WorkerSpec) {
		u.gates[spec.Name] = u.NewGates(t, spec.Name)
		u.Adopt(spec)
	})
	for i := range u.Nodes {
		u.WaitHeight(t, i, r.Plan+3)
	}
	t.Logf("the recorded network goes on at height %d; it halted for %q at %d", u.Height(t), upgrades.Referee, r.Plan)
	u.revive(t)
	u.check(t, r.Plan)
	u.finish(t)
	u.account(t, r.Before)
	u.stopAndCheck(t)
}

// ports is how many a network may use.
const ports = 100

// move rewrites where the homes are and where they listen.
func move(t *testing.T, dir, oldDir string, oldBase, base int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*", "config*"))
	if err != nil {
		t.Fatal(err)
	}
	inner, err := filepath.Glob(filepath.Join(dir, "node*", "config", "*.toml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(files, inner...) {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.IsDir() {
			continue
		}
		bz, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		pairs := []string{oldDir, dir}
		for i := range ports {
			pairs = append(pairs, fmt.Sprintf("127.0.0.1:%d", oldBase+i), fmt.Sprintf("127.0.0.1:%d", base+i))
		}
		if err := os.WriteFile(path, []byte(strings.NewReplacer(pairs...).Replace(string(bz))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
