package kit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/gogoproto/proto"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/aichain/aichain/app"
	"github.com/aichain/aichain/app/apptest"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// ownStores are the stores that a refused message must leave alone.
var ownStores = []string{computetypes.StoreKey, attesttypes.StoreKey, rewardtypes.StoreKey}

// options are the harness's options for a setup: a database of its own, short votes, and the parameters asked for.
func (s Setup) options() apptest.Options {
	o := s.Chain
	o.Accounts = len(People) + s.Providers + s.Strangers
	if o.DB == nil {
		o.DB = dbm.NewMemDB()
	}
	before := o.Genesis
	o.Genesis = func(a *app.App, gs map[string]json.RawMessage) {
		apptest.Edit(a, gs, govtypes.ModuleName, func(g *govv1.GenesisState) {
			voting, expedited := 3*apptest.BlockTime, 2*apptest.BlockTime
			g.Params.VotingPeriod, g.Params.ExpeditedVotingPeriod = &voting, &expedited
			g.Params.MinDeposit = sdk.NewCoins(Coin(1))
			g.Params.ExpeditedMinDeposit = sdk.NewCoins(Coin(2))
		})
		apptest.Edit(a, gs, rewardtypes.ModuleName, func(g *rewardtypes.GenesisState) {
			if s.NoFees {
				g.Params.MinGasPrice = 0
			}
			if s.Reward != nil {
				s.Reward(&g.Params)
			}
		})
		apptest.Edit(a, gs, computetypes.ModuleName, func(g *computetypes.GenesisState) {
			g.Params.AuditBps = s.AuditBps
			if s.Unrefereed {
				g.Models = append(g.Models, s.unrefereed())
			}
			if s.Compute != nil {
				s.Compute(&g.Params)
			}
		})
		apptest.Edit(a, gs, attesttypes.ModuleName, func(g *attesttypes.GenesisState) {
			if s.Attest != nil {
				s.Attest(&g.Params)
			}
		})
		if before != nil {
			before(a, gs)
		}
	}
	return o
}

// unrefereed is TheModel with a profile that the chain cannot compute.
func (s Setup) unrefereed() computetypes.Model {
	address := func(name string) string { return apptest.Address(slices.Index(People, name)).String() }
	m := s.Model.Record(TheModel, address("publisher"))
	m.Profile, m.FeeBps = "hr/test/1", s.FeeBps
	for _, share := range s.Splits {
		m.Splits = append(m.Splits, computetypes.FeeSplit{Recipient: address(share.Name), ShareBps: share.Bps})
	}
	return m
}

// Record is a model as a genesis holds it, published by an address.
func (b *Brain) Record(name, publisher string) computetypes.Model {
	h := b.File.Header()
	return computetypes.Model{
		Id: b.ID, Publisher: publisher, Name: name, License: "Apache-2.0", Profile: h.Profile, Header: b.Header, Vocab: h.Vocab, MaxContext: h.MaxContext,
	}
}

// Raw runs a block with signed transactions.
func (w *World) Raw(raw ...[]byte) Block {
	w.TB.Helper()
	res := w.Chain.NextBlock(w.TB, raw...)
	b := Block{Height: uint64(w.Chain.Height), AppHash: w.Chain.AppHash(), Events: Typed(res.Events)}
	failed := false
	for _, r := range res.TxResults {
		if r == nil {
			b.Results = append(b.Results, Result{Code: 1, Error: "dropped by the proposer"})
			failed = true
			continue
		}
		b.Results = append(b.Results, w.result(r))
		failed = failed || r.Code != 0
	}
	if failed {
		w.Chain.Refresh() // a sequence that was refused before it was counted is used again
	}
	return b
}

// StoreHashes are the hashes of the stores of compute, attest and reward after the last block.
func (w *World) StoreHashes() string {
	w.TB.Helper()
	var b strings.Builder
	for _, name := range ownStores {
		store, ok := w.Chain.App.CommitMultiStore().GetStore(w.Chain.App.StoreKey(name)).(storetypes.Committer)
		if !ok {
			w.TB.Fatalf("the store of %s does not tell its hash", name)
		}
		fmt.Fprintf(&b, "%s %x\n", name, store.LastCommitID().Hash)
	}
	return b.String()
}

// Restart stops the application and starts it again from its database.
func (w *World) Restart() { w.Chain.Restart(w.TB) }

