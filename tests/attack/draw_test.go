package attack

import (
	"fmt"
	"math"

	rulebeacon "github.com/aichain/aichain/rules/beacon"
	"github.com/aichain/aichain/tests/kit"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// grindIDs: a requester with a share of the providers tries many client_refs, orders and dummy posts, which
// change the task id, and keeps the one whose seats it likes. The beacon of the draw is of a later block than
// the post, so all it can do is post. The control draws with a value known at the time of the post.
func grindIDs(r *report) {
	const tries = 64
	l := newLottery()
	l.addMany("x", 100, 2_000_000)
	l.addMany("h", 400, 8_000_000)
	const trials = 6_000
	wins, known := 0, 0
	for i := range uint64(trials) {
		// It prefers the id that an old beacon favours: as good a guess as any.
		pick := bestID(l, random32("old beacon", i), i*tries, 8)
		if taken(l.draw(random32("later beacon", i), pick)) == seats {
			wins++
		}
	}
	const controls = 1_000
	for i := range uint64(controls) {
		beacon := random32("known beacon", i)
		if taken(l.draw(beacon, bestID(l, beacon, i*tries, tries))) == seats {
			known++
		}
	}
	chance := allOf(100, 500)
	r.share("all seats taken, beacon of a later block (c = 0.2): no advantage", chance, wins, trials)
	r.share("control: seed known at the post, 64 tries: must succeed", 1-math.Pow(1-chance, tries), known, controls)
	laterBeacon(r)
}

// bestID is the id from a range under which the attacker would get most seats.
func bestID(l *lottery, beacon [32]byte, first uint64, tries uint64) uint64 {
	best, most := first, -1
	for id := first; id < first+tries; id++ {
		if n := taken(l.draw(beacon, id)); n > most {
			best, most = id, n
		}
		if most == seats {
			break
		}
	}
	return best
}

// requesterAndProposer: the requester's friend proposes the block whose beacon draws the seats. It knows both
// values that it can cause, its own output mixed in or its silence, and takes the better one: one bit.
func requesterAndProposer(r *report) {
	const c, trials = 0.3, 20_000
	l := newLottery()
	l.addMany("x", 30, 3_000_000)
	l.addMany("h", 70, 7_000_000)
	honest, bent := 0, 0
	for i := range uint64(trials) {
		previous, output := random32("R of the block before", i), random32("beta of the proposer", i)
		spoken := rulebeacon.Mix(previous[:], output[:])
		silent := rulebeacon.Mix(previous[:], skip())
		a, b := taken(l.draw(spoken, i)) == seats, taken(l.draw(silent, i)) == seats
		if a {
			honest++
		}
		if a || b {
			bent++
		}
	}
	c3, chance := cube(c), allOf(30, 100)
	r.share("honest proposer: all seats taken, nearly c³ (c = 0.3)", chance, honest, trials)
	r.share("colluding proposer speaks or keeps silent: nearly 2c³", 2*chance-chance*chance, bent, trials)
	r.most("capture ≤ 2c³", 2*c3, float64(bent)/trials, "")
}

func skip() []byte { return rulebeacon.Skip() }

// laterBeacon posts the same tasks on two chains that are the same up to the post, and lets the proposers after it
// keep silent on one of them: nothing that was known at the post decides who sits.
func laterBeacon(r *report) {
	const tasks = 50
	seated := func(silent bool, moves ...int) (lists []string, after uint64) {
		w := kit.New(r.T, kit.DefaultSetup(30))
		inputs := make([]computetypes.TaskInput, tasks)
		for i := range inputs {
			inputs[i].Tokens = []uint32{5, 6, 7}
		}
		posted := w.Must(msg(w.Post("alice", "alice", w.Terms(kit.TheModel, 1_000_000), inputs...))).Height
		if silent {
			w.Chain.App.SetProver(nil)
		}
		for block := range 2 {
			var txs []kit.Tx
			if len(moves) > 0 && moves[0] == block {
				txs = append(txs, msg(&rewardtypes.MsgAddBond{Provider: w.Address("p1"), Amount: kit.Coin(1)}))
			}
			w.Must(txs...)
		}
		for id := uint64(1); id <= tasks; id++ {
			lists = append(lists, fmt.Sprint(w.Seats(id)))
		}
		return lists, w.Round(1, 0).OpenHeight - posted
	}
	spoken, after := seated(false)
	again, _ := seated(false)
	silent, _ := seated(true)
	r.exact("blocks from the post to the draw", 2, after)
	r.exact("tasks with the same seats after another beacon, of 50", 0, same(spoken, silent))
	r.exact("control: with the same beacon, of 50: must be all", tasks, same(spoken, again))
	// The proposer of the draw's block knows its beacon and may put a bond of 1 uaic more into it, which moves the line.
	own, _ := seated(false, 1)
	before, _ := seated(false, 0)
	r.exact("tasks with the same seats when a bond moves in the block of the draw, of 50: all", tasks, same(spoken, own))
	r.least("control: seats that change when it moves one block before, of 50", 10, float64(tasks-same(spoken, before)), "")
}

func same(a, b []string) (n int) {
	for i := range a {
		if a[i] == b[i] {
			n++
		}
	}
	return n
}
