package dispute

import "math/bits"

// bpsOne is 100 % in basis points.
const bpsOne = 10_000

// Spoils divides the stake of the loser: burnBps of it (rounded up) burned, the rest to
// the winner. Because part is burned, who challenges itself loses. The two add up to the
// stake. burnBps above 10 000 counts as 10 000.
func Spoils(stake, burnBps uint64) (toWinner, burned uint64) {
	hi, lo := bits.Mul64(stake, bpsOne-min(burnBps, bpsOne))
	toWinner, _ = bits.Div64(hi, lo, bpsOne)
	return toWinner, stake - toWinner
}

// Standing is how one distinct result of a task stands.
type Standing uint8

// The standings.
const (
	Open         Standing = 1 // a dispute about it, or the time to begin one, is running
	Survived     Standing = 2 // every dispute about it was won, and no new one can begin
	Overthrown   Standing = 3 // a dispute about it was lost
	Indefensible Standing = 4 // it cannot be the result of any run: refused before a dispute
)

// Outcome is what becomes of a task whose results differ.
type Outcome uint8

// The outcomes.
const (
	Wait   Outcome = 1 // for the open ones
	Settle Outcome = 2 // one result is left
	Redraw Outcome = 3 // none is left: nobody was honest
	Vote   Outcome = 4 // several are left: nobody disputed, so a panel has to decide
)

// Decide says what becomes of the task, and with Settle which result is left. With one
// honest backer of a result who plays, exactly one result is ever left.
func Decide(results []Standing) (Outcome, int) {
	left, at := 0, -1
	for i, s := range results {
		switch s {
		case Open:
			return Wait, -1
		case Survived:
			left, at = left+1, i
		}
	}
	switch left {
	case 0:
		return Redraw, -1
	case 1:
		return Settle, at
	}
	return Vote, -1
}
