package attack

import (
	"cosmossdk.io/collections"

	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// poisonedItem: the money record of one task is made unreadable between two blocks, as a fault of the program
// might. Its settlement fails; the block goes on, the other task settles, and the money of the poisoned one stays
// where it was until the record is whole again and somebody asks for a retry.
func poisonedItem(r *report) {
	w := kit.New(r.T, kit.DefaultSetup(3))
	ask(w, 1_000_000, 2)
	for id := uint64(1); id <= 2; id++ {
		for _, s := range w.Seats(id) {
			w.Must(msg(w.Commit(s, truth, id)))
		}
	}
	for id := uint64(1); id <= 2; id++ {
		for _, s := range w.Seats(id)[:2] {
			w.Must(msg(w.Reveal(s, truth, true, id)))
		}
	}
	held := w.Ledger().Pockets.Escrow
	good := poison(w, 1)
	b := w.Do(msg(w.Reveal(w.Seats(1)[2], truth, true, 1)), msg(w.Reveal(w.Seats(2)[2], truth, true, 2)))
	r.exact("reveals in the block of the poisoned settlement", 2, succeeded(b))
	r.exact("the neighbour", "TASK_STATUS_SETTLED, REASON_TASK_AGREED", ending(w, 2))
	parked := 0
	for _, e := range b.Events {
		if p, ok := e.(*attesttypes.EventRoundParked); ok && p.TaskId == 1 {
			parked++
		}
	}
	r.exact("the poisoned round is parked, once", 1, parked)
	r.exact("its escrow is still there, uaic", held-1_000_000, w.Ledger().Pockets.Escrow)
	w.Wait(20)
	stuck, err := w.Chain.App.Compute.Task(w.Ctx(), 1)
	must(err)
	r.exact("nothing more happens to it: status", "TASK_STATUS_MATCHED", stuck.Status)
	heal(w, 1, good)
	w.Must(msg(&attesttypes.MsgRetryParked{Sender: w.Address("bob"), TaskId: 1}))
	w.Wait(2)
	r.exact("after the retry", "TASK_STATUS_SETTLED, REASON_TASK_AGREED", ending(w, 1))
	r.exact("escrow left, uaic", 0, w.Ledger().Pockets.Escrow)
	blockedPayout(r)
}

// blockedPayout: a model's fee goes to an account that may not receive coins. Everybody else is paid; that payout is
// parked, and its money stays in the module's sums.
func blockedPayout(r *report) {
	setup := kit.DefaultSetup(3)
	setup.Chain.Invariants = true
	w := kit.New(r.T, setup)
	trap := authtypes.NewModuleAddress(stakingtypes.BondedPoolName).String()
	w.Must(msg(w.Publish("mallory", "trap", kit.TinyModel(r.T, "trap"), 1_000, computetypes.FeeSplit{Recipient: trap, ShareBps: 10_000})))
	for _, p := range []string{"p1", "p2", "p3"} {
		w.Must(msg(w.Offer(p, "trap", 100_000, 1_000_000, 1)))
	}
	w.Must(msg(w.Post("alice", "alice", w.Terms("trap", 1_000_000), computetypes.TaskInput{Tokens: []uint32{5, 6, 7}})))
	w.Wait(2)
	alice, seat := w.Purse("alice"), w.Purse("p1")
	playRound(w, 1)
	r.exact("a task whose model fee cannot be paid", "TASK_STATUS_SETTLED, REASON_TASK_AGREED", ending(w, 1))
	r.exact("a seat gets 2 300 less take and fee, uaic", 2_300-115-230, w.Purse("p1")-seat)
	r.exact("the requester gets the rest back, uaic", 1_000_000-3*2_300, w.Purse("alice")-alice)
	r.exact("pending in the module, uaic", 3*230, w.Ledger().Pockets.Pending)
	w.Wait(5)
	r.exact("still pending, parked, invariants hold, uaic", 3*230, w.Ledger().Pockets.Pending)
}

// escrowKey is where x/reward keeps the money of a task.
func escrowKey(task uint64) []byte {
	key, err := collections.EncodeKeyWithPrefix(rewardtypes.EscrowsPrefix.Bytes(), collections.Uint64Key, task)
	must(err)
	return key
}

// poison spoils a record of the committed state and returns what was there.
func poison(w *kit.World, task uint64) []byte {
	store := w.Chain.App.CommitMultiStore().GetKVStore(w.Chain.App.StoreKey(rewardtypes.StoreKey))
	good := store.Get(escrowKey(task))
	if len(good) == 0 {
		w.TB.Fatal("no escrow where it should be")
	}
	store.Set(escrowKey(task), []byte{0xff})
	return good
}

func heal(w *kit.World, task uint64, good []byte) {
	w.Chain.App.CommitMultiStore().GetKVStore(w.Chain.App.StoreKey(rewardtypes.StoreKey)).Set(escrowKey(task), good)
}
