package client

import (
	"context"
	"regexp"
	"strconv"
	"sync"
)

// account counts the sequence of one account locally, so that many transactions may wait for the same block.
// Its mutex is held from taking a number until the node has seen the transaction: numbers reach the node in order.
type account struct {
	mu     sync.Mutex
	known  bool
	number uint64 // account number
	next   uint64 // sequence of the next transaction
}

// load asks the node unless the sequence is known. The caller holds mu.
func (a *account) load(ctx context.Context, n node, addr string) error {
	if a.known {
		return nil
	}
	number, sequence, err := n.account(ctx, addr)
	if err != nil {
		return err
	}
	a.number, a.next, a.known = number, sequence, true
	return nil
}

// expected is how the chain words a wrong sequence.
var expected = regexp.MustCompile(`account sequence mismatch, expected (\d+), got \d+`)

// correct takes the sequence that the node named in its refusal, which counts transactions still waiting for
// a block; without one it forgets. The caller holds mu.
func (a *account) correct(refusal string) {
	m := expected.FindStringSubmatch(refusal)
	if m == nil {
		a.known = false
		return
	}
	n, err := strconv.ParseUint(m[1], 10, 64)
	a.next, a.known = n, err == nil
}

// forget makes the next load ask the node.
func (a *account) forget() {
	a.mu.Lock()
	a.known = false
	a.mu.Unlock()
}
