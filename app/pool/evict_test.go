package pool

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// TestWhatABlockHoldsDoesNotWait: a transaction that reaches the node while the block with it is run passes its check
// against the state before. Nobody would ask about it again, and for twenty blocks it would take room in proposals.
func TestWhatABlockHoldsDoesNotWait(t *testing.T) {
	p := tiny()
	p.Committed(1, [][]byte{[]byte("a 0 1000 9"), []byte("b 0 1000 0")})
	require.Zero(t, offer(t, p, "a 0 1000 9", false, nil))
	require.Zero(t, offer(t, p, "b 0 1000 0", false, nil))
	require.Empty(t, block(p, 0))
	p.Committed(2, nil)
	require.Zero(t, offer(t, p, "b 0 1000 0", true, nil), "it failed in that block, and CometBFT has kept it")
	require.Len(t, block(p, 0), 1)
}

// TestADearTailProtectsNobody: cheap transactions cannot keep their places because one that pays much stands behind them,
// and such a one cannot take places: it is not worth more to a block than what it waits for.
func TestADearTailProtectsNobody(t *testing.T) {
	p := wide()
	p.o.Limits.Paid.Txs = 100
	for i := range 99 {
		require.Zero(t, offer(t, p, fmt.Sprintf("spam %d 1000 1", i), false, nil))
	}
	require.Zero(t, offer(t, p, "spam 99 1000 1000000", false, nil), "the tail")
	require.Zero(t, offer(t, p, "honest 0 1000 10", false, nil))
	require.Contains(t, block(p, 0), "honest 0 1000 10")
	left := block(p, 0)
	for i, tx := range left[1:] {
		require.Equal(t, fmt.Sprintf("spam %d 1000 1", i), tx, "what is left is each signer's beginning")
	}
	require.Less(t, len(left), 100)

	p = wide()
	p.o.Limits.Paid.Txs = 3
	require.Zero(t, offer(t, p, "spam 0 1000 1", false, nil))
	require.Zero(t, offer(t, p, "honest 0 1000 10", false, nil))
	require.Zero(t, offer(t, p, "other 0 1000 10", false, nil))
	require.Equal(t, full, offer(t, p, "spam 1 1000 1000000", false, nil))
	require.Len(t, block(p, 0), 3)
}

// TestEvictionKeepsBeginnings: after any number of evictions, what is left of each signer is what it sent first, and so is what a
// free message follows.
func TestEvictionKeepsBeginnings(t *testing.T) {
	p := wide()
	p.o.Limits.Paid.Txs = 200
	for i := range 100 {
		for _, s := range []string{"a", "b+c", "c"} {
			offer(t, p, fmt.Sprintf("%s %d 1000 %d", s, i, 1+i*7%13), false, nil)
		}
		if i == 1 {
			offer(t, p, "c 2 1000 0 free", false, nil)
		}
	}
	for i := range 150 {
		offer(t, p, fmt.Sprintf("x%d 0 1000 %d", i, 5+i%9), false, nil)
	}
	next, isFree := map[string]int{}, false
	for _, w := range p.line {
		if w.isGone {
			continue
		}
		var seq int
		var who string
		_, err := fmt.Sscan(strings.Replace(string(w.bytes), "+", "_", 1), &who, &seq)
		require.NoError(t, err)
		isFree = isFree || w.isFree
		if !w.isFree {
			require.Equal(t, next[who], seq, who)
			next[who]++
		}
	}
	require.True(t, isFree)
	require.LessOrEqual(t, p.shares[0].txs, 200)
}

// TestATransactionThatPanicsIsRefused: one without a fee makes the SDK's accessors panic, outside of its own recovery.
func TestATransactionThatPanicsIsRefused(t *testing.T) {
	p := tiny()
	p.o.IsFree = func(sdk.Tx) bool { panic("no fee") }
	require.NotZero(t, offer(t, p, "a 0 1000 1", false, nil))
	require.Empty(t, block(p, 0, "a 0 1000 1"))
}

// TestAFreeMessageKeepsNoMoreThanItTakesAlong: a seat's holder cannot fill the pool with cheap transactions that a free
// message behind them protects.
func TestAFreeMessageKeepsNoMoreThanItTakesAlong(t *testing.T) {
	for _, n := range []int{leadingTxs, leadingTxs + 1, 90} {
		p := wide()
		p.o.Limits.Paid.Txs = n
		for i := range n {
			require.Zero(t, offer(t, p, fmt.Sprintf("seat %d 1000 1", i), false, nil))
		}
		require.Zero(t, offer(t, p, fmt.Sprintf("seat %d 1000 0", n), false, nil))
		code := offer(t, p, "honest 0 1000 10", false, nil)
		if n <= leadingTxs {
			require.Equal(t, full, code)
			require.Len(t, block(p, 0), n+1)
			continue
		}
		require.Zero(t, code, n)
		for i, tx := range block(p, 0)[1:] {
			require.Equal(t, fmt.Sprintf("seat %d 1000 1", i), tx)
		}
	}
}

// TestAFreeMessageKeepsNoGasAndNoLinesThatItDoesNotTakeAlong: what a block does not take along, because it asks for too much gas or
// because another's line stands before it as well, a free message behind it does not keep in the pool.
func TestAFreeMessageKeepsNoGasAndNoLinesThatItDoesNotTakeAlong(t *testing.T) {
	for name, before := range map[string][]string{
		"gas":   {fmt.Sprintf("seat 0 %d 2001", leadingGas+1)},
		"lines": {"b 0 1000 1", "b 1 1000 1", "b 2 1000 1", "b 3 1000 1", "b 4 1000 1", "b 5 1000 1", "seat 0 1000 1", "seat+b 1 1000 1"},
	} {
		p := wide()
		p.o.Limits.Paid.Txs = len(before)
		for _, tx := range before {
			require.Zero(t, offer(t, p, tx, false, nil), name)
		}
		require.Zero(t, offer(t, p, "seat 9 1000 0", false, nil), name)
		require.Zero(t, offer(t, p, "honest 0 1000 10", false, nil), name)
	}
}
