package attack

import (
	"fmt"

	"github.com/aichain/aichain/tests/kit"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// withhold: a seat commits to a guess without computing, looks at what the others reveal, and opens its commitment
// only if the guess was right. What it can lose decides whether that pays.
func withhold(r *report) {
	loss := func(plan seatPlan) uint64 {
		w := kit.New(r.T, voted(6))
		ask(w, 3_000_000, 1)
		name := w.Seats(1)[0]
		before := bonded(w, name)
		playRound(w, 1, plan)
		reseat(w, 1)
		playRound(w, 1)
		r.exact("task ends", "TASK_STATUS_SETTLED", fmt.Sprint(w.Task(1).Status))
		return before - bonded(w, name)
	}
	const ceiling = 1_000_000 // a third of the escrow
	lien := uint64(20 * ceiling)
	withheld, lied, kept := loss(withholder), loss(liar), loss(silent)
	r.exact("loss of a withheld reveal, uaic: the lien", lien, withheld)
	r.exact("loss of a wrong result, uaic: the lien", lien, lied)
	r.exact("loss of no commit, uaic: a tenth", lien/10, kept)
	r.least("withheld ÷ wrong", 1, float64(withheld)/float64(lied), "")
	// A guess right with chance p earns at most the ceiling g and loses the lien otherwise: it pays only above
	// p = lien ÷ (lien + g), whatever the seat does after looking.
	r.least("guess must be right to break even", 20.0/21-1e-9, float64(withheld)/float64(withheld+ceiling), "")
	const p = 0.5
	r.most("expected value of a coin guess, in prices of a seat", 0, p-(1-p)*float64(withheld)/ceiling, "")
	r.least("control: were hiding free (loss 0), the coin guess would earn", 0, p, "")
}

// twoOfThreeVoted: two seats of three tell the same lie about a model that the chain cannot compute.
func twoOfThreeVoted(r *report) {
	w := kit.New(r.T, voted(6))
	ask(w, 3_000_000, 1)
	s := w.Seats(1)
	before := [3]uint64{bonded(w, s[0]), bonded(w, s[1]), bonded(w, s[2])}
	playRound(w, 1, liar, liar, honest)
	r.exact("after the first round", computetypes.TASK_STATUS_SPLIT, w.Task(1).Status)
	reseat(w, 1)
	playRound(w, 1)
	r.exact("panel of three honest", "TASK_STATUS_SETTLED, REASON_TASK_AGREED_BY_PANEL", ending(w, 1))
	lien := w.Round(1, 0).Seats[0].Lien
	r.exact("each liar loses its lien, uaic", lien, before[0]-bonded(w, s[0]))
	r.exact("and the second likewise", lien, before[1]-bonded(w, s[1]))
	r.exact("the honest seat loses", 0, before[2]-bonded(w, s[2]))
	for _, c := range []float64{0.1, 0.3} {
		collusion(r, c, 200_000)
	}
}

// stakeOut: a seat forges, and takes its stake out before the lie is found.
func stakeOut(r *report) {
	setup := voted(6)
	setup.Bond = 200_000_000
	w := kit.New(r.T, setup)
	ask(w, 15_000_000, 1) // a ceiling of 5 AIC, so a lien of 100 AIC
	s := w.Seats(1)
	forger := s[0]
	before := bonded(w, forger)
	w.Must(msg(w.Commit(forger, lie, 1)))
	r.exact("withdraw the bond under lien", "reward.ErrUnderLien", w.Do(msg(w.Withdraw(forger, kit.Coin(150_000_000)))).Results[0].Error)
	r.exact("retire", "compute.ErrOpenSeats",
		w.Do(msg(&computetypes.MsgRetireProvider{Provider: w.Address(forger)})).Results[0].Error)
	r.exact("control: the free part can be taken", "", w.Do(msg(w.Withdraw(forger, kit.Coin(100_000_000)))).Results[0].Error)
	w.Must(msg(w.Commit(s[1], truth, 1)), msg(w.Commit(s[2], truth, 1)))
	w.Must(msg(w.Reveal(forger, lie, true, 1)), msg(w.Reveal(s[1], truth, true, 1)), msg(w.Reveal(s[2], truth, true, 1)))
	reseat(w, 1)
	r.exact("while the panel sits", "reward.ErrUnderLien", w.Do(msg(w.Withdraw(forger, kit.Coin(1_000_000)))).Results[0].Error)
	playRound(w, 1)
	r.exact("slashed, uaic", 100_000_000, before-100_000_000-bonded(w, forger))
	for _, name := range s[1:2] {
		r.exact("the right seats' liens stay through the challenge window", "reward.ErrUnderLien",
			w.Do(msg(w.Withdraw(name, kit.Coin(150_000_000)))).Results[0].Error)
	}
}
