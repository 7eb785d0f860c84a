package sim

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand"
	"slices"
	"strconv"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cryptoenc "github.com/cometbft/cometbft/crypto/encoding"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	simtypes "github.com/cosmos/cosmos-sdk/types/simulation"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/app/apptest"
	beacontypes "github.com/aichain/aichain/x/beacon/types"
	computesim "github.com/aichain/aichain/x/compute/simulation"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// stake of each account and of each founding validator, uaic: the harness's funds.
const stake = apptest.Funds

// member is a validator. Founders sign nearly always; those who joined sleep often, and now and then sign twice.
type member struct {
	cons     sdk.ConsAddress
	operator sdk.ValAddress
	account  int
	founder  bool
}

// power is a validator set by consensus address.
type power map[string]int64

// options are of a chain whose genesis all modules have made at random, but for what a run of some hundred blocks needs:
// founders with equal power, times of seconds, transactions at the usual price in gas, models, and founders' beacon keys.
func (f *frame) options(tb testing.TB) apptest.Options {
	tb.Helper()
	o := options(tb)
	o.Accounts = population
	o.Genesis = func(a *app.App, gs map[string]json.RawMessage) {
		keys := gs[beacontypes.ModuleName] // the founders', by the harness
		random, _ := simtestutil.AppStateRandomizedFn(a.SimulationManager(), f.r, a.AppCodec(), f.people,
			time.Unix(1_700_000_000, 0), f.chances(tb), a.DefaultGenesis())
		require.NoError(tb, json.Unmarshal(random, &gs))
		f.adjust(tb, a, gs, keys)
	}
	return o
}

// chances are those parameters of the SDK's modules that are not left to chance entirely.
func (f *frame) chances(tb testing.TB) simtypes.AppParams {
	tb.Helper()
	second := func(lo, hi int) time.Duration { return time.Duration(lo+f.r.Intn(hi-lo+1)) * time.Second }
	var first []string
	for i := firstProvider; i < accounts; i++ {
		if f.r.Intn(3) == 0 {
			first = append(first, f.people[i].AddressBech32)
		}
	}
	out := simtypes.AppParams{}
	for name, value := range map[string]any{
		simtestutil.StakePerAccount:           math.NewInt(stake),
		simtestutil.InitiallyBondedValidators: validators,
		"unbonding_time":                      second(20, 120),
		"max_validators":                      validators + 1 + f.r.Intn(4),
		"downtime_jail_duration":              second(5, 30),
		"signed_blocks_window":                10 + f.r.Intn(30),
		"min_signed_per_window":               math.LegacyNewDecWithPrec(int64(1+f.r.Intn(5)), 1),
		"voting_period":                       second(6, 10),
		"expedited_voting_period":             second(4, 5),
		"deposit_period":                      second(10, 40),
		"tx_size_cost_per_byte":               authtypes.DefaultTxSizeCostPerByte,
		"sig_verify_cost_secp256k1":           authtypes.DefaultSigVerifyCostSecp256k1,
		computesim.FirstProvidersKey:          first,
	} {
		bz, err := json.Marshal(value)
		require.NoError(tb, err)
		out[name] = bz
	}
	return out
}

// adjust adds what the SDK leaves to whoever calls it, the coins of the validators, and what is not random.
func (f *frame) adjust(tb testing.TB, a *app.App, gs map[string]json.RawMessage, keys json.RawMessage) {
	tb.Helper()
	var founded beacontypes.GenesisState
	a.AppCodec().MustUnmarshalJSON(keys, &founded)
	apptest.Edit(a, gs, beacontypes.ModuleName, func(g *beacontypes.GenesisState) { g.Keys, g.Proofs = founded.Keys, founded.Proofs })
	apptest.Edit(a, gs, computetypes.ModuleName, func(g *computetypes.GenesisState) { g.Models = firstModels(tb) })
	apptest.Edit(a, gs, banktypes.ModuleName, func(g *banktypes.GenesisState) {
		pool := authtypes.NewModuleAddress(stakingtypes.NotBondedPoolName).String()
		g.Balances = append(g.Balances, banktypes.Balance{Address: pool, Coins: sdk.NewCoins(coin(validators * stake))})
	})
	apptest.Edit(a, gs, govtypes.ModuleName, func(g *govv1.GenesisState) { g.StartingProposalId = max(1, g.StartingProposalId) })
}

// elect learns who the validators of the first block are.
func (f *frame) elect() {
	for i, v := range f.chain.Validators {
		f.members = append(f.members, member{v.Cons, v.Operator, i, true})
	}
	f.now = power{}
	bonded, err := f.chain.App.Staking.GetLastValidators(f.ctx())
	require.NoError(f.tb, err)
	for _, v := range bonded {
		cons, err := v.GetConsAddr()
		require.NoError(f.tb, err)
		f.now[string(cons)] = v.ConsensusPower(f.chain.App.Staking.PowerReduction(f.ctx()))
	}
	require.Len(f.tb, f.now, validators)
	f.before, f.next = f.now, f.now
}

// join makes an account with a validator one of those who may propose.
func (f *frame) join(account int) {
	p := f.people[account]
	f.members = append(f.members, member{sdk.ConsAddress(p.ConsKey.PubKey().Address()), sdk.ValAddress(p.Address), account, false})
}

// memberOf is a validator by its consensus address.
func (f *frame) memberOf(cons string) member {
	for _, m := range f.members {
		if string(m.cons) == cons {
			return m
		}
	}
	f.tb.Fatalf("a validator that nobody created: %x", cons)
	return member{}
}

