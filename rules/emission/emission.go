package emission

import (
	"errors"
	"fmt"
	"math/bits"
)

// FullBps is 100 % in basis points: emission as high as the burned take, the most that is sound.
const FullBps = 10_000

// ErrOverflow is returned when an amount does not fit in 64 bits; not for rates up to FullBps.
var ErrOverflow = errors.New("emission does not fit in 64 bits")

// PerSeat is what each of the seats that stand for a task's result accrues, uaic:
//
//	floor( floor(burnedTake · bps / 10 000) / seats )
//
// burnedTake is the burned part of the task's take in uaic, bps the emission rate in basis points. It is 0 for no seats.
// Both remainders stay burned, so up to a rate of FullBps all seats together accrue at most burnedTake. A rate above FullBps
// is computed like any other, though no chain may have it: parameters refuse it, and controls show why. It returns
// ErrOverflow if all of it together does not fit in 64 bits.
func PerSeat(burnedTake uint64, bps, seats uint32) (uint64, error) {
	if seats == 0 {
		return 0, nil
	}
	hi, lo := bits.Mul64(burnedTake, uint64(bps))
	if hi >= FullBps {
		return 0, fmt.Errorf("%d basis points of %d: %w", bps, burnedTake, ErrOverflow)
	}
	task, _ := bits.Div64(hi, lo, FullBps)
	return task / uint64(seats), nil
}