// RoundTrip exports the state, imports it into a new chain and exports that; it says where the bytes differ. The
// imported chain is returned as the same people see it.
func (w *World) RoundTrip() (*World, error) {
	w.TB.Helper()
	first := w.Chain.Export(w.TB)
	copied := w.Fork(w.TB, w.Chain.Import(w.TB, first))
	second := copied.exportBeforeFirstBlock()
	if bytes.Equal(first.AppState, second) {
		return copied, nil
	}
	a, b := bytes.Split(first.AppState, []byte("\n")), bytes.Split(second, []byte("\n"))
	for i := range min(len(a), len(b)) {
		if !bytes.Equal(a[i], b[i]) {
			return copied, fmt.Errorf("exports differ in line %d: %s became %s", i+1, a[i], b[i])
		}
	}
	return copied, fmt.Errorf("exports of %d and %d lines", len(a), len(b))
}

// exportBeforeFirstBlock exports what InitChain made of a genesis: it is not committed before the first block, which
// would change it.
func (w *World) exportBeforeFirstBlock() []byte {
	w.TB.Helper()
	a := w.Chain.App
	gs, err := a.ModuleManager.ExportGenesisForModules(a.GetContextForFinalizeBlock(nil), a.AppCodec(), nil)
	w.check(err)
	bz, err := json.MarshalIndent(gs, "", "  ")
	w.check(err)
	return bz
}

// GovernBlocks is how many blocks Govern takes: the proposal, the vote, and the time to vote.
const GovernBlocks = 2 + uint64(4*apptest.BlockTime/time.Second)

// Govern has messages proposed, voted for by the validator and executed; the blocks that it took are returned.
func (w *World) Govern(msgs ...sdk.Msg) []Block {
	w.TB.Helper()
	voter := w.Address("publisher")
	proposal, err := govv1.NewMsgSubmitProposal(msgs, sdk.NewCoins(Coin(10)), voter, "", "change", "change", false)
	w.check(err)
	blocks := []Block{w.Must(Tx{Msgs: []sdk.Msg{proposal}})}
	var res govv1.MsgSubmitProposalResponse
	w.check(proto.Unmarshal(answer(blocks[0].Results[0].Data), &res))
	blocks = append(blocks, w.Must(Tx{Msgs: []sdk.Msg{govv1.NewMsgVote(w.Account("publisher").Addr, res.ProposalId, govv1.OptionYes, "")}}))
	blocks = append(blocks, w.Wait(int(GovernBlocks-2))...)
	got, err := w.Chain.App.Gov.Proposals.Get(w.Ctx(), res.ProposalId)
	w.check(err)
	if got.Status != govv1.StatusPassed {
		w.TB.Fatalf("the proposal is %s: %s", got.Status, got.FailedReason)
	}
	return blocks
}

// answer is the response of a transaction's only message.
func answer(data []byte) []byte {
	var d sdk.TxMsgData
	if err := proto.Unmarshal(data, &d); err != nil || len(d.MsgResponses) == 0 {
		return nil
	}
	return d.MsgResponses[0].Value
}

// ParamChange is the message that changes named parameters of a module, as they are called in its proto.
func (w *World) ParamChange(module string, values map[string][]string) sdk.Msg {
	w.TB.Helper()
	authority := authtypes.NewModuleAddress(govtypes.ModuleName).String()
	ctx := w.Ctx()
	switch module {
	case computetypes.ModuleName:
		p, err := w.Chain.App.Compute.Params(ctx)
		w.check(err)
		w.check(set(&p, values))
		return &computetypes.MsgUpdateParams{Authority: authority, Params: p}
	case rewardtypes.ModuleName:
		g, err := w.Chain.App.Reward.ExportGenesis(ctx)
		w.check(err)
		w.check(set(&g.Params, values))
		return &rewardtypes.MsgUpdateParams{Authority: authority, Params: g.Params}
	case attesttypes.ModuleName:
		g, err := w.Chain.App.Attest.ExportGenesis(ctx)
		w.check(err)
		w.check(set(&g.Params, values))
		return &attesttypes.MsgUpdateParams{Authority: authority, Params: g.Params}
	}
	w.TB.Fatalf("no parameters of %q", module)
	return nil
}

// set sets fields of a struct of numbers by their proto names.
func set(params any, values map[string][]string) error {
	v := reflect.ValueOf(params).Elem()
	for name, vals := range values {
		n, err := strconv.ParseUint(vals[0], 10, 64)
		if err != nil {
			return err
		}
		f := v.FieldByNameFunc(func(field string) bool { return strings.EqualFold(field, strings.ReplaceAll(name, "_", "")) })
		if !f.IsValid() {
			return fmt.Errorf("no parameter %q", name)
		}
		f.SetUint(n)
	}
	return nil
}
