package task

import "math"

// DrawDelay is how many blocks after the request seats are drawn: the beacon of that height was unknown,
// and could not be chosen, when the request entered its block (protocol, section 5).
const DrawDelay = 2

// MaxBackoff is the longest wait between two draws, in blocks.
const MaxBackoff = 32

// FirstDraw is the height of the first draw for seats asked for at height.
func FirstDraw(height uint64) uint64 { return add(height, DrawDelay) }

// Backoff is how many blocks to wait after the failed draw number attempts (1 is the first): 2, 4, 8, 16,
// 32, 32, … Zero counts as the first.
func Backoff(attempts uint32) uint64 {
	if attempts <= 1 {
		return 2
	}
	if attempts >= 5 {
		return MaxBackoff
	}
	return 1 << attempts
}

// NextDraw is the height of the draw after the failed draw number attempts at height, never beyond expire:
// the last try is at the expiry itself. It is 0 when height has reached expire and waiting is over.
func NextDraw(height uint64, attempts uint32, expire uint64) uint64 {
	if height >= expire {
		return 0
	}
	return min(add(height, Backoff(attempts)), expire)
}

// Expire is the last height at which seats asked for at height are drawn; window is in blocks.
func Expire(height, window uint64) uint64 { return add(height, window) }

// Prune is the height at which a task closed at height leaves the state: after retention, and never while it can be
// challenged, which may be longer, since a task keeps the challenge window of its first match while retention is that of
// today. Both are in blocks; challenge is 0 for a task that was never matched.
func Prune(height, retention, challenge uint64) uint64 {
	return max(add(height, retention), add(ChallengeUntil(height, challenge), 1))
}

// PruneWait is how many blocks a closed task that cannot leave yet, because it is under dispute or too much is kept of
// it, waits before it is tried again: a try is a few reads, and a move of a dispute may take longer than this.
const PruneWait = 8

// PruneAgain is the height of the try to remove a task after the one at height, in which it could not leave.
func PruneAgain(height uint64) uint64 { return add(height, PruneWait) }

// ChallengeUntil is the last block in which a result settled at height can be challenged; window is in blocks.
func ChallengeUntil(height, window uint64) uint64 { return add(height, window) }

// add saturates: a height beyond the end of time never comes.
func add(a, b uint64) uint64 {
	if a > math.MaxUint64-b {
		return math.MaxUint64
	}
	return a + b
}
