package sim

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/tests/forge"
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// isTrue says that a provider never lies on its own account.
func isTrue(account int) bool {
	habit := characterOf(account - firstProvider)
	return habit[liar]+habit[ring] == 0
}

// hand is who plays for an account. What it does is a function of the task and the account, so that it does the same
// whenever it is asked.
func (w *world) hand(account int) *kit.Player {
	if w.hands[account] == nil {
		p := &kit.Player{Name: fmt.Sprint(account), Forge: forgery(account)}
		if !isTrue(account) {
			p.Fake = fake
			p.Refuses = func(d attesttypes.Dispute) bool { return (int(d.Id)+account)%5 == 0 && len(d.Moves) >= int(d.Id%3) }
		}
		w.hands[account] = p
	}
	return w.hands[account]
}

// forgery is the trace that an account posts: the honest one of a right claim, which a false provider spoils now and then, and
// some lie of a wrong one.
func forgery(account int) kit.Forgery {
	return func(f *forge.Forger, h *forge.Trace) (*forge.Trace, error) {
		c := h.Shape().Claim()
		dice, s := c.InputDigest[1], h.Solver()
		if s.TraceRoot() == h.TraceRoot() && (isTrue(account) || dice%3 != 0) {
			return s, nil
		}
		switch dice % 8 {
		case 0, 1:
			return f.Steer(h, step.SiteToken)
		case 2:
			return f.Steer(h, step.SiteLogits)
		case 3, 4:
			return f.Junk(h, 3), nil
		case 5:
			return f.OneTensor(h, f.Any(h))
		}
		return s, nil
	}
}

// fake is the trace that a false provider accuses with.
func fake(f *forge.Forger, h *forge.Trace) (*forge.Trace, error) {
	if h.Shape().Claim().InputDigest[2]%2 == 0 {
		return h, nil
	}
	return f.Junk(h, 2), nil
}

// move is the most urgent move that an account has to make in a dispute.
func (w *world) move(account int) (op, bool) {
	if w.chance(w.slowdown) && w.chance(50) {
		return op{}, false
	}
	due := w.look.DisputesOf(fmt.Sprint(account))
	slices.SortStableFunc(due, func(a, b attesttypes.Dispute) int { return int(a.Deadline) - int(b.Deadline) })
	for i := range due {
		if d := &due[i]; d.Party(d.Turn()) != w.addr(account) || d.Deadline < w.next() { // the late are parked
			continue
		}
		msg, err := w.hand(account).Message(w.look, due[i].Id)
		if err != nil && !errors.Is(err, kit.ErrNoMove) {
			w.tb.Fatalf("dispute %d: %v", due[i].Id, err)
		}
		if msg != nil {
			return w.freely(op{name: nameOf(msg), from: account, msgs: []sdk.Msg{msg}}), true
		}
	}
	return op{}, false
}

// nameOf is a message's name without package and prefix.
func nameOf(msg sdk.Msg) string {
	url := sdk.MsgTypeURL(msg)
	return strings.TrimPrefix(url[strings.LastIndex(url, ".")+1:], "Msg")
}

// expose challenges a seat of a settled result that is wrong, by a true provider that had no seat.
func (w *world) expose() (op, bool) {
	const recent = 40
	for i := len(w.settled) - 1; i >= max(0, len(w.settled)-recent); i-- {
		t, r, found := w.challengeable(w.settled[i])
		if !found {
			continue
		}
		for j := range r.Seats {
			s := &r.Seats[j]
			if s.Outcome != computetypes.REASON_SEAT_RIGHT || !s.Stands() || s.Challenged || w.isRight(r, s) {
				continue
			}
			for from := firstProvider; from < accounts; from++ {
				if _, is := w.providerOf(from); is && isTrue(from) && r.SeatOf(w.addr(from)) < 0 && w.chance(30) {
					return w.open(from, t.Id, s.Provider), true
				}
			}
		}
	}
	return op{}, false
}

// challengeable is a settled task on which challenges are accepted in the next block, with its last round.
func (w *world) challengeable(id uint64) (computetypes.Task, *attesttypes.Round, bool) {
	t, found := w.task(id)
	if !found || t.Status != computetypes.TASK_STATUS_SETTLED || !t.Snapshot.Refereed || w.next() > t.CloseHeight+t.Snapshot.ChallengeWindow {
		return t, nil, false
	}
	r, found := w.round(id, t.Round)
	return t, r, found
}

