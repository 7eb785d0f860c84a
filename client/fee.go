package client

import (
	"context"
	"math/bits"
	"sync"
)

// Gas of free seat messages: exactly what x/attest allows a free transaction to ask for (its FreeSeatGas), which
// is what it needs at most. A test compares the two.
const (
	seatTxGas    = 90_000 // transaction and message
	seatItemGas  = 6_800  // one commit or reveal
	seatTokenGas = 90     // one revealed token id
)

// seatGas is the gas limit of a free transaction with one seat message.
func seatGas(items, tokens int) uint64 {
	return seatTxGas + seatItemGas*uint64(items) + seatTokenGas*uint64(tokens)
}

// gasUnit is the amount of gas that a gas price speaks of.
const gasUnit = 1_000

// gasPrice remembers the chain's least gas price until a refusal says that it changed.
type gasPrice struct {
	mu    sync.Mutex
	known bool
	price uint64 // uaic per gasUnit
}

func (g *gasPrice) get(ctx context.Context, n node) (uint64, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.known {
		return g.price, nil
	}
	p, err := n.gasPrice(ctx)
	if err != nil {
		return 0, err
	}
	g.price, g.known = p, true
	return p, nil
}

func (g *gasPrice) forget() {
	g.mu.Lock()
	g.known = false
	g.mu.Unlock()
}

// feeFor is gas times price per 1 000 gas, rounded up; the largest uint64 if it is more.
func feeFor(gas, price uint64) uint64 {
	hi, lo := bits.Mul64(gas, price)
	lo, carry := bits.Add64(lo, gasUnit-1, 0)
	if hi += carry; hi >= gasUnit {
		return 1<<64 - 1
	}
	q, _ := bits.Div64(hi, lo, gasUnit)
	return q
}

// withMargin adds basis points, rounded up; the largest uint64 if it is more.
func withMargin(gas uint64, bps uint32) uint64 {
	const full = 10_000
	hi, lo := bits.Mul64(gas, uint64(bps))
	lo, carry := bits.Add64(lo, full-1, 0)
	if hi += carry; hi >= full {
		return 1<<64 - 1
	}
	extra, _ := bits.Div64(hi, lo, full)
	sum, over := bits.Add64(gas, extra, 0)
	if over != 0 {
		return 1<<64 - 1
	}
	return sum
}
