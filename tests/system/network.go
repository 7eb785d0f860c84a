package system

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

const (
	chainID    = "aichain-system-1"
	validators = 4
	portStep   = 10 // ports of a node; testnet-init decides
	// workerPorts follow those of the nodes.
	workerPorts = 24
)

// startTimeout bounds how long a process may take to be of use. Usually it is two or three seconds.
const startTimeout = 90 * time.Second

// network is four validators, the accounts and the workers of the test. Node 0 is never killed: questions go there.
type network struct {
	bins      binaries
	dir       string
	base      int
	children  *processes
	nodes     [validators]*process
	rpcs      [validators]*rpc
	addresses map[string]string // by account name
	models    map[string]string // files by model name
	workers   map[string]*workerProcess
	ports     int // given to workers so far

	chain reader // node 0

	// oneDown keeps cases that kill validators apart: with two of four down the others wait.
	oneDown sync.Mutex
}

// newNetwork writes and starts a network with funded accounts of these names.
func newNetwork(tb testing.TB, bins binaries, accounts string) *network {
	tb.Helper()
	n := &network{bins: bins, dir: tb.TempDir(), base: freePorts(tb, validators*portStep+workerPorts), workers: map[string]*workerProcess{}}
	n.children = newProcesses(tb)
	out := run(tb, time.Minute, bins.aichaind, "testnet-init", "--home", n.home(0), "--out", n.dir, "--chain-id", chainID,
		"--validators", fmt.Sprint(validators), "--base-port", fmt.Sprint(n.base), "--accounts", accounts, "-o", "json")
	var written struct {
		Accounts []struct{ Name, Address string }
	}
	if err := json.Unmarshal(out, &written); err != nil {
		tb.Fatalf("testnet-init: %v in %s", err, out)
	}
	n.addresses = map[string]string{}
	for _, a := range written.Accounts {
		n.addresses[a.Name] = a.Address
	}
	for i := range n.nodes {
		editGenesis(tb, filepath.Join(n.home(i), "config", "genesis.json"))
		n.nodes[i] = n.children.add(n.dir, fmt.Sprintf("node%d", i), bins.aichaind, "start", "--home", n.home(i))
		n.rpcs[i] = newRPC(n.port(i, 1))
	}
	for _, p := range n.nodes {
		p.start(tb)
	}
	for i := range n.nodes {
		n.waitHeight(tb, i, 2)
	}
	n.chain = newReader(tb, n.grpc(0))
	return n
}

func (n *network) home(node int) string { return filepath.Join(n.dir, fmt.Sprintf("node%d", node)) }

// port of a node: 0 p2p, 1 rpc, 2 grpc, 3 rest, 4 pprof.
func (n *network) port(node, what int) int { return n.base + portStep*node + what }

func (n *network) grpc(node int) string { return fmt.Sprintf("127.0.0.1:%d", n.port(node, 2)) }

// height of node 0.
func (n *network) height(tb testing.TB) int64 {
	tb.Helper()
	h, err := n.rpcs[0].height()
	if err != nil {
		tb.Fatal(err)
	}
	return h
}

// waitHeight waits until a node has a height.
func (n *network) waitHeight(tb testing.TB, node int, height int64) {
	tb.Helper()
	until(tb, startTimeout, fmt.Sprintf("height %d on node%d", height, node), func() (bool, string) {
		if ended, _ := n.nodes[node].ended(); ended {
			tb.Fatalf("node%d ended by itself", node)
		}
		h, err := n.rpcs[node].height()
		return err == nil && h >= height, fmt.Sprint(h, err)
	})
}

// restart starts a killed node and waits until it has caught up with node 0.
func (n *network) restart(tb testing.TB, node int) {
	tb.Helper()
	n.nodes[node].start(tb)
	n.waitHeight(tb, node, n.height(tb)+1)
}

// sameState waits until a node has executed a block after from, and compares the app hash that the node itself
// computed with the one that the other validators signed in the next header.
func (n *network) sameState(tb testing.TB, node int, from int64) {
	tb.Helper()
	var height int64
	var own, signed string
	until(tb, startTimeout, fmt.Sprintf("node%d to execute a block after %d", node, from), func() (bool, string) {
		var err error
		height, own, err = n.rpcs[node].appState()
		return err == nil && height > from, fmt.Sprint(height, err)
	})
	until(tb, startTimeout, fmt.Sprintf("block %d on node0", height+1), func() (bool, string) {
		var err error
		signed, err = n.rpcs[0].appHash(height + 1)
		return err == nil, fmt.Sprint(err)
	})
	if own != signed {
		tb.Fatalf("app hash of node%d after block %d: expected the others' %s, got %s", node, height, signed, own)
	}
}

// makeModels converts the float model once per name with another context, so that each has its own id and offers:
// who offers a model decides who can be seated. All answer alike.
func (n *network) makeModels(tb testing.TB, names ...string) {
	tb.Helper()
	n.models = map[string]string{"nano": abs(tb, filepath.Join(root, "models", "nano", "nano.canon"))}
	parent := abs(tb, filepath.Join(root, "models", "nano", "nano-f32.gguf"))
	for i, name := range names {
		path := filepath.Join(n.dir, name+".canon")
		run(tb, time.Minute, n.bins.aiworker, "model", "convert", parent, path, "--max-context", fmt.Sprint(256+i))
		n.models[name] = path
	}
}

func abs(tb testing.TB, path string) string {
	tb.Helper()
	full, err := filepath.Abs(path)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := os.Stat(full); err != nil {
		tb.Fatal(err)
	}
	return full
}
