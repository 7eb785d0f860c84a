package system

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// validators of every network here: one may be down and three still decide.
const validators = 4

// Deadlines of waits. A block takes a second on a quiet machine; these are for a busy one.
const (
	startTimeout = 90 * time.Second
	blockTimeout = 60 * time.Second
	cliTimeout   = 3 * time.Minute
)

// bins are the binaries under test and the worker that misbehaves, built once by TestMain.
var bins struct{ aichaind, aiworker, liar string }

// chainID of every network here.
const chainID = "aichain-system-1"

// network is four validators as processes.
type network struct {
	tb    testing.TB
	dir   string
	base  int // first port
	nodes []*process
	rpcs  []*rpc
}

// settings of a network.
type settings struct {
	accounts []string                          // funded, in node0's test keyring
	pause    time.Duration                     // after each block
	compute  map[string]any                    // parameters of x/compute to change, by JSON name
	extra    int                               // ports for health of workers
}

// newNetwork writes and starts a network and waits for its second block.
func newNetwork(tb testing.TB, s settings) *network {
	tb.Helper()
	n := &network{tb: tb, dir: tb.TempDir(), base: freePorts(tb, 10*validators+100)}
	run(tb, startTimeout, bins.aichaind, "testnet-init", "--home", n.home(0), "--out", n.dir, "--validators", strconv.Itoa(validators),
		"--accounts", strings.Join(s.accounts, ","), "--base-port", strconv.Itoa(n.base), "--chain-id", chainID,
		"--timeout-commit", s.pause.String())
	for i := range validators {
		n.editGenesis(i, s.compute)
		n.nodes = append(n.nodes, newProcess(tb, n.dir, fmt.Sprintf("node%d", i), bins.aichaind, "start", "--home", n.home(i)))
		n.rpcs = append(n.rpcs, newRPC(n.base+10*i+1))
		n.nodes[i].start(tb)
	}
	for i := range validators {
		n.waitHeight(i, 2, startTimeout)
	}
	return n
}

func (n *network) home(i int) string { return filepath.Join(n.dir, fmt.Sprintf("node%d", i)) }
func (n *network) grpc(i int) string { return fmt.Sprintf("127.0.0.1:%d", n.base+10*i+2) }
func (n *network) node(i int) string { return fmt.Sprintf("http://127.0.0.1:%d", n.base+10*i+1) }
func (n *network) rest(i int) string { return fmt.Sprintf("http://127.0.0.1:%d", n.base+10*i+3) }

// editGenesis changes parameters of x/compute in a node's genesis.
func (n *network) editGenesis(i int, params map[string]any) {
	n.tb.Helper()
	path := filepath.Join(n.home(i), "config", "genesis.json")
	bz, err := os.ReadFile(path)
	n.must(err)
	var g map[string]any
	n.must(json.Unmarshal(bz, &g))
	for name, value := range params {
		g["app_state"].(map[string]any)["compute"].(map[string]any)["params"].(map[string]any)[name] = value
	}
	bz, err = json.Marshal(g)
	n.must(err)
	n.must(os.WriteFile(path, bz, 0o600))
}

func (n *network) must(err error) {
	n.tb.Helper()
	if err != nil {
		n.tb.Fatal(err)
	}
}

// height of node i; 0 while it does not answer.
func (n *network) height(i int) int64 {
	h, err := n.rpcs[i].height()
	if err != nil {
		return 0
	}
	return h
}

// waitHeight waits until node i has a block.
func (n *network) waitHeight(i int, height int64, timeout time.Duration) {
	n.tb.Helper()
	until(n.tb, timeout, fmt.Sprintf("node%d at height %d", i, height), func() (bool, string) {
		if err, ended := n.nodes[i].ended(); ended {
			n.tb.Fatalf("node%d has ended: %v", i, err)
		}
		h := n.height(i)
		return h >= height, fmt.Sprint(h)
	})
}

// get asks node 0's REST for a path and reads JSON.
func (n *network) get(path string, into any) error {
	r := rpc{url: n.rest(0)}
	r.http.Timeout = 10 * time.Second
	return r.getRaw(path, into)
}

// sameAppHash fails the test unless all nodes have the same app hash in the header after the height, and node i too
// says so of its own state.
func (n *network) sameAppHash(height int64) {
	n.tb.Helper()
	want := ""
	for i := range validators {
		n.waitHeight(i, height+1, blockTimeout)
		got, err := n.rpcs[i].appHash(height + 1)
		n.must(err)
		if i == 0 {
			want = got
		}
		if got != want {
			n.tb.Fatalf("app hash after height %d: node0 %s, node%d %s", height, want, i, got)
		}
	}
}
