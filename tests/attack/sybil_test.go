package attack

import (
	"fmt"
	"math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/tests/kit"
	computetypes "github.com/aichain/aichain/x/compute/types"
	rewardtypes "github.com/aichain/aichain/x/reward/types"
)

// sybil: a fifth of all bond, once as one identity and once as a hundred. A draw falls on bond, not on names: the
// chance of any one seat is the same. What splitting buys is only that two seats of one task may fall on the same
// owner, which the rule against one identity sitting twice took from the single one; it never gets more than
// its part of the bond.
func sybil(r *report) {
	const c, trials = 0.2, 30_000
	one, hundred := newLottery(), newLottery()
	one.add("x", 20_000_000)
	hundred.addMany("x", 100, 20_000_000)
	for _, l := range []*lottery{one, hundred} {
		l.addMany("h", 400, 80_000_000)
	}
	first := func(l *lottery) (first, all int) {
		for i := range uint64(trials) {
			round := l.draw(random32("sybil", i), i)
			if taken(round[:1]) == 1 {
				first++
			}
			all += taken(round)
		}
		return first, all
	}
	oneFirst, oneAll := first(one)
	hundredFirst, hundredAll := first(hundred)
	r.share("a seat falls on the bond, one identity (c = 0.2)", c, oneFirst, trials)
	r.share("a seat falls on the bond, a hundred identities", c, hundredFirst, trials)
	sigma := math.Sqrt(2 * c * (1 - c) / trials)
	r.most("difference between the two", 4*sigma, math.Abs(float64(oneFirst-hundredFirst))/trials, "")
	// Without replacement of one identity: 1 − (1−c)³ of the tasks, nearly; the honest identities are many.
	r.share("tasks with a seat, one identity: 1−(1−c)³", 1-math.Pow(1-c, seats), oneAll, trials)
	r.share("seats, a hundred identities: their part of the bond", c, hundredAll, seats*trials)
	for _, names := range []int{1, 100} {
		hits, tasks := sybilOnChain(r, names)
		r.share(fmt.Sprintf("on the chain, first seats of %d under %d names", tasks, names), c, hits, tasks)
	}
}

// sybilOnChain posts tasks on a chain where a fifth of the bond is under so many names and the rest under a
// hundred honest ones, and counts the tasks whose first seat falls on the fifth.
func sybilOnChain(r *report, names int) (hits, tasks int) {
	const others, unit, batches, batch = 100, 1_000_000_000, 10, 200
	setup := kit.DefaultSetup(names + others)
	setup.Slots, setup.Bond = 10_000, others*unit/4/uint64(names)
	w := kit.New(r.T, setup)
	var more []kit.Tx
	for i := range others {
		name := fmt.Sprintf("p%d", names+i+1)
		if add := unit - setup.Bond; setup.Bond < unit {
			more = append(more, msg(&rewardtypes.MsgAddBond{Provider: w.Address(name), Amount: kit.Coin(add)}))
		} else {
			more = append(more, msg(w.Withdraw(name, kit.Coin(setup.Bond-unit))))
		}
	}
	w.Must(more...)
	inputs := make([]computetypes.TaskInput, batch)
	for i := range inputs {
		inputs[i].Tokens = []uint32{5, 6, 7}
	}
	for range batches {
		w.Must(kit.Tx{Msgs: []sdk.Msg{w.Post("alice", "alice", w.Terms(kit.TheModel, 60_000), inputs...)}})
	}
	w.Wait(2)
	attackers := map[string]bool{}
	for i := range names {
		attackers[w.Address(fmt.Sprintf("p%d", i+1))] = true
	}
	for id := uint64(1); id <= batches*batch; id++ {
		if attackers[w.Round(id, 0).Seats[0].Provider] {
			hits++
		}
	}
	return hits, batches * batch
}
