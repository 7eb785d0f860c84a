package match

import (
	"math"
	"math/bits"
)

// PricedSeats is how many seats a task's maxPrice must be able to pay: its own, and the blind one of the audit when
// the task may be given one, that is with an audit chance above 0. Whether there will be one is drawn after everybody
// has committed, and its work is paid like the others', so the money must be there from the start. 0 for no seats.
func PricedSeats(seats, auditBps uint32) uint32 {
	if seats == 0 || seats == math.MaxUint32 || auditBps == 0 {
		return seats
	}
	return seats + 1
}

// Ceiling is the most that one of a task's seats may cost under its maxPrice, uaic, rounded down; 0 for no seats.
// auditBps is the chance of an audit, 0 for a task that gets none.
func Ceiling(maxPrice uint64, seats, auditBps uint32) uint64 {
	if seats == 0 {
		return 0
	}
	return maxPrice / uint64(PricedSeats(seats, auditBps))
}

// SeatLien is the bond that a seat reserves: multiple times the task's ceiling per seat, at least floor, all
// uaic. It saturates, so that a lien beyond 64 bits is one that nobody can place.
func SeatLien(ceiling uint64, multiple uint32, floor uint64) uint64 {
	hi, lo := bits.Mul64(ceiling, uint64(multiple))
	if hi != 0 {
		return math.MaxUint64
	}
	return max(lo, floor)
}
