package operate

import (
	"os"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/tests/localnet"
)

// TestMain sets the prefix of addresses, as the programs do.
func TestMain(m *testing.M) {
	sdk.GetConfig().SetBech32PrefixForAccount(client.Bech32Prefix, client.Bech32Prefix+"pub")
	os.Exit(m.Run())
}

// long leaves a test out unless it was asked for.
func long(t *testing.T) {
	t.Helper()
	if os.Getenv("OPERATE") == "" {
		t.Skip("takes minutes: make operate")
	}
}

// stopAndCheck stops all workers and nodes and checks all invariants of each node's state.
func stopAndCheck(t *testing.T, n *localnet.Network) {
	t.Helper()
	for _, w := range n.Workers {
		w.Kill()
	}
	for _, p := range n.Nodes {
		p.Stop(t)
	}
	for i := range n.Nodes {
		t.Logf("node%d: all invariants hold at height %d", i, localnet.CheckState(t, n.Home(i)))
	}
}
