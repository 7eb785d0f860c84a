package attack

import (
	"fmt"
	"math/rand"

	"github.com/aichain/aichain/rules/quorum"
)

// fate of a task as the requester sees it.
type fate int

const (
	right fate = iota
	wrong
	refunded
)

// playTask plays a task of three seats in which each drawn seat belongs to the colluders with chance c. They all
// tell the same lie, always; the rounds follow the rules of the chain.
func playTask(rnd *rand.Rand, c float64) fate {
	const truth, lie = 0, 1
	role := quorum.Primary
	for {
		n, _ := quorum.Need(role, seats)
		revealed := make([]int, n)
		for i := range revealed {
			if rnd.Float64() < c {
				revealed[i] = lie
			}
		}
		verdict, winner := quorum.Decide(role, seats, 0, revealed)
		switch quorum.Next(role, verdict, false) {
		case quorum.Settle:
			if winner == truth {
				return right
			}
			return wrong
		case quorum.SeatPanel:
			role = quorum.Panel
		case quorum.SeatPanelWide:
			role = quorum.PanelWide
		default:
			return refunded
		}
	}
}

// lies is the predicted share of tasks that end with the lie: the whole first round, or a split and a whole
// panel, or an undecided panel and five of seven.
func lies(c float64) float64 {
	undecided := 1 - cube(c) - cube(1-c)
	return cube(c) + undecided*(cube(c)+undecided*fiveOfSeven(c))
}

func fiveOfSeven(c float64) float64 {
	p, h := 0.0, 1-c
	for k, ways := range map[int]float64{5: 21, 6: 7, 7: 1} {
		p += ways * pow(c, k) * pow(h, 7-k)
	}
	return p
}

func pow(x float64, n int) float64 {
	p := 1.0
	for range n {
		p *= x
	}
	return p
}

// collusion adds the figures of many simulated tasks, and of the majority rule that the chain does not use.
func collusion(r *report, c float64, trials int) {
	rnd := rand.New(rand.NewSource(1))
	var got [3]int
	majority := 0
	for range trials {
		got[playTask(rnd, c)]++
		liars := 0
		for range seats {
			if rnd.Float64() < c {
				liars++
			}
		}
		if liars >= 2 {
			majority++
		}
	}
	undecided := 1 - cube(c) - cube(1-c)
	back := undecided * undecided * (1 - fiveOfSeven(c) - fiveOfSeven(1-c))
	r.share(fmt.Sprintf("wrong accepted, colluding weight %.1f", c), lies(c), got[wrong], trials)
	r.share(fmt.Sprintf("refunded, colluding weight %.1f", c), back, got[refunded], trials)
	r.share(fmt.Sprintf("control: 2-of-3 majority accepts the lie, weight %.1f", c), 3*c*c*(1-c)+cube(c), majority, trials)
}
