package operate

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aichain/aichain/tests/localnet"
)

// TestRotateKeys gives two validators new keys while the chain works: node3 a new consensus key, node2 a new VRF key.
func TestRotateKeys(t *testing.T) {
	long(t)
	params := localnet.Params{"beacon": {"epoch_blocks": "10"}}
	for module, values := range localnet.DefaultParams {
		params[module] = values
	}
	s := serve(t, localnet.Options{Params: params})
	t.Run("consensus key", s.rotateConsensusKey)
	t.Run("VRF key", s.rotateVrfKey)
	s.AllSame(t)
	s.account(t)
	stopAndCheck(t, s.Network)
}

// rotateConsensusKey: a new key file beside the node, the message, and at the block where the new key counts the node
// is stopped, given the file, and started again.
func (s *serving) rotateConsensusKey(t *testing.T) {
	const node = 3
	fresh := filepath.Join(t.TempDir(), "fresh")
	localnet.Run(t, time.Minute, s.Bins.Aichaind, "init", "fresh", "--home", fresh, "--chain-id", localnet.ChainID)
	public := strings.TrimSpace(string(localnet.Run(t, time.Minute, s.Bins.Aichaind, "comet", "show-validator", "--home", fresh)))
	old, now := consensusAddress(t, s.Home(node)), consensusAddress(t, fresh)
	skips := s.skips(t)
	q := s.ask(t)
	from := s.Height(t)
	s.Tx(t, node, fmt.Sprintf("node%d", node), "staking", "rotate-cons-pub-key", public)
	// The set that signs changes two blocks after the message.
	localnet.Until(t, localnet.CaseTimeout, "the new key to be in the set", func() (bool, string) {
		set := s.set(t)
		return strings.Contains(set, now), set
	})
	s.Nodes[node].Stop(t)
	bz, err := os.ReadFile(filepath.Join(fresh, "config", "priv_validator_key.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.Home(node), "config", "priv_validator_key.json"), bz, 0o600); err != nil {
		t.Fatal(err)
	}
	s.Restart(t, node)
	localnet.Until(t, localnet.CaseTimeout, "a block that the new key proposed", func() (bool, string) {
		p := s.proposer(t, s.Height(t))
		return p == now, p
	})
	q.Right(t)
	s.ask(t).Right(t)
	at := s.Height(t)
	missed, proposed := s.signedBy(t, now, from, at)
	if set := s.set(t); strings.Contains(set, old) {
		t.Errorf("expected the old key to be out of the set, got %s", set)
	}
	t.Logf("heights %d to %d: the new key signed all but %d, proposed %d; the beacon skipped %d", from, at, missed, proposed, s.skips(t)-skips)
	if d := s.skips(t) - skips; d > 3 {
		t.Errorf("expected at most three skips around a rotation, got %d", d)
	}
}

// rotateVrfKey follows the runbook: a new key in the file, a restart, the message. With both keys in its file the node
// never falls silent.
func (s *serving) rotateVrfKey(t *testing.T) {
	const node = 2
	home := s.Home(node)
	var made struct {
		Keys []string `json:"public_keys"`
	}
	if err := json.Unmarshal(localnet.Run(t, time.Minute, s.Bins.Aichaind, "vrf-key", "new", "--home", home, "-o", "json"), &made); err != nil {
		t.Fatal(err)
	}
	s.Nodes[node].Stop(t)
	s.Restart(t, node)
	skips := s.skips(t)
	q := s.ask(t)
	localnet.Run(t, time.Minute, s.Bins.Aichaind, "vrf-key", "register", "--from", fmt.Sprintf("node%d", node), "--home", home,
		"--keyring-backend", "test", "--chain-id", localnet.ChainID, "--node", s.RPCs[0].URL, "--gas", "auto", "--gas-adjustment", "1.5",
		"--gas-prices", "0.001uaic", "-y")
	operator := strings.TrimSpace(string(localnet.Run(t, time.Minute, s.Bins.Aichaind, "keys", "show", fmt.Sprintf("node%d", node), "-a",
		"--bech", "val", "--home", home, "--keyring-backend", "test")))
	var key struct {
		Key struct {
			EffectiveHeight string `json:"effective_height"`
		}
	}
	localnet.Until(t, localnet.CaseTimeout, "the key to be registered", func() (bool, string) {
		s.Query(t, &key, "beacon", "key", operator)
		return key.Key.EffectiveHeight != "" && key.Key.EffectiveHeight != "0", fmt.Sprint(key)
	})
	counts, err := strconv.ParseInt(key.Key.EffectiveHeight, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	s.WaitFor(t, counts+3*localnet.Validators) // it has proposed since
	q.Right(t)
	if d := s.skips(t) - skips; d != 0 {
		t.Errorf("expected no skip, with both keys in the file, got %d", d)
	}
	proposed := 0
	for h := counts; h < counts+3*localnet.Validators; h++ {
		if s.proposer(t, h) == consensusAddress(t, home) {
			proposed++
		}
	}
	if proposed == 0 {
		t.Errorf("expected node%d to propose between %d and %d", node, counts, counts+3*localnet.Validators)
	}
	t.Logf("the new VRF key counts from height %d; the node proposed %d blocks with it, and no block was skipped meanwhile", counts, proposed)
}

// consensusAddress of the key in a home, upper-case hex.
func consensusAddress(t *testing.T, home string) string {
	t.Helper()
	bz, err := os.ReadFile(filepath.Join(home, "config", "priv_validator_key.json"))
	if err != nil {
		t.Fatal(err)
	}
	var key struct{ Address string }
	if err := json.Unmarshal(bz, &key); err != nil {
		t.Fatal(err)
	}
	return key.Address
}

// skips that the beacon has counted.
func (s *serving) skips(t *testing.T) uint64 {
	t.Helper()
	var res struct{ Skips string }
	s.Query(t, &res, "beacon", "output", "0")
	n, err := strconv.ParseUint(res.Skips, 10, 64)
	if err != nil {
		n = 0 // left out while it is zero
	}
	return n
}

// set is the addresses of the validators that sign now.
func (s *serving) set(t *testing.T) string {
	t.Helper()
	var res struct{ Validators []struct{ Address string } }
	if err := s.RPCs[0].Get("/validators", &res); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(res.Validators)
}

// block is a block as far as it is wanted.
type block struct {
	Header struct {
		Proposer string `json:"proposer_address"`
	}
	LastCommit struct {
		Signatures []struct {
			Address string `json:"validator_address"`
		}
	} `json:"last_commit"`
	Evidence struct{ Evidence []json.RawMessage }
}

func (s *serving) block(t *testing.T, height int64) block {
	t.Helper()
	var res struct{ Block block }
	if err := s.RPCs[0].Get(fmt.Sprintf("/block?height=%d", height), &res); err != nil {
		t.Fatal(err)
	}
	return res.Block
}

func (s *serving) proposer(t *testing.T, height int64) string {
	t.Helper()
	return s.block(t, height).Header.Proposer
}

// signedBy counts, from the first block that the key signed, those that it did not sign, and those that it proposed.
func (s *serving) signedBy(t *testing.T, address string, from, to int64) (missed, proposed int) {
	t.Helper()
	hasBegun := false
	for h := from; h <= to; h++ {
		b := s.block(t, h)
		hasSigned := false
		for _, sig := range b.LastCommit.Signatures {
			hasSigned = hasSigned || sig.Address == address
		}
		if hasBegun = hasBegun || hasSigned; hasBegun && !hasSigned {
			missed++
		}
		if b.Header.Proposer == address {
			proposed++
		}
	}
	return missed, proposed
}