// deliver makes a block by somebody of the set in force; one proposer in eight keeps silent.
func (f *frame) deliver(txs [][]byte) made {
	f.tb.Helper()
	req := f.chain.Request(txs...)
	req.ProposerAddress = []byte(pick(f.r, f.now))
	req.DecidedLastCommit = abci.CommitInfo{}
	if req.Height > f.first {
		req.DecidedLastCommit.Votes = f.signatures()
		req.Misbehavior = f.misbehaviour(req)
	}
	if !f.chance(12) {
		res, err := f.chain.App.PrepareProposal(&abci.RequestPrepareProposal{
			MaxTxBytes: app.MaxBlockBytes, Txs: txs, Height: req.Height, Time: req.Time, ProposerAddress: req.ProposerAddress,
		})
		require.NoError(f.tb, err)
		req.Txs = res.Txs
		require.Equal(f.tb, abci.ResponseProcessProposal_ACCEPT, f.chain.Process(f.tb, req), "height %d", req.Height)
	}
	res := f.chain.Finalize(f.tb, req)
	f.chain.Commit(f.tb)
	f.turn(res.ValidatorUpdates)
	return made{req, res, txs}
}

// turn moves the validator sets on: what a block changes is in force two blocks later.
func (f *frame) turn(updates []abci.ValidatorUpdate) {
	f.before, f.now, f.next = f.now, f.next, maps.Clone(f.next)
	for _, u := range updates {
		key, err := cryptoenc.PubKeyFromProto(u.PubKey)
		require.NoError(f.tb, err)
		f.next[string(key.Address())] = u.Power
		if u.Power == 0 {
			delete(f.next, string(key.Address()))
		}
	}
	require.NotEmpty(f.tb, f.next, "nobody is left to make blocks")
}

// pick is somebody of a set.
func pick(r *rand.Rand, set power) string {
	all := slices.Sorted(maps.Keys(set))
	return all[r.Intn(len(all))]
}

// signatures of the block before.
func (f *frame) signatures() (votes []abci.VoteInfo) {
	for _, cons := range slices.Sorted(maps.Keys(f.before)) {
		absent := 40
		if f.memberOf(cons).founder {
			absent = 2
		}
		flag := cmtproto.BlockIDFlagCommit
		if f.r.Intn(100) < absent {
			flag = cmtproto.BlockIDFlagAbsent
		}
		votes = append(votes, abci.VoteInfo{Validator: abci.Validator{Address: []byte(cons), Power: f.before[cons]}, BlockIdFlag: flag})
	}
	return votes
}

// misbehaviour is, once in a hundred blocks, that somebody who joined has signed twice.
func (f *frame) misbehaviour(req *abci.RequestFinalizeBlock) []abci.Misbehavior {
	if cons := pick(f.r, f.before); f.r.Intn(100) == 0 && !f.memberOf(cons).founder {
		total := int64(0)
		for _, p := range f.before {
			total += p
		}
		return []abci.Misbehavior{{
			Type: abci.MisbehaviorType_DUPLICATE_VOTE, Validator: abci.Validator{Address: []byte(cons), Power: f.before[cons]},
			Height: req.Height - 1, Time: req.Time.Add(-apptest.BlockTime), TotalVotingPower: total,
		}}
	}
	return nil
}

// propound has the founders vote for a proposal of ours; for one of the SDK's only if what it changes at random leaves a
// chain on which they can still pay and are not all put into jail. (rememberProposal notes it for a vote.)
func (f *frame) propound(msg *govv1.MsgSubmitProposal, res *abci.ExecTxResult) {
	id := submitted(f.tb, res)
	msgs, err := msg.GetMsgs()
	require.NoError(f.tb, err)
	for _, m := range msgs {
		if url := sdk.MsgTypeURL(m); isOurs(url) {
			f.pending[id] = append(f.pending[id], url)
			f.score(m).tried++
		} else if !slices.Contains([]string{"/cosmos.bank.v1beta1.MsgUpdateParams", "/cosmos.distribution.v1beta1.MsgUpdateParams"}, url) {
			f.abstain(id)
		}
	}
}

// abstain takes a proposal off what the founders vote for.
func (f *frame) abstain(id uint64) {
	for v := range f.votes {
		f.votes[v] = slices.DeleteFunc(f.votes[v], func(p uint64) bool { return p == id })
	}
}

// submitted is the number of a proposal.
func submitted(tb testing.TB, res *abci.ExecTxResult) uint64 {
	tb.Helper()
	for _, e := range res.Events {
		for _, a := range e.Attributes {
			if e.Type == "submit_proposal" && a.Key == "proposal_id" {
				id, err := strconv.ParseUint(a.Value, 10, 64)
				require.NoError(tb, err)
				return id
			}
		}
	}
	return 0
}

// isOurs says whether a message is of one of our modules.
func isOurs(url string) bool { return bytes.HasPrefix([]byte(url), []byte("/aichain.")) }

// passed counts the messages of proposals that were decided.
func (f *frame) passed(res *abci.ResponseFinalizeBlock) {
	for _, e := range res.Events {
		if e.Type != govtypes.EventTypeActiveProposal {
			continue
		}
		values := map[string]string{}
		for _, a := range e.Attributes {
			values[a.Key] = a.Value
		}
		id, err := strconv.ParseUint(values[govtypes.AttributeKeyProposalID], 10, 64)
		require.NoError(f.tb, err)
		for _, url := range f.pending[id] {
			if values[govtypes.AttributeKeyProposalResult] == govtypes.AttributeValueProposalPassed {
				f.tally[url].delivered++
				continue
			}
			f.tally[url].refused++
			f.tally[url].lastLog = values[govtypes.AttributeKeyProposalResult] + " " + values[govtypes.AttributeKeyProposalLog]
		}
		delete(f.pending, id)
	}
}
