package operate

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aichain/aichain/tests/localnet"
)

// snapshotEvery is the interval of snapshots, in blocks, in place of a hundred.
const snapshotEvery = 15

// TestStateSync lets a fifth node join by the snapshot of another, then a sixth by a snapshot that was carried to it as a
// file. Both have the others' app hash and follow; neither has a block from before its snapshot.
func TestStateSync(t *testing.T) {
	long(t)
	s := serve(t, localnet.Options{Configure: func(tb testing.TB, home string) {
		edit(tb, filepath.Join(home, "config", "app.toml"), `(?m)^snapshot-interval = .*$`, fmt.Sprintf("snapshot-interval = %d", snapshotEvery))
	}})
	for range 2 {
		s.ask(t).Right(t)
	}
	waiting := s.ask(t) // under way while the node joins
	t.Run("over the network", s.stateSync)
	waiting.Right(t)
	t.Run("from a file", s.restore)
	s.ask(t).Right(t)
	s.AllSame(t)
	s.account(t)
	stopAndCheck(t, s.Network)
}

// edit replaces what a pattern finds in a file, exactly once.
func edit(tb testing.TB, path, pattern, text string) {
	tb.Helper()
	bz, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	re := regexp.MustCompile(pattern)
	if n := len(re.FindAll(bz, -1)); n != 1 {
		tb.Fatalf("%s: expected %s once, found it %d times", path, pattern, n)
	}
	if err := os.WriteFile(path, re.ReplaceAllLiteral(bz, []byte(text)), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// newHome makes the home of a further node: keys of its own, the configuration and genesis of node3, other ports.
func (s *serving) newHome(t *testing.T, node int) string {
	t.Helper()
	home := s.Home(node)
	localnet.Run(t, time.Minute, s.Bins.Aichaind, "init", fmt.Sprintf("node%d", node), "--home", home, "--chain-id", localnet.ChainID)
	for _, name := range []string{"genesis.json", "config.toml", "app.toml", "client.toml"} {
		bz, err := os.ReadFile(filepath.Join(s.Home(3), "config", name))
		if err != nil {
			t.Fatal(err)
		}
		for what := range 6 {
			bz = []byte(strings.ReplaceAll(string(bz), fmt.Sprintf(":%d\"", s.Port(3, what)), fmt.Sprintf(":%d\"", s.Port(node, what))))
		}
		if err := os.WriteFile(filepath.Join(home, "config", name), bz, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return home
}

// trust sets what a light client starts from in a home: two nodes, and a block that its operator believes.
func (s *serving) trust(t *testing.T, home string, height int64) {
	t.Helper()
	var res struct {
		BlockID struct{ Hash string } `json:"block_id"`
	}
	if err := s.RPCs[1].Get(fmt.Sprintf("/block?height=%d", height), &res); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(home, "config", "config.toml")
	edit(t, config, `(?m)^rpc_servers = .*$`, fmt.Sprintf("rpc_servers = %q", s.RPCs[1].URL+","+s.RPCs[2].URL))
	edit(t, config, `(?m)^trust_height = .*$`, fmt.Sprintf("trust_height = %d", height))
	edit(t, config, `(?m)^trust_hash = .*$`, fmt.Sprintf("trust_hash = %q", res.BlockID.Hash))
}

// join starts a further node and requires that it follows with the others' state, from no block before first on.
func (s *serving) join(t *testing.T, node int, first int64) *localnet.Process {
	t.Helper()
	home := s.Home(node)
	p := s.Children.Add(s.Dir, fmt.Sprintf("node%d", node), s.Bins.Aichaind, "start", "--home", home)
	p.Start(t)
	rpc := localnet.NewRPC(s.Port(node, 1))
	var earliest int64
	localnet.Until(t, localnet.CaseTimeout, fmt.Sprintf("node%d to follow", node), func() (bool, string) {
		if ended, err := p.Ended(); ended {
			t.Fatalf("node%d ended by itself: %v", node, err)
		}
		var status struct {
			SyncInfo struct {
				Latest   string `json:"latest_block_height"`
				Earliest string `json:"earliest_block_height"`
				Catching bool   `json:"catching_up"`
			} `json:"sync_info"`
		}
		if err := rpc.Get("/status", &status); err != nil {
			return false, err.Error()
		}
		latest, _ := strconv.ParseInt(status.SyncInfo.Latest, 10, 64)    // 0 is "not yet"
		earliest, _ = strconv.ParseInt(status.SyncInfo.Earliest, 10, 64) // as above
		return !status.SyncInfo.Catching && latest > 0 && latest >= s.Height(t)-1, fmt.Sprint(status)
	})
	if earliest < first {
		t.Errorf("expected node%d to have no block before %d, it has %d", node, first, earliest)
	}
	from := s.Height(t)
	for range 2 {
		s.sameAs(t, rpc, from)
		from += 3
	}
	t.Logf("node%d has the others' state at height %d and later; its first block is %d", node, from-3, earliest)
	return p
}

// sameAs compares the app hash that a node has itself after a height with that of the validators.
func (s *serving) sameAs(t *testing.T, rpc *localnet.RPC, from int64) {
	t.Helper()
	localnet.Until(t, localnet.CaseTimeout, fmt.Sprintf("the state after %d", from), func() (bool, string) {
		height, own, err := rpc.AppState()
		if err != nil || height < from {
			return false, fmt.Sprint(height, err)
		}
		signed, err := s.RPCs[0].AppHash(height + 1)
		if err != nil {
			return false, err.Error()
		}
		if own != signed {
			t.Fatalf("app hash after block %d: expected the others' %s, got %s", height, signed, own)
		}
		return true, ""
	})
}

// stateSync joins over the network.
func (s *serving) stateSync(t *testing.T) {
	s.WaitFor(t, 2*snapshotEvery+3)
	home := s.newHome(t, 4)
	s.trust(t, home, s.Height(t)-snapshotEvery)
	edit(t, filepath.Join(home, "config", "config.toml"), `(?ms)^\[statesync\](.*?)^enable = false$`, "[statesync]\nenable = true")
	p := s.join(t, 4, snapshotEvery)
	p.Stop(t)
	t.Logf("all invariants hold at height %d", localnet.CheckState(t, home))
	p.Start(t) // it goes on without its snapshot
	s.sameAs(t, localnet.NewRPC(s.Port(4, 1)), s.Height(t)+2)
	p.Stop(t)
}

// restore carries a snapshot of a stopped node as a file into a new home, and starts from it.
func (s *serving) restore(t *testing.T) {
	aichaind := func(args ...string) string { return string(localnet.Run(t, 2*time.Minute, s.Bins.Aichaind, args...)) }
	s.Nodes[3].Stop(t)
	before := aichaind("snapshots", "list", "--home", s.Home(3))
	aichaind("snapshots", "export", "--home", s.Home(3))
	all := aichaind("snapshots", "list", "--home", s.Home(3))
	t.Logf("snapshots of the stopped node: before %q, after the export %q", before, all)
	taken := int64(0)
	for _, m := range regexp.MustCompile(`height: (\d+)`).FindAllStringSubmatch(all, -1) {
		h, _ := strconv.ParseInt(m[1], 10, 64) // digits
		taken = max(taken, h)
	}
	file := filepath.Join(s.Dir, "snapshot.tar.gz")
	at := fmt.Sprint(taken)
	aichaind("snapshots", "dump", at, "3", "--home", s.Home(3), "-o", file)
	s.Restart(t, 3)

	home := s.newHome(t, 5)
	aichaind("snapshots", "load", file, "--home", home)
	aichaind("snapshots", "restore", at, "3", "--home", home)
	s.trust(t, home, taken)
	for _, rpc := range s.RPCs[1:3] { // what it is bootstrapped with is in the headers of the two blocks after it
		localnet.Until(t, localnet.CaseTimeout, fmt.Sprintf("height %d", taken+2), func() (bool, string) {
			h, err := rpc.Height()
			return err == nil && h >= taken+2, fmt.Sprint(h, err)
		})
	}
	aichaind("comet", "bootstrap-state", "--height", at, "--home", home)
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("a snapshot of height %d, %d bytes, is restored", taken, info.Size())
	p := s.join(t, 5, taken)
	p.Stop(t)
	t.Logf("all invariants hold at height %d", localnet.CheckState(t, home))
}
