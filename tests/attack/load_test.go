package attack

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// oversize: everything that a stranger could make large is bounded by a typed error.
func oversize(r *report) {
	w := kit.New(r.T, kit.DefaultSetup(3))
	terms := w.Terms(kit.TheModel, 1_000_000)
	input := func(n int) computetypes.TaskInput { return computetypes.TaskInput{Tokens: make([]uint32, n)} }
	refused := func(what, want string, m sdk.Msg) {
		r.exact(what, want, w.Do(kit.Tx{Msgs: []sdk.Msg{m}, Pays: true}).Results[0].Error)
	}
	refused("input of 4 097 tokens", "compute.ErrInputLimit", w.Post("alice", "alice", terms, input(4097)))
	long := terms
	long.MaxOutputTokens = 4097
	refused("output limit of 4 097 tokens", "compute.ErrOutputLimit", w.Post("alice", "alice", long, input(3)))
	refused("batch of 201 tasks", "compute.ErrBadBatch", w.Post("alice", "alice", terms, make([]computetypes.TaskInput, 201)...))
	ask(w, 1_000_000, 1)
	s := w.Seats(1)
	seat := w.Address(s[0])
	refused("batch of 201 commits", "attest.ErrBatchTooLarge", &attesttypes.MsgCommitResult{Provider: seat, Commits: make([]attesttypes.Commit, 201)})
	refused("batch of 201 reveals", "attest.ErrBatchTooLarge", &attesttypes.MsgRevealResult{Provider: seat, Reveals: make([]attesttypes.Reveal, 201)})
	w.Must(msg(w.Commit(s[0], truth, 1)), msg(w.Commit(s[1], truth, 1)), msg(w.Commit(s[2], truth, 1)))
	big := w.Reveal(s[0], kit.Answer{Output: make([]uint32, 17), Stop: 2}, true, 1)
	refused("reveal of 17 tokens where 16 were asked", "attest.ErrInvalidOutput", big)
	huge := w.Post("alice", "alice", terms, input(1_100_000))
	r.exact("a transaction over 1 MiB", "aichain-ante.ErrTooBig", w.Do(msg(huge)).Results[0].Error)
	many := make([]sdk.Msg, 65)
	for i := range many {
		many[i] = w.Post("alice", "alice", terms, input(3))
	}
	r.exact("65 messages in a transaction", "aichain-ante.ErrTooManyMessages", w.Do(kit.Tx{Msgs: many}).Results[0].Error)
	r.exact("control: a good reveal after all that", "", w.Do(msg(w.Reveal(s[0], truth, true, 1))).Results[0].Error)
}

// deadlines is how many rounds end in one block. The list says 10⁵; on two cores the test plays fewer unless
// ATTACK_DEADLINES says otherwise: what a block does depends on its budget, not on how much waits.
func deadlines() int {
	if n, err := strconv.Atoi(os.Getenv("ATTACK_DEADLINES")); err == nil {
		return n
	}
	return 3_000
}

// manyDeadlines: the rounds of all tasks end in the same block, nobody having committed. The block closes as many
// as its budget allows, the next ones the rest.
func manyDeadlines(r *report) {
	const budget = 200
	n := deadlines() / postBatch * postBatch
	setup := kit.DefaultSetup(max(6, n/1_000))
	setup.Bond = uint64(n) * 2_000_000
	setup.Slots = 10_000
	setup.Chain.MaxGas = -1 // all posts in one block
	setup.Attest = func(p *attesttypes.Params) { p.VerdictBudget = budget }
	setup.Compute = func(p *computetypes.Params) { p.MatchBudget, p.CommitWindow, p.ChallengeWindow = mostDraws, 200, 400 }
	w := kit.New(r.T, setup)
	for done := 0; done < n; done += mostDraws {
		if done > 0 { // so much less time as the tasks before have lost by now
			drawn := w.Height() + kit.GovernBlocks + 1 + 2
			w.Govern(w.ParamChange(computetypes.ModuleName, map[string][]string{"commit_window": {fmt.Sprint(w.Deadline(1) - drawn)}}))
		}
		postMany(w, min(mostDraws, n-done))
		w.Wait(2)
	}
	due := w.Deadline(1)
	r.exact("rounds that end in one block", n, atDeadline(w, n, due))
	w.Wait(int(due-w.Height()) - 2)
	quiet := timeBlock(w)
	most, blocks, closed := 0, 0, 0
	var slowest time.Duration
	for closed < n && blocks < 10*n/budget {
		start := cpuTime()
		b := w.Do()
		slowest = max(slowest, cpuTime()-start)
		in := verdicts(b)
		most, closed, blocks = max(most, in), closed+in, blocks+1
	}
	r.exact("all closed", n, closed)
	r.exact("most verdicts in a block: the budget", budget, most)
	r.exact("blocks it took: one a budget", (n+budget-1)/budget, blocks)
	r.most("slowest block, ms of CPU", 5_000, float64(slowest.Milliseconds()), "")
	r.add("an empty block before, for comparison", "—", quiet.Round(time.Microsecond).String(), "none", true)
}