// isRight says whether a seat revealed what the model answers.
func (w *world) isRight(r *attesttypes.Round, s *attesttypes.Seat) bool {
	got := r.Results[s.Result-1]
	right := w.right(r)
	return slices.Equal(right.Output, got.Output) && right.Stop == got.Stop
}

func (w *world) open(from int, task uint64, solver string) op {
	return op{name: "OpenDispute", from: from, msgs: []sdk.Msg{&attesttypes.MsgOpenDispute{Challenger: w.addr(from), TaskId: task, Solver: solver}}}
}

// challenge disputes, now and then, a settled result that is right, by a false provider.
func (w *world) challenge() (op, bool) {
	from := w.provider()
	if _, is := w.providerOf(from); w.quiet || len(w.settled) == 0 || !is || isTrue(from) || !w.chance(40) {
		return op{}, false
	}
	t, r, found := w.challengeable(w.settled[len(w.settled)-1-w.rng.IntN(min(len(w.settled), 12))])
	if !found || r.SeatOf(w.addr(from)) >= 0 {
		return op{}, false
	}
	return w.open(from, t.Id, r.Seats[w.rng.IntN(len(r.Seats))].Provider), true
}

// resolved notes how a dispute ended, and that no chance, slowness or lie of others ever proves a true provider wrong that
// was not bribed.
func (w *world) resolved(ev *attesttypes.EventDisputeResolved) {
	w.reasons["dispute "+strings.TrimPrefix(ev.End.String(), "DISPUTE_END_")]++
	solver, challenger := w.accountOf(ev.Solver), w.accountOf(ev.Challenger)
	if ev.End == attesttypes.DISPUTE_END_REFUTED && isTrue(solver) && !w.bought[bribe{ev.TaskId, solver}] {
		w.tb.Errorf("dispute %d of task %d refutes %d, who never lies", ev.DisputeId, ev.TaskId, solver)
	}
	if ev.End == attesttypes.DISPUTE_END_UPHELD && isTrue(challenger) {
		w.tb.Errorf("dispute %d of task %d upholds what %d, who never lies, says to be wrong", ev.DisputeId, ev.TaskId, challenger)
	}
}

// badDispute is a challenge or a move that must be refused.
func (w *world) badDispute() (op, bool) {
	from := w.provider()
	name := w.addr(from)
	open := func(what string, task uint64, solver string) (op, bool) {
		return op{name: "OpenDispute!" + what, from: from, msgs: []sdk.Msg{&attesttypes.MsgOpenDispute{Challenger: name, TaskId: task, Solver: solver}}}, true
	}
	switch w.rng.IntN(5) {
	case 0:
		return open("no such task", 1<<40, name)
	case 1:
		return open("itself", uint64(1+w.rng.IntN(len(w.tasks)+1)), name)
	case 2:
		return w.badMove(from, &attesttypes.MsgPostStep{Challenger: name, DisputeId: 1 << 40, Step: []byte("step")}, "no such dispute")
	}
	return w.foreignMove(from)
}

func (w *world) badMove(from int, msg sdk.Msg, what string) (op, bool) {
	return op{name: nameOf(msg) + "!" + what, from: from, msgs: []sdk.Msg{msg}}, true
}

// foreignMove is a move in somebody else's dispute, or in one's own with the wrong number.
func (w *world) foreignMove(from int) (op, bool) {
	other := w.provider()
	due := w.look.DisputesOf(fmt.Sprint(other))
	if len(due) == 0 {
		return op{}, false
	}
	d := &due[w.rng.IntN(len(due))]
	n := uint32(len(d.Moves))
	if from == other {
		n += 1 + uint32(w.rng.IntN(3))
	} else if w.addr(from) == d.Solver || w.addr(from) == d.Challenger {
		return op{}, false
	}
	name := w.addr(from)
	return w.badMove(from, []sdk.Msg{
		&attesttypes.MsgPostTrace{Solver: name, DisputeId: d.Id, Move: n, Root: make([]byte, 32)},
		&attesttypes.MsgChooseChild{Challenger: name, DisputeId: d.Id, Move: n},
		&attesttypes.MsgPostChildren{Solver: name, DisputeId: d.Id, Move: n, Children: make([]byte, 64)},
		&attesttypes.MsgPostChunk{Solver: name, DisputeId: d.Id, Move: n, Data: make([]byte, 64)},
	}[w.rng.IntN(4)], "not its own, or not due")
}
