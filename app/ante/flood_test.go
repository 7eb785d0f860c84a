package ante_test

import (
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/app/apptest"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// BenchmarkFlood tells what a node pays in CheckTx for a message of a flood: a commit of 1 and of 100 items by
// somebody without a seat (one read however long; the rest is decoding, by the byte), and one under a seat holder's
// name with a false signature (a signature check). A transfer with a false signature is there to compare with.
func BenchmarkFlood(b *testing.B) {
	s := kit.DefaultSetup(4)
	w := kit.New(b, s)
	input := computetypes.TaskInput{Tokens: []uint32{1, 2, 3}}
	w.Must(kit.Tx{Msgs: []sdk.Msg{w.Post("alice", "alice", w.Terms(kit.TheModel, 100_000_000), input)}})
	w.Wait(2)
	holder := map[string]bool{}
	for _, seat := range w.Round(1, 0).Seats {
		holder[seat.Provider] = true
	}
	var seated *apptest.Account
	for _, name := range []string{"p1", "p2"} {
		if acc := w.Account(name); holder[acc.Addr.String()] {
			seated = acc
		}
	}
	stranger, ids := w.Account("mallory"), make([]uint64, 100)
	for i := range ids {
		ids[i] = uint64(i) + 1
	}
	sign := func(acc *apptest.Account, msg sdk.Msg, gas uint64, fee sdk.Coins) []byte {
		tx, err := apptest.SignTx(w.Chain.App.TxConfig(), w.ChainID(), acc, gas, fee, msg)
		require.NoError(b, err)
		return tx
	}
	free := func(msg *attesttypes.MsgCommitResult) uint64 { return w.Chain.App.Attest.FreeSeatGas(msg) }
	unassigned, one := commit(stranger, ids...), commit(seated, 1)
	single := commit(stranger, 1)
	// Signed for another account number: everything is as it should be but the signature.
	forged := &apptest.Account{Priv: seated.Priv, Addr: seated.Addr, Num: seated.Num + 1, Seq: seated.Seq}
	mallory := &apptest.Account{Priv: stranger.Priv, Addr: stranger.Addr, Num: stranger.Num + 1, Seq: stranger.Seq}
	for _, c := range []struct {
		name string
		tx   []byte
	}{
		{"unassigned_1", sign(stranger, single, free(single), nil)},
		{"unassigned_100", sign(stranger, unassigned, free(unassigned), nil)},
		{"forged", sign(forged, one, free(one), nil)},
		{"transfer", sign(mallory, send(stranger), 200_000, apptest.Fee(200_000))},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := w.Chain.App.CheckTx(&abci.RequestCheckTx{Tx: c.tx, Type: abci.CheckTxType_New}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
