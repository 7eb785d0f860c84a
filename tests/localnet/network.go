package localnet

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
	// ChainID of every network.
	ChainID = "aichain-system-1"
	// Validators of a network, with equal power.
	Validators = 4
	portStep   = 10 // ports of a node; testnet-init decides
	// maxNodes leaves ports for nodes that join later.
	maxNodes = Validators + 2
	// workerPorts follow those of the nodes.
	workerPorts = 24
)

// StartTimeout bounds how long a process may take to be of use. Usually it is two or three seconds.
const StartTimeout = 90 * time.Second

// Network is four validators, the accounts and the workers of the test. Node 0 is never killed: questions go there.
type Network struct {
	Bins      Binaries
	Dir       string
	base      int
	Children  *Processes
	Nodes     [Validators]*Process
	RPCs      [Validators]*RPC
	Addresses map[string]string // by account name
	Models    map[string]string // files by model name
	Workers   map[string]*WorkerProcess
	ports     int // given to workers so far

	Chain Reader // node 0

	// OneDown keeps cases that kill validators apart: with two of four down the others wait.
	OneDown sync.Mutex
}

// Options of a network.
type Options struct {
	// Accounts to fund beside the validators', separated by commas.
	Accounts string
	// Params of the genesis; nil for DefaultParams.
	Params Params
	// Configure, if any, may change the files of each home before its first start.
	Configure func(tb testing.TB, home string)
	// Node, if any, tells how a node is run; otherwise by the binary itself.
	Node func(home string) (bin string, args, env []string)
}

// NewNetwork writes and starts a network with funded accounts of these names.
func NewNetwork(tb testing.TB, bins Binaries, accounts string) *Network {
	tb.Helper()
	return Open(tb, bins, Options{Accounts: accounts})
}

// Open writes and starts a network.
func Open(tb testing.TB, bins Binaries, o Options) *Network {
	tb.Helper()
	n := &Network{Bins: bins, Dir: tb.TempDir(), base: FreePorts(tb, maxNodes*portStep+workerPorts), Workers: map[string]*WorkerProcess{}}
	n.Children = NewProcesses(tb)
	out := Run(tb, time.Minute, bins.Aichaind, "testnet-init", "--home", n.Home(0), "--out", n.Dir, "--chain-id", ChainID,
		"--validators", fmt.Sprint(Validators), "--base-port", fmt.Sprint(n.base), "--accounts", o.Accounts, "-o", "json")
	var written struct {
		Accounts []struct{ Name, Address string }
	}
	if err := json.Unmarshal(out, &written); err != nil {
		tb.Fatalf("testnet-init: %v in %s", err, out)
	}
	n.Addresses = map[string]string{}
	for _, a := range written.Accounts {
		n.Addresses[a.Name] = a.Address
	}
	if o.Params == nil {
		o.Params = DefaultParams
	}
	for i := range n.Nodes {
		EditGenesis(tb, filepath.Join(n.Home(i), "config", "genesis.json"), o.Params)
		if o.Configure != nil {
			o.Configure(tb, n.Home(i))
		}
	}
	n.startNodes(tb, o)
	return n
}

// Reopen starts a network from homes that fill writes into a folder, with ports from base on. Its accounts are for the
// caller to say.
func Reopen(tb testing.TB, bins Binaries, fill func(dir string, base int)) *Network {
	tb.Helper()
	n := &Network{Bins: bins, Dir: tb.TempDir(), base: FreePorts(tb, maxNodes*portStep+workerPorts), Workers: map[string]*WorkerProcess{}}
	n.Children = NewProcesses(tb)
	fill(n.Dir, n.base)
	n.startNodes(tb, Options{})
	return n
}

