package localnet

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// Ports are taken below the range from which the kernel gives out ports to clients (from 32 768), so that no
// connection of ours can take one between the look and the use.
const (
	firstPort = 20_000
	lastPort  = 32_000
)

// FreePorts returns the first of n neighbouring ports on which nobody listens.
func FreePorts(tb testing.TB, n int) int {
	tb.Helper()
	for range 200 {
		base := firstPort + rand.IntN(lastPort-firstPort-n)
		if AllFree(base, n) {
			return base
		}
	}
	tb.Fatalf("expected %d free neighbouring ports between %d and %d, found none", n, firstPort, lastPort)
	return 0
}

func AllFree(base, n int) bool {
	for p := base; p < base+n; p++ {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", p))
		if err != nil {
			return false
		}
		if err := l.Close(); err != nil {
			return false
		}
	}
	return true
}
