package localnet

import (
	"testing"
	"time"
)

// pollEvery is how often a wait looks. A status over RPC takes about a millisecond.
const pollEvery = 100 * time.Millisecond

// Until polls until what is true, and fails the test with what was last seen if that takes longer than timeout.
// look returns whether it is so, and what it saw in words.
func Until(tb testing.TB, timeout time.Duration, what string, look func() (bool, string)) {
	tb.Helper()
	deadline := time.Now().Add(timeout)
	for {
		is, seen := look()
		if is {
			return
		}
		if time.Now().After(deadline) {
			tb.Fatalf("waited %s for: %s; last seen: %s", timeout, what, seen)
		}
		time.Sleep(pollEvery)
	}
}
