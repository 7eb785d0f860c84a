package attack

import (
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/rules/audit"
	"github.com/aichain/aichain/tests/forge"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// claimsOutput posts the honest trace with another answer at its end.
func claimsOutput(_ *forge.Forger, h *forge.Trace) (*forge.Trace, error) { return h.Solver(), nil }

// forgesLogits makes the wrong answer follow from forged logits.
func forgesLogits(f *forge.Forger, h *forge.Trace) (*forge.Trace, error) {
	return f.Steer(h, step.SiteLogits)
}

// forgesTensor changes one tensor and continues consistently.
func forgesTensor(f *forge.Forger, h *forge.Trace) (*forge.Trace, error) {
	return f.OneTensor(h, f.Any(h))
}

// table is a game of several tasks with the people who play disputes on it.
type table struct {
	*kit.World

	players map[string]*kit.Player
	moves   int // transactions that were moves
	bytes   int // of them
}

func newTable(r *report, s kit.Setup) *table {
	return &table{World: kit.New(r.T, s), players: map[string]*kit.Player{}}
}

// player is who plays under a name: honestly unless it is changed.
func (t *table) player(name string) *kit.Player {
	name = t.RealName(name)
	if t.players[name] == nil {
		t.players[name] = &kit.Player{Name: name}
	}
	return t.players[name]
}

// ask posts short questions of Alice, each another one, and waits for their seats.
func (t *table) ask(maxPrice uint64, count int) {
	t.TB.Helper()
	terms := t.Terms(kit.TheModel, maxPrice)
	terms.MaxOutputTokens = 4
	vocab := int(t.modelRecord().Vocab)
	var posts []kit.Tx
	for first := 0; first < count; first += 200 {
		var inputs []computetypes.TaskInput
		for i := first; i < min(count, first+200); i++ {
			inputs = append(inputs, kit.Input(uint32(i%vocab), uint32(i/vocab%vocab), 1))
		}
		posts = append(posts, msg(t.Post("alice", "alice", terms, inputs...)))
	}
	t.Must(posts...)
	t.Wait(2 + (count-1)/200) // a block draws so many
}

// answers has every seat of the tasks commit and, a block later, reveal what it is given.
func (t *table) answers(ids []uint64, answer func(id uint64, seat int) kit.Answer) {
	t.TB.Helper()
	t.commitAll(ids, answer)
	t.revealAll(ids, answer)
}

// commitAll has every seat commit that has not, and returns how many did.
func (t *table) commitAll(ids []uint64, answer func(id uint64, seat int) kit.Answer) int {
	t.TB.Helper()
	return t.seatMessages(ids, func(id uint64, i int, seat *attesttypes.Seat) sdk.Msg {
		if seat.HasCommitted() {
			return nil
		}
		return t.Commit(t.NameOf(seat.Provider), answer(id, i), id)
	})
}

// revealAll has every seat reveal that has committed and not revealed.
func (t *table) revealAll(ids []uint64, answer func(id uint64, seat int) kit.Answer) int {
	t.TB.Helper()
	return t.seatMessages(ids, func(id uint64, i int, seat *attesttypes.Seat) sdk.Msg {
		if !seat.HasCommitted() || seat.HasRevealed() {
			return nil
		}
		return t.Reveal(t.NameOf(seat.Provider), answer(id, i), true, id)
	})
}

// seatMessages makes one block of what seats say, batched by provider, and returns the number of messages.
func (t *table) seatMessages(ids []uint64, say func(id uint64, i int, seat *attesttypes.Seat) sdk.Msg) (count int) {
	t.TB.Helper()
	byName, order := map[string][]sdk.Msg{}, []string{}
	for _, id := range ids {
		round := t.Round(id, t.Present(id))
		for i := range round.Seats {
			m := say(id, i, &round.Seats[i])
			if m == nil {
				continue
			}
			name := round.Seats[i].Provider
			if byName[name] == nil {
				order = append(order, name)
			}
			byName[name] = append(byName[name], m)
			count++
		}
	}
	var txs []kit.Tx
	for _, name := range order {
		txs = append(txs, batches(byName[name])...)
	}
	t.Must(txs...)
	return count
}

// batches joins seat messages of one provider into transactions of up to 200 items.
func batches(msgs []sdk.Msg) (txs []kit.Tx) {
	for len(msgs) > 0 {
		n := min(len(msgs), 200)
		switch first := msgs[0].(type) {
		case *attesttypes.MsgCommitResult:
			for _, m := range msgs[1:n] {
				first.Commits = append(first.Commits, m.(*attesttypes.MsgCommitResult).Commits...)
			}
		case *attesttypes.MsgRevealResult:
			for _, m := range msgs[1:n] {
				first.Reveals = append(first.Reveals, m.(*attesttypes.MsgRevealResult).Reveals...)
			}
		}
		txs, msgs = append(txs, msg(msgs[0])), msgs[n:]
	}
	return txs
}

// playOut lets everybody make the moves that are due until nobody has any, and then lets the blocks pass in which whoever
// is silent loses, until no dispute of a split is open.
func (t *table) playOut(names ...string) {
	t.TB.Helper()
	for idle := 0; idle < 300; {
		var txs []kit.Tx
		for _, name := range names {
			txs = append(txs, t.player(name).Due(t.World)...)
		}
		raw := make([][]byte, len(txs))
		for i, tx := range txs {
			raw[i] = t.Sign(tx)
			t.bytes += len(raw[i])
		}
		t.moves += len(txs)
		for _, res := range t.Raw(raw...).Results {
			// A move may come in the block in which another one has just ended its dispute.
			if !res.OK() && res.Error != "attest.ErrDisputeResolved" {
				t.TB.Fatalf("a move was refused: %s", res.Log)
			}
		}
		idle++
		if len(txs) > 0 {
			idle = 0
		} else if !t.hasOpen(names) {
			return
		}
	}
	t.TB.Fatal("disputes do not end")
}

// hasOpen says whether anybody has an unresolved dispute.
func (t *table) hasOpen(names []string) bool {
	for _, name := range names {
		if len(t.DisputesOf(name)) > 0 {
			return true
		}
	}
	return false
}

// modelRecord is TheModel as stored.
func (t *table) modelRecord() *computetypes.Model {
	res, err := t.ModelRecord(kit.TheModel)
	must(err)
	return &res.Model
}

// worth is what somebody has, purse and bond, uaic.
func worth(w *kit.World, name string) uint64 { return w.Purse(name) + bonded(w, name) }

// twoOfThree: two seats of three tell the same lie about a model that the chain computes.
func twoOfThree(r *report) {
	t := newTable(r, kit.DefaultSetup(3))
	t.ask(3_000_000, 1)
	s := t.Seats(1)
	t.player(s[0]).Forge, t.player(s[1]).Forge = forgesLogits, claimsOutput
	var before [3]uint64
	for i, name := range s {
		before[i] = worth(t.World, name)
	}
	alice := t.Purse("alice")
	truth, lie := t.Right(1), t.Wrong(1, 0)
	t.answers([]uint64{1}, func(_ uint64, seat int) kit.Answer { return []kit.Answer{lie, lie, truth}[seat] })
	t.playOut(s...)
	lien := t.Round(1, 0).Seats[0].Lien
	const gross = 4_300 // 3 tokens in, 4 out
	r.exact("task ends", "TASK_STATUS_SETTLED, REASON_TASK_REFEREED", ending(t.World, 1))
	r.exact("the answer is the model's", fmt.Sprint(truth.Output), fmt.Sprint(t.outputOf(1)))
	r.exact("first liar loses its lien, uaic", lien, before[0]-worth(t.World, s[0]))
	r.exact("second liar likewise", lien, before[1]-worth(t.World, s[1]))
	r.exact("the honest seat gets its price and half of both liens, uaic", gross-gross*5/100+lien, worth(t.World, s[2])-before[2])
	r.exact("the requester gets all back but one seat's price, uaic", 3_000_000-gross, t.Purse("alice")-alice)
	r.add("moves that it took, transactions", "—", fmt.Sprintf("%d, %d bytes", t.moves, t.bytes), "none", true)

	// The control is the same pair where the chain cannot compute: a panel of the same pair's friends makes the lie true.
	v := newTable(r, voted(6))
	ask(v.World, 3_000_000, 1)
	playRound(v.World, 1, liar, liar, honest)
	reseat(v.World, 1)
	playRound(v.World, 1, liar, liar, liar)
	r.exact("control: voted on by three friends the lie must succeed", "TASK_STATUS_SETTLED, [9]", fmt.Sprintf("%s, %v", v.Task(1).Status, v.outputOf(1)))
}

func (t *table) outputOf(id uint64) []uint32 {
	look, err := t.Look(id)
	must(err)
	return look.Progress.Output
}

// auditBps is the default chance of an audit.
const auditBps = 500

// threeOfThree: every drawn seat tells the same lie. Only an audit, or somebody from outside who challenges, can find it.
func threeOfThree(r *report) {
	const lots = 100_000
	drawn := 0
	for i := range uint64(lots) {
		beacon := random32("lot", i)
		if audit.IsDrawn(chainID, beacon[:], i, 0, auditBps) {
			drawn++
		}
	}
	r.share("accepted without a challenger: lots that draw no audit", 0.95, lots-drawn, lots)
	threeOfThreePlayed(r)
	threeOfThreeChallenged(r)
}

// threeOfThreePlayed plays it through the chain: who is drawn for an audit is honest.
func threeOfThreePlayed(r *report) {
	const tasks = 400
	setup := kit.DefaultSetup(4)
	setup.Bond, setup.AuditBps, setup.Chain.MaxGas = 10_000_000_000, auditBps, -1
	t := newTable(r, setup)
	t.ask(80_000, tasks)
	truths, lies := map[uint64]kit.Answer{}, map[uint64]kit.Answer{}
	ids := upTo(tasks)
	for _, id := range ids {
		truths[id], lies[id] = t.Right(id), t.Wrong(id, 0)
	}
	t.commitAll(ids, func(id uint64, _ int) kit.Answer { return lies[id] })
	t.Wait(1) // the lots are drawn
	audited := t.commitAll(ids, func(id uint64, _ int) kit.Answer { return truths[id] })
	t.Wait(1)
	t.revealAll(ids, func(id uint64, seat int) kit.Answer {
		if seat < seats {
			return lies[id]
		}
		return truths[id]
	})
	for _, name := range []string{"p1", "p2", "p3", "p4"} {
		t.player(name).Forge = claimsOutput // of a right claim this is the honest trace
	}
	t.playOut("p1", "p2", "p3", "p4")
	accepted, refereed, right := 0, 0, 0
	for _, id := range ids {
		task := t.Task(id)
		switch {
		case fmt.Sprint(t.outputOf(id)) == fmt.Sprint(truths[id].Output):
			right++
			if task.Reason == computetypes.REASON_TASK_REFEREED {
				refereed++
			}
		case task.Status == computetypes.TASK_STATUS_SETTLED:
			accepted++
		}
	}
	r.share("the lie is accepted, through the chain", 0.95, accepted, tasks)
	r.exact("audited tasks end with the right answer, refereed", audited, refereed)
	r.exact("and no other does", refereed, right)
}

// threeOfThreeChallenged: a provider without a seat challenges every result.
func threeOfThreeChallenged(r *report) {
	const tasks, gross = 20, 4_300
	setup := kit.DefaultSetup(4)
	setup.NoFees = true
	setup.Compute = func(p *computetypes.Params) { p.ChallengeWindow = 60 }
	t := newTable(r, setup)
	names := []string{"p1", "p2", "p3", "p4"}
	alice, providers := t.Purse("alice"), t.worthOf(names)
	t.ask(60_000, tasks)
	ids := upTo(tasks)
	for _, name := range names {
		t.player(name).Forge = claimsOutput
	}
	t.answers(ids, func(id uint64, _ int) kit.Answer { return t.Wrong(id, 0) })
	lien, paid := t.Round(1, 0).Seats[0].Lien, alice-t.Purse("alice")
	r.exact("the lie is settled and paid for, uaic a task", 3*gross, paid/tasks)
	var txs []kit.Tx
	for _, id := range ids {
		challenger := t.outsiders(id)[0]
		for _, solver := range t.Seats(id) {
			txs = append(txs, challengeOf(t.World, challenger, id, solver))
		}
	}
	t.Must(txs...)
	t.playOut(names...)
	t.Wait(60)
	overturned := 0
	for _, id := range ids {
		if t.Task(id).Status == computetypes.TASK_STATUS_OVERTURNED {
			overturned++
		}
	}
	r.exact("with one challenger: lies that stand, of 20", 0, tasks-overturned)
	r.exact("the requester has all its money back: it has lost, uaic", 0, alice-t.Purse("alice"))
	// Three liens are lost, half of each goes to the challenger; the price that the liars were paid stays with them.
	r.exact("liars and challengers together lose half the liens, less three prices, uaic a task",
		3*lien/2-3*(gross-gross*5/100), (providers-t.worthOf(names))/tasks)
}

// worthOf is what several have together.
func (t *table) worthOf(names []string) (sum uint64) {
	for _, name := range names {
		sum += worth(t.World, name)
	}
	return sum
}

// challengeOf is a challenge of one seat.
func challengeOf(w *kit.World, challenger string, task uint64, solver string) kit.Tx {
	return msg(&attesttypes.MsgOpenDispute{Challenger: w.Address(challenger), TaskId: task, Solver: w.Address(solver)})
}

// outsiders are the providers without a seat on a task.
func (t *table) outsiders(id uint64) (names []string) {
	seated := map[string]bool{}
	for _, round := range t.Rounds(id) {
		for i := range round.Seats {
			seated[round.Seats[i].Provider] = true
		}
	}
	for _, name := range t.Everybody() {
		if b, _ := t.Bond(name); b > 0 && !seated[t.Address(name)] {
			names = append(names, name)
		}
	}
	return names
}

func upTo(n uint64) (ids []uint64) {
	for id := uint64(1); id <= n; id++ {
		ids = append(ids, id)
	}
	return ids
}