// cpuTime is the processor time of this process so far: other work on the machine does not count.
func cpuTime() time.Duration {
	var u syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// timeBlock is the processor time of an empty block.
func timeBlock(w *kit.World) time.Duration {
	start := cpuTime()
	w.Do()
	return cpuTime() - start
}

// postBatch tasks are posted at once; mostDraws is the largest match_budget, so that those are seated in one block.
const postBatch, mostDraws = 200, 10_000

// postMany makes one block of so many posts.
func postMany(w *kit.World, n int) {
	var posts []kit.Tx
	for range n / postBatch {
		inputs := make([]computetypes.TaskInput, postBatch)
		for i := range inputs {
			inputs[i].Tokens = []uint32{5, 6, 7}
		}
		posts = append(posts, msg(w.Post("alice", "alice", w.Terms(kit.TheModel, 60_000), inputs...)))
	}
	w.Must(posts...)
}

// atDeadline counts the first n tasks whose round ends at a height.
func atDeadline(w *kit.World, n int, height uint64) (count int) {
	for id := uint64(1); id <= uint64(n); id++ {
		if w.Round(id, 0).Deadline == height {
			count++
		}
	}
	return count
}

func verdicts(b kit.Block) (n int) {
	for _, e := range b.Events {
		if _, ok := e.(*attesttypes.EventVerdict); ok {
			n++
		}
	}
	return n
}

// flood: a stranger sends seat messages without a fee, for seats that it does not have. On a quiet machine refusing one
// costs a third of a signature check at most, and one of 200 items three, most of it decoding; the limits are far
// above, so that a busy machine fails nothing.
func flood(r *report) {
	const n = 2_000
	w := kit.New(r.T, kit.DefaultSetup(3))
	ask(w, 1_000_000, 1)
	one := kit.Tx{Msgs: []sdk.Msg{strangers(w, 1)}}
	many := kit.Tx{Msgs: []sdk.Msg{strangers(w, 200)}}
	transfer := kit.Tx{HasFee: true, Msgs: []sdk.Msg{banktypes.NewMsgSend(w.Account("mallory").Addr, w.Account("bob").Addr, sdk.NewCoins(kit.Coin(1)))}}
	verify := signatureCheck(n)
	taken, cost := checkTxs(w, w.Sign(one), n)
	r.exact("a stranger's free messages taken, of 2 000", 0, taken)
	r.most("cost of refusing one, in signature checks", 10, float64(cost)/float64(verify), "")
	taken, cost = checkTxs(w, w.Sign(many), n/10)
	r.exact("with 200 items each, taken of 200", 0, taken)
	r.most("cost of refusing one of 200 items, in signature checks", 20, float64(cost)/float64(verify), "")
	taken, _ = checkTxs(w, w.Sign(transfer), 10)
	r.exact("transfers without a fee, taken of 10", 0, taken)
	r.exact("refused in a block too", "aichain-ante.ErrFeeTooLow", w.Do(transfer).Results[0].Error)
	seat := w.Sign(msg(w.Commit(w.Seats(1)[0], truth, 1)))
	taken, _ = checkTxs(w, seat, 10)
	r.exact("control: the seat's own commit is free once, taken of 10", 1, taken)
}

func strangers(w *kit.World, items int) sdk.Msg {
	m := &attesttypes.MsgCommitResult{Provider: w.Address("mallory")}
	for i := range items {
		m.Commits = append(m.Commits, attesttypes.Commit{TaskId: uint64(i + 1), Commitment: make([]byte, 32)})
	}
	return m
}

// checkTxs puts a transaction into the mempool n times and returns how often it was taken and the mean time.
func checkTxs(w *kit.World, raw []byte, n int) (taken int, mean time.Duration) {
	start := cpuTime()
	for range n {
		if w.Chain.CheckTx(w.TB, raw, false).Code == 0 {
			taken++
		}
	}
	return taken, (cpuTime() - start) / time.Duration(n)
}

// signatureCheck is the mean time of one secp256k1 verification here.
func signatureCheck(n int) time.Duration {
	key := secp256k1.GenPrivKeyFromSecret([]byte("flood"))
	text := []byte(fmt.Sprint("a transaction of usual length", make([]int, 100)))
	sig, err := key.Sign(text)
	must(err)
	pub := key.PubKey()
	start := cpuTime()
	for range n {
		if !pub.VerifySignature(text, sig) {
			panic("our own signature")
		}
	}
	return (cpuTime() - start) / time.Duration(n)
}

// disputes is how many expire in one block; the list says 10⁴, ATTACK_DISPUTES may say so too.
func disputes() int {
	if n, err := strconv.Atoi(os.Getenv("ATTACK_DISPUTES")); err == nil {
		return n
	}
	return 1_500
}
