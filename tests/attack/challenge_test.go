package attack

import (
	"fmt"

	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// settled is a table with one settled task whose three seats all answered alike.
func settled(r *report, providers int, answer func(t *table) kit.Answer) *table {
	setup := kit.DefaultSetup(providers)
	setup.NoFees = true
	setup.Compute = func(p *computetypes.Params) { p.ChallengeWindow = 300 }
	t := newTable(r, setup)
	t.ask(60_000, 1)
	a := answer(t)
	t.answers([]uint64{1}, func(uint64, int) kit.Answer { return a })
	return t
}

// spamChallenges: every outsider challenges every seat of a right answer, to keep them busy and their liens held. Some
// say nothing more, some accuse with a false trace, some by chance.
func spamChallenges(r *report) {
	const outsiders = 12
	t := settled(r, seats+outsiders, func(t *table) kit.Answer { return t.Right(1) })
	solvers, spammers := t.Seats(1), t.outsiders(1)
	lien := t.Round(1, 0).Seats[0].Lien
	before, spent := t.worthOf(solvers), t.worthOf(spammers)
	var txs []kit.Tx
	for i, name := range spammers {
		switch i % 3 {
		case 0:
			t.player(name).Refuses = func(d attesttypes.Dispute) bool { return d.Phase == attesttypes.DISPUTE_PHASE_CHOICE_DUE }
		case 1:
			t.player(name).Fake = forgesTensor
		case 2:
			t.player(name).Fake = forgesLogits
		}
		for _, solver := range solvers {
			txs = append(txs, challengeOf(t.World, name, 1, solver))
		}
	}
	taken := succeeded(t.Do(txs...))
	r.exact("challenges taken, of 36", seats*outsiders, taken)
	start := t.Height()
	mine, bytes := t.playCounting(solvers, append(spammers, solvers...))
	r.exact("stakes that the spammers lose, uaic", uint64(taken)*lien, spent-t.worthOf(spammers))
	r.exact("what the three honest seats gain, uaic", uint64(taken)*lien/2, t.worthOf(solvers)-before)
	r.add("what defending takes, a challenge: moves and bytes, free of fees", "—",
		fmt.Sprintf("%.1f, %.0f", float64(mine)/float64(taken), float64(bytes)/float64(taken)), "none", true)
	r.add("blocks that the queue of twelve takes a seat", "—", fmt.Sprint(t.Height()-start), "none", true)
	r.exact("the task", "TASK_STATUS_SETTLED, REASON_TASK_AGREED", ending(t.World, 1))
}

// playCounting plays to the end and counts the moves of some.
func (t *table) playCounting(some, names []string) (moves, bytes int) {
	t.TB.Helper()
	for range 1_000 {
		var txs [][]byte
		for _, name := range names {
			for _, tx := range t.player(name).Due(t.World) {
				raw := t.Sign(tx)
				txs = append(txs, raw)
				for _, own := range some {
					if own == name {
						moves, bytes = moves+1, bytes+len(raw)
					}
				}
			}
		}
		t.Raw(txs...)
		if !t.hasOpen(names) {
			return moves, bytes
		}
	}
	t.TB.Fatal("disputes do not end")
	return 0, 0
}

// friendlyChallenge: three liars have friends challenge them first and lose on purpose, so that no honest challenge is
// heard in time. A trace binds its solver against all, and the case waits for whoever queues.
func friendlyChallenge(r *report) {
	const friends = 3
	t := settled(r, seats+friends+1, func(t *table) kit.Answer { return t.Wrong(1, 0) })
	liars, others := t.Seats(1), t.outsiders(1)
	honest := others[friends]
	for _, name := range liars {
		t.player(name).Forge = claimsOutput
	}
	lien := t.Round(1, 0).Seats[0].Lien
	gang, gain := t.worthOf(append(others[:friends:friends], liars...)), worth(t.World, honest)
	for _, friend := range others[:friends] {
		t.player(friend).Refuses = func(d attesttypes.Dispute) bool { return d.Phase == attesttypes.DISPUTE_PHASE_CHOICE_DUE }
		for _, solver := range liars {
			t.Must(challengeOf(t.World, friend, 1, solver))
		}
	}
	start := t.Height()
	for _, solver := range liars {
		t.Must(challengeOf(t.World, honest, 1, solver))
	}
	t.playOut(append(others, liars...)...)
	delay := t.Height() - start
	t.Wait(320)
	r.exact("the lie is overturned all the same", computetypes.TASK_STATUS_OVERTURNED, t.Task(1).Status)
	r.exact("the honest challenger gains half the liens, uaic", 3*lien/2, worth(t.World, honest)-gain)
	r.exact("friends and liars lose three liens, and half of each friend's stakes, uaic",
		3*lien+friends*3*lien/2, gang-t.worthOf(append(others[:friends:friends], liars...)))
	d := t.Disputes(1)[0] // the first friend's silence ends with the window of the first choice, that of the trace
	r.most("blocks that three friends delay it, the first a trace's window, each other a move's", float64(d.TraceWindow+friends*d.MoveWindow), float64(delay), "")
}
