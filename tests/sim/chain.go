package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/baseapp"
	pruningtypes "github.com/cosmos/cosmos-sdk/store/v2/pruning/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/app/apptest"
	"github.com/aichain/aichain/rules/beacon"
	"github.com/aichain/aichain/tests/kit"
	attestkeeper "github.com/aichain/aichain/x/attest/keeper"
	attestsim "github.com/aichain/aichain/x/attest/simulation"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
	"github.com/aichain/aichain/x/beacon/vrf"
	computekeeper "github.com/aichain/aichain/x/compute/keeper"
	computesim "github.com/aichain/aichain/x/compute/simulation"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardsim "github.com/aichain/aichain/x/reward/simulation"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// newChain starts the chain of a world.
func newChain(tb testing.TB) *apptest.Chain {
	tb.Helper()
	return apptest.New(tb, options(tb))
}

// keptStates is how many past states a chain in memory keeps: all of a long run's are more than a machine has.
const keptStates = 20

// options are of a chain with four validators, on which votes take a few blocks and windows are short.
func options(tb testing.TB) apptest.Options {
	tb.Helper()
	middle := func(lo, hi int) int { return (lo + hi) / 2 }
	return apptest.Options{
		Accounts: accounts, Validators: validators,
		BaseApp: []func(*baseapp.BaseApp){
			baseapp.SetPruning(pruningtypes.NewCustomPruningOptions(keptStates, 10)), baseapp.SetIAVLSyncPruning(true),
		},
		Genesis: func(a *app.App, gs map[string]json.RawMessage) {
			apptest.Edit(a, gs, govtypes.ModuleName, func(g *govv1.GenesisState) {
				voting, expedited := 3*apptest.BlockTime, 2*apptest.BlockTime
				g.Params.VotingPeriod, g.Params.ExpeditedVotingPeriod = &voting, &expedited
			})
			apptest.Edit(a, gs, computetypes.ModuleName, func(g *computetypes.GenesisState) {
				g.Params, g.Models = computesim.Params(middle), firstModels(tb)
			})
			apptest.Edit(a, gs, attesttypes.ModuleName, func(g *attesttypes.GenesisState) { g.Params = attestsim.Params(middle) })
			apptest.Edit(a, gs, rewardtypes.ModuleName, func(g *rewardtypes.GenesisState) { g.Params = rewardsim.Params(middle) })
			apptest.Edit(a, gs, beacontypes.ModuleName, func(g *beacontypes.GenesisState) { g.Params.EpochBlocks = beacontypes.MinEpochBlocks })
		},
	}
}

func (w *world) ctx() sdk.Context { return w.chain.Ctx() }

// block is what the block that was made consisted of.
type made struct {
	request *abci.RequestFinalizeBlock
	*abci.ResponseFinalizeBlock
	offered [][]byte
}

// result of the i-th transaction that was offered.
func (m made) result(tb testing.TB, i int) *abci.ExecTxResult {
	tb.Helper()
	for j, tx := range m.request.Txs {
		if string(tx) == string(m.offered[i]) {
			return m.TxResults[j]
		}
	}
	tb.Fatalf("the proposer of height %d left out transaction %d", m.request.Height, i)
	return nil
}

// deliver makes a block; one proposer in eight keeps silent.
func (w *world) deliver(txs [][]byte) made {
	w.tb.Helper()
	var req *abci.RequestFinalizeBlock
	if w.chance(12) {
		req = w.chain.Request(txs...)
	} else {
		req = w.chain.Propose(w.tb, txs...)
		require.Equal(w.tb, abci.ResponseProcessProposal_ACCEPT, w.chain.Process(w.tb, req), "height %d", req.Height)
	}
	res := w.chain.Finalize(w.tb, req)
	w.chain.Commit(w.tb)
	return made{req, res, txs}
}

// follow runs a block that another chain made.
func follow(tb testing.TB, c *apptest.Chain, m made) *abci.ResponseFinalizeBlock {
	tb.Helper()
	c.Height, c.Time = m.request.Height, m.request.Time
	res := c.Finalize(tb, m.request)
	c.Commit(tb)
	return res
}

// states exports what our modules hold.
func states(tb testing.TB, c *apptest.Chain) *state {
	tb.Helper()
	ctx := c.Ctx()
	s := &state{height: uint64(c.Height)}
	var err error
	s.compute, err = c.App.Compute.ExportGenesis(ctx)
	require.NoError(tb, err)
	s.attest, err = c.App.Attest.ExportGenesis(ctx)
	require.NoError(tb, err)
	s.reward, err = c.App.Reward.ExportGenesis(ctx)
	require.NoError(tb, err)
	return s.index()
}