// startNodes starts all validators and waits until each has a block.
func (n *Network) startNodes(tb testing.TB, o Options) {
	tb.Helper()
	if o.Node == nil {
		o.Node = func(home string) (string, []string, []string) {
			return n.Bins.Aichaind, []string{"start", "--home", home}, nil
		}
	}
	for i := range n.Nodes {
		bin, args, env := o.Node(n.Home(i))
		n.Nodes[i] = n.Children.Add(n.Dir, fmt.Sprintf("node%d", i), bin, args...)
		n.Nodes[i].Env = env
		n.RPCs[i] = NewRPC(n.Port(i, 1))
	}
	for _, p := range n.Nodes {
		p.Start(tb)
	}
	for i := range n.Nodes {
		n.WaitHeight(tb, i, 2)
	}
	n.Chain = NewReader(tb, n.Grpc(0))
}

// Home of a node.
func (n *Network) Home(node int) string { return filepath.Join(n.Dir, fmt.Sprintf("node%d", node)) }

// Port of a node: 0 p2p, 1 rpc, 2 grpc, 3 rest, 4 pprof.
func (n *Network) Port(node, what int) int { return n.base + portStep*node + what }

// Grpc is where a node listens for gRPC.
func (n *Network) Grpc(node int) string { return fmt.Sprintf("127.0.0.1:%d", n.Port(node, 2)) }

// Height of node 0.
func (n *Network) Height(tb testing.TB) int64 {
	tb.Helper()
	h, err := n.RPCs[0].Height()
	if err != nil {
		tb.Fatal(err)
	}
	return h
}

// HeightOf a node.
func (n *Network) HeightOf(tb testing.TB, node int) int64 {
	tb.Helper()
	h, err := n.RPCs[node].Height()
	if err != nil {
		tb.Fatal(err)
	}
	return h
}

// WaitHeight waits until a node has a height.
func (n *Network) WaitHeight(tb testing.TB, node int, height int64) {
	tb.Helper()
	Until(tb, StartTimeout, fmt.Sprintf("height %d on node%d", height, node), func() (bool, string) {
		if ended, _ := n.Nodes[node].Ended(); ended {
			tb.Fatalf("node%d ended by itself", node)
		}
		h, err := n.RPCs[node].Height()
		return err == nil && h >= height, fmt.Sprint(h, err)
	})
}

// Restart starts a killed node and waits until it has caught up with node 0.
func (n *Network) Restart(tb testing.TB, node int) {
	tb.Helper()
	n.Nodes[node].Start(tb)
	n.WaitHeight(tb, node, n.Height(tb)+1)
}

// SameState waits until a node has executed a block after from, and compares the app hash that the node itself
// computed with the one that the other validators signed in the next header.
func (n *Network) SameState(tb testing.TB, node int, from int64) {
	tb.Helper()
	var height int64
	var own, signed string
	Until(tb, StartTimeout, fmt.Sprintf("node%d to execute a block after %d", node, from), func() (bool, string) {
		var err error
		height, own, err = n.RPCs[node].AppState()
		return err == nil && height > from, fmt.Sprint(height, err)
	})
	Until(tb, StartTimeout, fmt.Sprintf("block %d on node0", height+1), func() (bool, string) {
		var err error
		signed, err = n.RPCs[0].AppHash(height + 1)
		return err == nil, fmt.Sprint(err)
	})
	if own != signed {
		tb.Fatalf("app hash of node%d after block %d: expected the others' %s, got %s", node, height, signed, own)
	}
}

// MakeModels converts the float model once per name with another context, so that each has its own id and offers:
// who offers a model decides who can be seated. All answer alike.
func (n *Network) MakeModels(tb testing.TB, names ...string) {
	tb.Helper()
	n.Models = map[string]string{"nano": Abs(tb, filepath.Join(root, "models", "nano", "nano.canon"))}
	parent := Abs(tb, filepath.Join(root, "models", "nano", "nano-f32.gguf"))
	for i, name := range names {
		path := filepath.Join(n.Dir, name+".canon")
		Run(tb, time.Minute, n.Bins.Aiworker, "model", "convert", parent, path, "--max-context", fmt.Sprint(256+i))
		n.Models[name] = path
	}
}

func Abs(tb testing.TB, path string) string {
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
