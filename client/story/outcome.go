package story

import (
	"strings"

	"github.com/aichain/aichain/client/ask"
	"github.com/aichain/aichain/rules/dispute"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// ending tells how the dispute ended, or what has to happen next.
func (s *story) ending() {
	if s.d.IsOpen() {
		s.head("What happens next")
		s.next()
		return
	}
	s.head("How it ended")
	solver, challenger := s.name(s.d.Solver), s.name(s.d.Challenger)
	switch s.d.End {
	case attesttypes.DISPUTE_END_REFUTED, attesttypes.DISPUTE_END_IMPOSSIBLE:
		s.tell("%s won in block %d. %s was proven wrong: it has fallen, and accuses nobody any more.", challenger, s.d.CloseHeight, solver)
	case attesttypes.DISPUTE_END_UPHELD:
		s.tell("%s won in block %d: %s pointed at a step that is right.", solver, s.d.CloseHeight, challenger)
	case attesttypes.DISPUTE_END_SOLVER_SILENT:
		s.tell("%s won in block %d: %s did not %s in time.", challenger, s.d.CloseHeight, solver, s.due(s.silentPhase()))
	case attesttypes.DISPUTE_END_CHALLENGER_SILENT:
		s.tell("%s won in block %d: %s did not %s in time.", solver, s.d.CloseHeight, challenger, s.due(s.silentPhase()))
	case attesttypes.DISPUTE_END_DROPPED:
		s.tell("It was dropped in block %d: %s had fallen in another dispute, or %s had been proven wrong itself.",
			s.d.CloseHeight, solver, challenger)
	}
}

// silentPhase is the phase in which a dispute was that ended by silence: it follows from the last move.
func (s *story) silentPhase() attesttypes.DisputePhase {
	if len(s.d.Moves) == 0 {
		if s.d.End == attesttypes.DISPUTE_END_CHALLENGER_SILENT {
			return attesttypes.DISPUTE_PHASE_CHOICE_DUE
		}
		return attesttypes.DISPUTE_PHASE_TRACE_DUE
	}
	switch s.d.Moves[len(s.d.Moves)-1].Kind {
	case attesttypes.DISPUTE_MOVE_KIND_CHOICE:
		if place := s.d.Place.Step(); place.IsChunk() {
			return attesttypes.DISPUTE_PHASE_CHUNK_DUE
		}
		return attesttypes.DISPUTE_PHASE_CHILDREN_DUE
	case attesttypes.DISPUTE_MOVE_KIND_CHUNK:
		return attesttypes.DISPUTE_PHASE_STEP_DUE
	}
	return attesttypes.DISPUTE_PHASE_CHOICE_DUE
}

// due is the move that a phase waits for.
func (s *story) due(p attesttypes.DisputePhase) string {
	switch p {
	case attesttypes.DISPUTE_PHASE_TRACE_DUE:
		return "post the trace of its run"
	case attesttypes.DISPUTE_PHASE_CHOICE_DUE:
		return "name the first hash that differs from its own"
	case attesttypes.DISPUTE_PHASE_CHILDREN_DUE:
		return "show the hashes below the one that was named"
	case attesttypes.DISPUTE_PHASE_CHUNK_DUE:
		return "show the numbers themselves"
	}
	return "open one step"
}

// next says whose turn it is and until when.
func (s *story) next() {
	who := s.name(s.d.Party(s.d.Turn()))
	if s.d.Phase == attesttypes.DISPUTE_PHASE_QUEUED {
		s.tell("It waits until another dispute against %s is over.", s.name(s.d.Solver))
		return
	}
	left := ""
	if s.Height > 0 && s.d.Deadline >= s.Height {
		left = ", " + count(s.d.Deadline-s.Height, "block") + " from now"
	}
	s.tell("%s has to %s by block %d%s. Silence loses.", who, s.due(s.d.Phase), s.d.Deadline, left)
	if s.Dispute.Where != "" {
		s.tell("The descent has come to %s.", s.Dispute.Where)
	}
}

// money tells what happened to the money: the stake of a challenge, and of the task what is known.
func (s *story) money() {
	s.head("The money")
	if s.d.Stake > 0 && !s.d.IsOpen() {
		s.stake()
	}
	if s.Task == nil {
		s.tell("Task %d and what was paid for it are pruned.", s.d.TaskId)
		return
	}
	t, m := &s.Task.Task, &s.Task.Money
	status := ask.StatusText(s.Task.Progress.Status)
	if t.CloseHeight == 0 {
		s.tell("Task %d is %s: %s are held in escrow and every lien is in place until the last dispute is over.",
			t.Id, strings.ToLower(status), uaic(m.Held))
		return
	}
	answer := ""
	if len(s.Task.Progress.Output) > 0 {
		answer = " The answer that stands is " + s.text(s.Task.Progress.Output) + "."
	}
	if t.Status == computetypes.TASK_STATUS_OVERTURNED {
		s.tell("Task %d was settled in block %d and is overturned: no seat stands for its result any more.", t.Id, t.CloseHeight)
	} else {
		s.closed(answer)
	}
	s.tell("Of %s escrowed, the seats were paid %s, the model %s, the validators %s; %s were burned and %s refunded.",
		uaic(m.Escrowed), uaic(m.PaidSeats), uaic(m.PaidModel), uaic(m.PaidValidators), uaic(m.Burned), uaic(m.Refunded))
	if m.Restored > 0 {
		s.tell("The payer was given back %s out of the slashes.", uaic(m.Restored))
	}
	s.seats()
}

// closed says how a task that is not overturned ended.
func (s *story) closed(answer string) {
	t := &s.Task.Task
	s.tell("Task %d is %s since block %d: %s.%s", t.Id, strings.ToLower(ask.StatusText(t.Status)), t.CloseHeight, ask.ReasonText(t.Reason), answer)
}

// stake tells what became of a challenger's stake.
func (s *story) stake() {
	challenger := s.name(s.d.Challenger)
	switch s.d.Winner {
	case attesttypes.DISPUTE_SIDE_SOLVER:
		if s.Task == nil {
			s.tell("%s lost its stake of %s.", challenger, uaic(s.d.Stake))
			return
		}
		won, burned := dispute.Spoils(s.d.Stake, uint64(s.Task.Task.Snapshot.SlashBurnBps))
		s.tell("%s lost its stake of %s: %s went to %s, %s were burned.", challenger, uaic(s.d.Stake), uaic(won), s.name(s.d.Solver), uaic(burned))
	default:
		s.tell("%s has its stake of %s back.", challenger, uaic(s.d.Stake))
	}
}

// seats lists all seats with what became of their liens.
func (s *story) seats() {
	s.line("")
	burned := s.Task.Task.Snapshot.SlashBurnBps
	for i := range s.Rounds {
		for j := range s.Rounds[i].Seats {
			seat := &s.Rounds[i].Seats[j]
			s.line("  %-14s %-12s %s", s.name(seat.Provider), ask.ReasonText(seat.Outcome), s.lien(seat))
		}
	}
	if m := s.Task.Money; m.Slashed > 0 {
		s.line("")
		winners := "who was right"
		if s.d.Origin == attesttypes.DISPUTE_ORIGIN_CHALLENGE {
			winners = "who won the challenge"
		}
		s.tell("Slashed in all: %s. %d %% of a slash are burned, the rest goes to %s.", uaic(m.Slashed), burned/100, winners)
	}
}

// lien says what became of the lien of a seat.
func (s *story) lien(seat *attesttypes.Seat) string {
	switch seat.Outcome {
	case computetypes.REASON_SEAT_WRONG, computetypes.REASON_SEAT_NO_REVEAL:
		return "lost its lien of " + uaic(seat.Lien)
	case computetypes.REASON_SEAT_NO_COMMIT, computetypes.REASON_SEAT_NO_DEFENCE:
		soft := seat.Lien * uint64(s.Task.Task.Snapshot.SoftFaultBps) / 10_000
		return "lost " + uaic(soft) + " of its lien of " + uaic(seat.Lien)
	case computetypes.REASON_SEAT_RIGHT:
		if seat.Challenged {
			return "is challenged; its lien of " + uaic(seat.Lien) + " stays"
		}
		return "lost nothing, was paid"
	}
	return "lost nothing"
}
