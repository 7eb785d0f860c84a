package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	svrcmd "github.com/cosmos/cosmos-sdk/server/cmd"

	"github.com/aichain/aichain/internal/vrfkey"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
)

// Every thing that can be wrong with a node shows in one check, which tells the next step.
func TestDoctorTellsTheNextStepOfANode(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	path := vrfkey.Path(t.TempDir())
	old, err := vrfkey.Add(path)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		spoil       func(*nodeFacts)
		check, next string // the finding with a next step; "" for none
		isFine      bool   // it tells a next step although nothing is wrong
	}{
		"a validator that proposes": {spoil: func(*nodeFacts) {}},
		"a full node":               {spoil: func(f *nodeFacts) { f.validator = nil }, check: "validator", next: "create-validator", isFine: true},
		"other chain":               {spoil: func(f *nodeFacts) { f.genesisID = "other" }, check: "chain", next: "genesis.json"},
		"catching up":               {spoil: func(f *nodeFacts) { f.isCatchingUp = true }, check: "progress", next: "wait"},
		"no block":                  {spoil: func(f *nodeFacts) { f.height, f.isCatchingUp, f.validator = 0, true, nil }, check: "progress", next: "snapshot"},
		"old block":                 {spoil: func(f *nodeFacts) { f.blockTime = now.Add(-time.Minute) }, check: "progress", next: "NTP"},
		"alone":                     {spoil: func(f *nodeFacts) { f.peers = 0 }, check: "peers", next: "persistent_peers"},
		"peers unknown":             {spoil: func(f *nodeFacts) { f.peers = -1 }},
		"tombstoned":                {spoil: func(f *nodeFacts) { f.validator.isTombstoned, f.validator.isJailed = true, true }, check: "validator", next: "anew"},
		"jailed": {spoil: func(f *nodeFacts) {
			f.validator.isJailed, f.validator.jailedUntil = true, now.Add(time.Minute)
		}, check: "validator", next: "not before 1970-01-12T13:47:40Z: aichaind tx slashing unjail"},
		"jail is over":      {spoil: func(f *nodeFacts) { f.validator.isJailed, f.validator.jailedUntil = true, now }, check: "validator", next: "unjail"},
		"leaves":            {spoil: func(f *nodeFacts) { f.validator.isJailed, f.validator.isEmpty = true, true }},
		"not in the set":    {spoil: func(f *nodeFacts) { f.validator.power = 0 }, check: "validator", next: "delegate", isFine: true},
		"another's node":    {spoil: func(f *nodeFacts) { f.isOwn = false }, check: "validator", next: "another consensus key", isFine: true},
		"misses blocks":     {spoil: func(f *nodeFacts) { f.validator.missed = 151 }, check: "blocks", next: "behind"},
		"misses few":        {spoil: func(f *nodeFacts) { f.validator.missed = 150 }},
		"no key file":       {spoil: func(f *nodeFacts) { f.vrfFile, f.vrfErr = nil, vrfkey.ErrMissing }, check: "vrf key", next: "vrf-key new"},
		"no key registered": {spoil: func(f *nodeFacts) { f.validator.key = nil }, check: "vrf key", next: "vrf-key register"},
		"key lost":          {spoil: func(f *nodeFacts) { f.validator.key.Key = make([]byte, 32) }, check: "vrf key", next: "backup"},
		"newer key": {spoil: func(f *nodeFacts) {
			_, err := vrfkey.Add(path)
			require.NoError(t, err)
			file, err := vrfkey.Load(path)
			require.NoError(t, err)
			f.vrfFile = &file
		}, check: "vrf key", next: "is newer", isFine: true},
		"silent": {spoil: func(f *nodeFacts) { f.validator.isLastProposedProven, f.validator.skipped = false, 1 }, check: "beacon", next: "restart the node"},
		"silent while the key waits": {spoil: func(f *nodeFacts) {
			f.validator.isLastProposedProven, f.validator.key.EffectiveHeight = false, 101
		}, check: "beacon", next: "none is expected", isFine: true},
		"has not proposed": {spoil: func(f *nodeFacts) { f.validator.proposed, f.validator.isLastProposedProven = 0, false }},
	} {
		t.Run(name, func(t *testing.T) {
			f := nodeFacts{
				chainID: "c", genesisID: "c", height: 100, blockTime: now.Add(-time.Second), isOwn: true, peers: 3, vrfFile: &vrfkey.File{},
				validator: &validatorFacts{
					operator: "aicvaloper1x", status: "BOND_STATUS_BONDED", power: 100, mayMiss: 300, proposed: 20, lookedAt: 99, lastProposed: 97,
					isLastProposedProven: true, key: &beacontypes.VrfKey{Key: old.Public(), EffectiveHeight: 90},
				},
			}
			f.vrfFile.Keys = append(f.vrfFile.Keys, old)
			c.spoil(&f)
			told := 0
			for _, found := range f.examine(now) {
				if found.OK && found.Next == "" {
					continue
				}
				told++
				require.Equal(t, c.check, found.Check, found.Detail)
				require.Equal(t, c.isFine, found.OK, found.Detail)
				require.Contains(t, found.Next, c.next)
			}
			require.Equal(t, c.check != "", told == 1, "%d findings", told)
		})
	}
}

// The exit code of what was found is its own, so that a script can watch a node.
func TestFindingsHaveAnExitCode(t *testing.T) {
	require.Equal(t, exitFindings, ExitCode(findingsError{1, 8}))
	require.Equal(t, "1 of 8 checks failed", findingsError{1, 8}.Error())
	require.Equal(t, "ok    peers     3\nWRONG chain     x\n                next: y\n",
		findingsText([]nodeFinding{{Check: "peers", OK: true, Detail: "3"}, {Check: "chain", Detail: "x", Next: "y"}}))
}

// A network can listen where other machines reach it; what only its operator should see stays on the machine.
func TestTestnetListensOnTheHostThatIsNamed(t *testing.T) {
	home, out := t.TempDir(), filepath.Join(t.TempDir(), "net")
	run := func(host string) error {
		root := NewRootCmd()
		root.SetArgs([]string{"testnet-init", "--home", home, "--out", out, "--validators", "2", "--host", host})
		root.SetOut(&strings.Builder{})
		return svrcmd.Execute(root, EnvPrefix, home)
	}
	for _, wrong := range []string{"0.0.0.0", "example.org", ""} {
		require.Equal(t, ExitUsage, ExitCode(run(wrong)), wrong)
	}
	require.NoError(t, run("10.0.0.7"))
	text, err := os.ReadFile(filepath.Join(out, "node1", "config", "config.toml"))
	require.NoError(t, err)
	require.Contains(t, string(text), `laddr = "tcp://10.0.0.7:26611"`)
	require.Contains(t, string(text), `@10.0.0.7:26600`)
	require.Contains(t, string(text), `pprof_laddr = "127.0.0.1:26614"`)
	text, err = os.ReadFile(filepath.Join(out, "node1", "config", "app.toml"))
	require.NoError(t, err)
	require.Contains(t, string(text), `address = "10.0.0.7:26612"`)
}
