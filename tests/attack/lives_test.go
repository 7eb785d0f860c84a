package attack

import (
	"github.com/aichain/aichain/tests/kit"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// nothing is done; time does it.
func nothing(*table, phases) []kit.Tx { return nil }

// splitActs: the last seat lies, the referee finds it, and a seat takes some of its bond out.
func splitActs(t *table, at phases) []kit.Tx {
	if at.has("task SETTLED") && t.Task(1).CloseHeight == t.Height() {
		return []kit.Tx{msg(t.Withdraw(t.Seats(1)[0], kit.Coin(1_000_000)))}
	}
	liar := 2
	return t.oneAct(at, seatsPlan{answer: func(seat int) kit.Answer {
		if seat == liar {
			t.player(t.Seats(1)[liar]).Forge = forgesLogits
			return t.Wrong(1, 0)
		}
		return t.Right(1)
	}})
}

// stalledActs: one seat of the first round says nothing, those of the second all answer.
func stalledActs(t *table, at phases) []kit.Tx {
	return t.oneAct(at, seatsPlan{
		answer: func(int) kit.Answer { return t.Right(1) },
		silent: func(round uint32, seat int) bool { return round == 0 && seat == 1 },
	})
}

// challengedActs: all seats agree on a lie, and two outsiders challenge every one of them.
func challengedActs(t *table, at phases) []kit.Tx {
	if !at.has("task OPEN") && !at.has("task pruned") {
		for _, name := range t.Seats(1) {
			t.player(name).Forge = forgesLogits
		}
	}
	if at.has("task SETTLED") && t.Task(1).CloseHeight == t.Height() {
		var txs []kit.Tx
		for _, challenger := range t.outsiders(1) {
			for _, solver := range t.Seats(1) {
				txs = append(txs, challengeOf(t.World, challenger, 1, solver))
			}
		}
		return txs
	}
	return t.oneAct(at, seatsPlan{answer: func(int) kit.Answer { return t.Wrong(1, 0) }})
}

// seatsPlan is what the seats of a task do.
type seatsPlan struct {
	answer func(seat int) kit.Answer
	silent func(round uint32, seat int) bool
}

// oneAct is the next commit or reveal of a seat, or the moves that are due, one act a block.
func (t *table) oneAct(at phases, plan seatsPlan) []kit.Tx {
	t.TB.Helper()
	if at.has("task pruned") {
		return nil
	}
	for _, name := range t.Everybody() {
		if due := t.player(name).Due(t.World); len(due) > 0 {
			return due[:1]
		}
	}
	if !at.has("task MATCHED") && !at.has("task COMMITTING") && !at.has("task REVEALING") {
		return nil
	}
	number := t.Present(1)
	round := t.Round(1, number)
	for i := range round.Seats {
		seat, name := &round.Seats[i], t.NameOf(round.Seats[i].Provider)
		isSilent := plan.silent != nil && plan.silent(number, i)
		switch {
		case isSilent:
		case round.Phase == attesttypes.ROUND_PHASE_COMMIT && !seat.HasCommitted():
			return []kit.Tx{msg(t.Commit(name, plan.answer(i), 1))}
		case round.Phase == attesttypes.ROUND_PHASE_REVEAL && seat.HasCommitted() && !seat.HasRevealed():
			return []kit.Tx{msg(t.Reveal(name, plan.answer(i), true, 1))}
		}
	}
	return nil
}
