package attack

import (
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/tests/kit"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Answers of the seats below.
var (
	truth = kit.Answer{Output: []uint32{8, 2}, Stop: 1}
	lie   = kit.Answer{Output: []uint32{9}, Stop: 1}
)

// seatPlan is what a seat does in a round.
type seatPlan struct {
	answer           kit.Answer
	commits, reveals bool
}

var (
	honest     = seatPlan{truth, true, true}
	liar       = seatPlan{lie, true, true}
	silent     = seatPlan{truth, false, false}
	withholder = seatPlan{lie, true, false}
)

// voted is a market whose model the chain cannot compute, so that panels settle disagreements.
func voted(providers int) kit.Setup {
	s := kit.DefaultSetup(providers)
	s.Unrefereed = true
	return s
}

// msg is a transaction of one message.
func msg(m sdk.Msg) kit.Tx { return kit.Tx{Msgs: []sdk.Msg{m}} }

// ask posts count tasks of Alice and waits for their seats.
func ask(w *kit.World, maxPrice uint64, count int) {
	w.TB.Helper()
	inputs := make([]computetypes.TaskInput, count)
	for i := range inputs {
		inputs[i].Tokens = []uint32{5, 6, 7}
	}
	w.Must(msg(w.Post("alice", "alice", w.Terms(kit.TheModel, maxPrice), inputs...)))
	w.Wait(2)
}

// playRound plays the present round of a task to its end. Plans are in the order of the seats; who has none is
// honest.
func playRound(w *kit.World, id uint64, plans ...seatPlan) {
	w.TB.Helper()
	round := w.Task(id).Round
	names := w.Seats(id)
	planOf := func(i int) seatPlan {
		if i < len(plans) {
			return plans[i]
		}
		return honest
	}
	var commits, reveals []kit.Tx
	for i, name := range names {
		if p := planOf(i); p.commits {
			commits = append(commits, msg(w.Commit(name, p.answer, id)))
		}
	}
	w.Must(commits...)
	if len(commits) == len(names) {
		for i, name := range names {
			if p := planOf(i); p.reveals {
				reveals = append(reveals, msg(w.Reveal(name, p.answer, true, id)))
			}
		}
		w.Must(reveals...)
	}
	for range 100 {
		if t := w.Task(id); t.Status != computetypes.TASK_STATUS_MATCHED || t.Round != round {
			return
		}
		w.Wait(1)
	}
	w.TB.Fatalf("task %d: round %d does not end", id, round)
}

// reseat waits for the seats of a task's next round.
func reseat(w *kit.World, id uint64) {
	w.TB.Helper()
	for range 100 {
		if w.Task(id).Status == computetypes.TASK_STATUS_MATCHED {
			return
		}
		w.Wait(1)
	}
	w.TB.Fatalf("task %d is not seated again", id)
}

// ending is how a task ended.
func ending(w *kit.World, id uint64) string {
	t := w.Task(id)
	return fmt.Sprintf("%s, %s", t.Status, t.Reason)
}

// bonded is a provider's stake, liens included.
func bonded(w *kit.World, name string) uint64 {
	b, _ := w.Bond(name)
	return b
}
