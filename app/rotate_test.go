package app_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/app/apptest"
	"github.com/aichain/aichain/rules/beacon"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
	"github.com/aichain/aichain/x/beacon/vrf"
)

// keys are the key file of a validator that rotates: the old key and the new one.
type keys []vrf.Key

func (ks keys) Prove(public, input []byte) []byte {
	for _, k := range ks {
		if string(k.Public()) == string(public) {
			return k.Prove(input)
		}
	}
	return nil
}

// TestValidatorReplacesItsKey: with both keys in its file it never falls silent; with only the new one it is silent
// exactly until that counts.
func TestValidatorReplacesItsKey(t *testing.T) {
	seed := make([]byte, vrf.SeedSize)
	seed[0] = 99
	fresh, err := vrf.FromSeed(seed)
	require.NoError(t, err)

	run := func(onlyNew bool) uint64 {
		c := apptest.New(t, apptest.Options{Invariants: true, Genesis: func(a *app.App, gs map[string]json.RawMessage) {
			apptest.Edit(a, gs, beacontypes.ModuleName, func(g *beacontypes.GenesisState) { g.Params.EpochBlocks = 10 })
		}})
		v := c.Validators[0]
		file := keys{v.Vrf, fresh}
		if onlyNew {
			file = keys{fresh}
		}
		for c.Height < 11 { // the message is in block 12, of epoch 1
			c.NextBlock(t)
		}
		c.App.SetProver(file)
		c.Do(t, c.Accounts[0], 200_000, &beacontypes.MsgRegisterVrfKey{
			Validator: v.Operator.String(), Key: fresh.Public(), Proof: fresh.Prove(beacon.Possession(c.ChainID(), v.Operator)),
		})
		c.Blocks(t, 25) // over the first block of epoch 3, 30
		g, err := c.App.Beacon.ExportGenesis(c.Ctx())
		require.NoError(t, err)
		return g.Skips
	}
	require.Zero(t, run(false))
	require.EqualValues(t, 30-12, run(true), "blocks 12 to 29")
}
