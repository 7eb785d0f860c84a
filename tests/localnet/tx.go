package localnet

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aichain/aichain/client"
)

// Tx sends a transaction with aichaind from an account of node's keyring, and waits until it is in a block. A code other
// than 0 fails the test.
func (n *Network) Tx(tb testing.TB, node int, from string, args ...string) {
	tb.Helper()
	args = append([]string{"tx"}, args...)
	args = append(args, "--from", from, "--home", n.Home(node), "--keyring-backend", "test", "--chain-id", ChainID,
		"--node", n.RPCs[0].URL, "--gas", "auto", "--gas-adjustment", "1.5", "--gas-prices", "0.001uaic", "-y", "-o", "json")
	var sent struct {
		Code   uint32
		RawLog string `json:"raw_log"`
		TxHash string
	}
	// A worker may sign with the same key at the same time; then the sequence is another.
	Until(tb, StartTimeout, strings.Join(args, " "), func() (bool, string) {
		out, err := Try(time.Minute, n.Bins.Aichaind, args...)
		if err == nil {
			err = json.Unmarshal(out, &sent)
		}
		if err != nil {
			return false, err.Error()
		}
		return sent.Code == 0, sent.RawLog
	})
	Until(tb, StartTimeout, "transaction "+sent.TxHash, func() (bool, string) {
		var res struct {
			TxResult struct {
				Code uint32
				Log  string
			} `json:"tx_result"`
		}
		if err := n.RPCs[0].Get("/tx?hash=0x"+sent.TxHash, &res); err != nil {
			return false, err.Error()
		}
		if res.TxResult.Code != 0 {
			tb.Fatalf("%s: code %d: %s", strings.Join(args, " "), res.TxResult.Code, res.TxResult.Log)
		}
		return true, ""
	})
}

// Query asks with aichaind and reads its JSON.
func (n *Network) Query(tb testing.TB, into any, args ...string) {
	tb.Helper()
	args = append(append([]string{"query"}, args...), "--home", n.Home(0), "--node", n.RPCs[0].URL, "-o", "json")
	out := Run(tb, time.Minute, n.Bins.Aichaind, args...)
	if err := json.Unmarshal(out, into); err != nil {
		tb.Fatalf("%v: %v in %s", args, err, out)
	}
}

// Client is one of the library, for an account, by node.
func (n *Network) Client(tb testing.TB, node int, account string) *client.Client {
	tb.Helper()
	keys, err := client.OpenKeyring("test", n.Home(0), os.Stdin)
	if err != nil {
		tb.Fatal(err)
	}
	c, err := client.New(client.Config{GRPC: n.Grpc(node), RPC: n.RPCs[node].URL, ChainID: ChainID, Keyring: keys, Key: account})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = c.Close() }) // nothing is under way
	return c
}

// WaitFor waits until node 0 has a height, however far away.
func (n *Network) WaitFor(tb testing.TB, height int64) {
	tb.Helper()
	Until(tb, 3*CaseTimeout, fmt.Sprintf("height %d", height), func() (bool, string) {
		h, err := n.RPCs[0].Height()
		return err == nil && h >= height, fmt.Sprint(h, err)
	})
}

// AllSame requires the same state of all nodes after a common block.
func (n *Network) AllSame(tb testing.TB) {
	tb.Helper()
	for i := range n.Nodes {
		n.SameState(tb, i, n.Height(tb))
	}
}
