package attack

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"

	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"

	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// freeFailures: a seat sends free messages that fail in the block, to use its free message again and again.
func freeFailures(r *report) {
	setup := kit.DefaultSetup(3)
	setup.Compute = func(p *computetypes.Params) { p.CommitWindow = 1_000 }
	w := kit.New(r.T, setup)
	const tasks = 25
	ask(w, 1_000_000, tasks)
	name := w.Seats(1)[0]
	commit := w.Commit(name, truth, 1)
	refused := func(what, want string, tx kit.Tx) {
		raw := w.Sign(tx)
		res := w.Chain.CheckTx(r.T, raw, false)
		r.exact(what, want, kit.ErrorName(r.T, res.Codespace, res.Code))
		w.Chain.Refresh()
	}
	refused("the same commit twice in one transaction", "aichain-ante.ErrFreeMessages", kit.Tx{Msgs: []sdk.Msg{commit, commit}})
	refused("too little gas to run", "aichain-ante.ErrFreeGas", kit.Tx{Msgs: []sdk.Msg{commit}, Gas: 70_000})
	refused("too much gas", "aichain-ante.ErrFreeGas", kit.Tx{Msgs: []sdk.Msg{commit}, Gas: 10_000_000})
	refused("a foreign item among own ones", "attest.ErrNotSeated", kit.Tx{Msgs: []sdk.Msg{
		&attesttypes.MsgCommitResult{Provider: w.Address("mallory"), Commits: commit.Commits},
	}})
	// With just enough gas to be checked and too little to run, a message would fail in the block and be free again.
	failed := 0
	for gas := uint64(20_000); gas < 80_000; gas += 2_500 {
		w.Do() // forgets what waits in the mempool
		short := kit.Tx{Msgs: []sdk.Msg{commit}, Gas: gas}
		raw := w.Sign(short)
		if w.Chain.CheckTx(r.T, raw, false).Code == 0 && w.Raw(raw).Results[0].Error == "sdk.ErrOutOfGas" {
			failed++
		}
		w.Chain.Refresh()
	}
	r.exact("free messages that entered the mempool and failed in a block, of 24", 0, failed)
	// The same with bytes that cost the check gas: a padding that decoders skip.
	failed = 0
	for i := range uint64(tasks - 1) {
		id := i + 2
		seat := w.Seats(id)[0]
		raw := padded(w, seat, kit.Tx{Msgs: []sdk.Msg{w.Commit(seat, truth, id)}}, int(4_000+200*i))
		if w.Chain.CheckTx(r.T, raw, false).Code == 0 && !w.Raw(raw).Results[0].OK() {
			failed++
		}
		w.Chain.Refresh()
	}
	r.exact("padded free messages that entered the mempool and failed in a block, of 24", 0, failed)
	r.exact("control: the honest commit is free", "", w.Do(msg(commit)).Results[0].Error)
}

// unmatchable: tasks that no draw can seat, because their price suits one offer of three hundred. Each draw looks at
// as many candidates as it may; the block must stay within its time all the same.
func unmatchable(r *report) {
	const batch = 200
	setup := kit.DefaultSetup(300)
	setup.Slots = 10_000
	setup.Chain.MaxGas = -1 // all register in one block
	w := kit.New(r.T, setup)
	w.Must(msg(w.Offer("p1", kit.TheModel, 1, 1, 10_000)))
	inputs := make([]computetypes.TaskInput, batch)
	for i := range inputs {
		inputs[i].Tokens = []uint32{5, 6, 7}
	}
	good, bad := w.Terms(kit.TheModel, 60_000), w.Terms(kit.TheModel, 3_000)
	draw := func(terms computetypes.TaskTerms) (ms float64, seated int) {
		posted := w.Must(msg(w.Post("alice", "alice", terms, inputs...)))
		w.Wait(1)
		start := cpuTime()
		b := w.Do()
		ms = float64((cpuTime() - start).Microseconds()) / 1_000
		for _, e := range b.Events {
			if _, ok := e.(*computetypes.EventTaskMatched); ok {
				seated++
			}
		}
		r.exact("posted", true, posted.Results[0].OK())
		return ms, seated
	}
	plain, seated := draw(good)
	r.exact("control: 200 tasks at a fair price are seated at once", batch, seated)
	hopeless, seated := draw(bad)
	r.exact("200 tasks that suit one offer of 300: seated", 0, seated)
	r.add("block with 200 good draws, ms of CPU", "—", fmt.Sprintf("%.0f", plain), "none", true)
	r.most("block with 200 hopeless draws, ms of CPU", 500, hopeless, "")
}

// padded signs a transaction of one signer after adding bytes to its body under a field number that old decoders
// may skip.
func padded(w *kit.World, name string, tx kit.Tx, size int) []byte {
	acc := *w.Account(name)
	var raw txtypes.TxRaw
	must(raw.Unmarshal(w.Sign(tx)))
	const field = 1<<10 + 1<<11 // bit 11 of the field number: not critical
	raw.BodyBytes = protowire.AppendTag(raw.BodyBytes, field, protowire.BytesType)
	raw.BodyBytes = protowire.AppendBytes(raw.BodyBytes, make([]byte, size))
	doc := txtypes.SignDoc{BodyBytes: raw.BodyBytes, AuthInfoBytes: raw.AuthInfoBytes, ChainId: w.ChainID(), AccountNumber: acc.Num}
	text, err := doc.Marshal()
	must(err)
	raw.Signatures[0], err = acc.Priv.Sign(text)
	must(err)
	out, err := raw.Marshal()
	must(err)
	return out
}
