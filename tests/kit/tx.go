package kit

import (
	"context"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/aichain/aichain/app/apptest"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Gas that transactions here ask for: gasTx, and more for each task that they post.
const (
	gasTx   = 1_000_000
	gasTask = 200_000
	gasMove = 3_000_000 // of a dispute, when it is paid for
)

// Tx is a transaction to be signed by whom its messages name.
type Tx struct {
	Msgs []sdk.Msg
	// Gas limit; 0 stands for what is free of a seat message, and for plenty of others.
	Gas uint64
	// Pays makes a seat message pay a fee like any other.
	Pays bool
	// ChainID to sign for, if not the world's.
	ChainID string
	// Fee in uaic instead of the usual one; only with HasFee.
	Fee    uint64
	HasFee bool
}

// Result of one transaction.
type Result struct {
	Code   uint32
	Error  string // name of the typed error, empty on success
	Log    string
	Gas    uint64
	Data   []byte
	Events []proto.Message
}

// OK says whether the transaction succeeded.
func (r Result) OK() bool { return r.Code == 0 }

// Block is what happened in one block.
type Block struct {
	Height  uint64
	AppHash []byte
	Results []Result        // in the order of the transactions given
	Events  []proto.Message // of the block steps, not of transactions
}

// Do signs transactions and runs a block with them.
func (w *World) Do(txs ...Tx) Block {
	w.TB.Helper()
	raw := make([][]byte, len(txs))
	for i, tx := range txs {
		raw[i] = w.Sign(tx)
	}
	return w.Raw(raw...)
}

// Must is Do for transactions that all succeed.
func (w *World) Must(txs ...Tx) Block {
	w.TB.Helper()
	b := w.Do(txs...)
	for i, r := range b.Results {
		if !r.OK() {
			w.TB.Fatalf("transaction %d of block %d: %s: %s", i, b.Height, r.Error, r.Log)
		}
	}
	return b
}

// Wait runs n empty blocks and returns them.
func (w *World) Wait(n int) []Block {
	w.TB.Helper()
	blocks := make([]Block, 0, n)
	for range n {
		blocks = append(blocks, w.Do())
	}
	return blocks
}

// Sign signs a transaction and counts up the sequences of its signers.
func (w *World) Sign(tx Tx) []byte {
	w.TB.Helper()
	cfg := w.Chain.App.TxConfig()
	b := cfg.NewTxBuilder()
	w.check(b.SetMsgs(tx.Msgs...))
	gas, fee := w.price(tx)
	b.SetGasLimit(gas)
	if fee > 0 {
		b.SetFeeAmount(sdk.NewCoins(Coin(fee)))
	}
	signers := w.signers(tx.Msgs)
	chainID := tx.ChainID
	if chainID == "" {
		chainID = w.ChainID()
	}
	mode := signing.SignMode_SIGN_MODE_DIRECT
	sigs := make([]signing.SignatureV2, len(signers))
	for i, a := range signers {
		sigs[i] = signing.SignatureV2{PubKey: a.Priv.PubKey(), Data: &signing.SingleSignatureData{SignMode: mode}, Sequence: a.Seq}
	}
	w.check(b.SetSignatures(sigs...))
	for i, a := range signers {
		data := authsigning.SignerData{Address: a.Addr.String(), ChainID: chainID, AccountNumber: a.Num, Sequence: a.Seq, PubKey: a.Priv.PubKey()}
		doc, err := authsigning.GetSignBytesAdapter(context.Background(), cfg.SignModeHandler(), mode, data, b.GetTx())
		w.check(err)
		raw, err := a.Priv.Sign(doc)
		w.check(err)
		sigs[i].Data = &signing.SingleSignatureData{SignMode: mode, Signature: raw}
	}
	w.check(b.SetSignatures(sigs...))
	for _, a := range signers {
		a.Seq++
	}
	out, err := cfg.TxEncoder()(b.GetTx())
	w.check(err)
	return out
}

// price gives the gas limit and the fee of a transaction: seat messages are free unless told otherwise.
func (w *World) price(tx Tx) (gas, fee uint64) {
	free := !tx.Pays
	for _, msg := range tx.Msgs {
		seatGas := w.Chain.App.Attest.FreeSeatGas(msg)
		gas += seatGas
		post, isPost := msg.(*computetypes.MsgPostTask)
		switch {
		case isPost:
			free, gas = false, gas+gasTask*uint64(len(post.Inputs))
		case seatGas == 0:
			free = false
		case isMove(msg) && tx.Pays:
			gas += gasMove
		}
	}
	if !free {
		gas += gasTx
	}
	switch {
	case free:
	case !w.setup.NoFees:
		fee = (gas + 999) / 1_000 // the default price is 1 uaic per 1 000 gas
	case tx.Pays:
		fee = 1 // any fee says that a seat message does not ask to be free
	}
	if tx.Gas > 0 {
		gas = tx.Gas
	}
	if tx.HasFee {
		fee = tx.Fee
	}
	return gas, fee
}

// isMove says whether a message is a move of a dispute.
func isMove(msg sdk.Msg) bool {
	switch msg.(type) {
	case *attesttypes.MsgPostTrace, *attesttypes.MsgChooseChild, *attesttypes.MsgPostChildren, *attesttypes.MsgPostChunk, *attesttypes.MsgPostStep:
		return true
	}
	return false
}

// signers are the accounts that must sign, in order, each once.
func (w *World) signers(msgs []sdk.Msg) []*apptest.Account {
	w.TB.Helper()
	var out []*apptest.Account
	seen := map[string]bool{}
	for _, msg := range msgs {
		raw, _, err := w.Chain.App.AppCodec().GetMsgV1Signers(msg)
		w.check(err)
		for _, s := range raw {
			addr := sdk.AccAddress(s).String()
			if !seen[addr] {
				seen[addr] = true
				out = append(out, w.Account(w.names[addr]))
			}
		}
	}
	return out
}

func (w *World) check(err error) {
	w.TB.Helper()
	if err != nil {
		w.TB.Fatal(err)
	}
}

// result puts a transaction's result into our words.
func (w *World) result(r *abci.ExecTxResult) Result {
	out := Result{Code: r.Code, Log: r.Log, Gas: uint64(r.GasUsed), Data: r.Data, Events: Typed(r.Events)}
	if r.Code != 0 {
		out.Error = ErrorName(w.TB, r.Codespace, r.Code)
		out.Events = nil
	}
	return out
}