// governance is the account that may change parameters, blocked one that may receive no transfers.
func (w *world) governance() string { return authtypes.NewModuleAddress(govtypes.ModuleName).String() }

func (w *world) blocked() string { return blockedAddress() }

func blockedAddress() string { return authtypes.NewModuleAddress(authtypes.FeeCollectorName).String() }

func sdkInt(amount uint64) math.Int { return math.NewIntFromUint64(amount) }

func (w *world) seatGas(msg sdk.Msg) uint64 { return w.chain.App.Attest.FreeSeatGas(msg) }

func (w *world) providerOf(account int) (computetypes.Provider, bool) {
	res, err := computekeeper.NewQueryServer(w.chain.App.Compute).Provider(w.ctx(), &computetypes.QueryProviderRequest{Address: w.addr(account)})
	if err != nil {
		return computetypes.Provider{}, false
	}
	return res.Provider, true
}

func (w *world) task(id uint64) (computetypes.Task, bool) {
	t, err := w.chain.App.Compute.Task(w.ctx(), id)
	return t, err == nil
}

// round reads a round from the state; false when it is gone.
func (w *world) round(task uint64, number uint32) (*attesttypes.Round, bool) {
	res, err := attestkeeper.NewQueryServer(w.chain.App.Attest).Round(w.ctx(), &attesttypes.QueryRoundRequest{TaskId: task, Round: number})
	if err != nil {
		return nil, false
	}
	return &res.Round, true
}

// chest is the models that are there from the genesis on, the first of which the chain can compute and the second not, and
// those that will be published, each once.
func chest(tb testing.TB) (models []*kit.Brain) {
	tb.Helper()
	for _, name := range []string{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine"} {
		models = append(models, kit.Tiny(tb, name))
	}
	return models
}

// modelsAtGenesis of the chest are published by the first requester.
const modelsAtGenesis = 2

// firstModels are those of the genesis, by id.
func firstModels(tb testing.TB) (models []computetypes.Model) {
	tb.Helper()
	for i, b := range chest(tb)[:modelsAtGenesis] {
		m := b.Record(fmt.Sprintf("model %d", i), apptest.Address(firstRequester).String())
		if i == 1 { // part of whose fee cannot be paid
			m.Profile, m.FeeBps = "hr/test/1", 500
			m.Splits = []computetypes.FeeSplit{{Recipient: blockedAddress(), ShareBps: 5_000}, {Recipient: m.Publisher, ShareBps: 5_000}}
		}
		models = append(models, m)
	}
	slices.SortFunc(models, func(a, b computetypes.Model) int { return bytes.Compare(a.Id, b.Id) })
	return models
}

// keyRing holds the beacon keys of all validators, by their public keys.
type keyRing map[string]vrf.Key

// Prove answers for everybody: one process proposes for all of them.
func (r keyRing) Prove(public, input []byte) []byte {
	if key, ok := r[string(public)]; ok {
		return key.Prove(input)
	}
	return nil
}

// registerVrfKey replaces the beacon key of a validator; its proposer speaks with the new one when it counts.
func (w *world) registerVrfKey() (op, bool) {
	v := w.rng.IntN(validators)
	return w.newVrfKey(v, w.chain.Validators[v].Operator), true
}

// newVrfKey is the registration of a new key by the operator of a validator.
func (w *world) newVrfKey(account int, operator sdk.ValAddress) op {
	seed := make([]byte, vrf.SeedSize)
	w.vrfKeys++
	seed[0], seed[1], seed[2] = byte(account), byte(w.vrfKeys), byte(w.vrfKeys>>8)
	key, err := vrf.FromSeed(seed)
	require.NoError(w.tb, err)
	w.keys[string(key.Public())] = key
	msg := &beacontypes.MsgRegisterVrfKey{
		Validator: operator.String(), Key: key.Public(), Proof: key.Prove(beacon.Possession(w.chain.ChainID(), operator)),
	}
	name := "RegisterVrfKey"
	if w.chance(30) {
		name, msg.Proof = "RegisterVrfKey!no possession", key.Prove([]byte("something else"))
	}
	return op{name: name, from: account, msgs: []sdk.Msg{msg}}
}
