package pool

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestWhoMayNotPayKeepsNobodyOut: one account fills the pool at a price that nobody else pays; what it has beyond half gives
// way to the first transaction of another at the least price, and to the second of nobody.
func TestWhoMayNotPayKeepsNobodyOut(t *testing.T) {
	p := wide()
	p.o.Limits.Paid.Txs = 10
	for i := range 10 {
		require.Zero(t, offer(t, p, fmt.Sprintf("x %d 1000 1000", i), false, nil))
	}
	for i := range 4 {
		require.Zero(t, offer(t, p, fmt.Sprintf("a%d 0 1000 1", i), false, nil))
	}
	require.Equal(t, full, offer(t, p, "a0 1 1000 1", false, nil), "not sure to pay, and cheaper than the rest of that")
	require.Equal(t, 6, counted(p, "x"), "its first and half of the share")
	require.Equal(t, full, offer(t, p, "b 0 1000 1", false, nil), "as cheap as the rest")
	require.Zero(t, offer(t, p, "b 0 1000 2", false, nil))
	require.Equal(t, 6, counted(p, "x"))
}

// TestWithinItsHalfThePriceDecides: who sends many at a good price does not lose them to cheap ones, as long as they are
// not half of all.
func TestWithinItsHalfThePriceDecides(t *testing.T) {
	p := wide()
	p.o.Limits.Paid.Txs = 10
	for i := range 6 {
		require.Zero(t, offer(t, p, fmt.Sprintf("x %d 1000 1000", i), false, nil))
	}
	for i := range 4 {
		require.Zero(t, offer(t, p, fmt.Sprintf("a%d 0 1000 1", i), false, nil))
	}
	require.Equal(t, full, offer(t, p, "b 0 1000 1", false, nil))
	require.Equal(t, 6, counted(p, "x"))
	p.Committed(1, [][]byte{[]byte("a0 0 1000 1")})
	require.Zero(t, offer(t, p, "x 6 1000 1000", false, nil))
	require.True(t, p.isCrowded())
	require.Zero(t, offer(t, p, "b 0 1000 1", false, nil))
	p.Committed(2, [][]byte{[]byte("x 0 1000 1000")})
	require.False(t, p.isCrowded(), "the next of x is sure now")
}

// TestADearTailProtectsNobodyAmongTheUnsure either: what stands behind a cheap one is worth no more among what is not sure to pay.
func TestADearTailProtectsNobodyAmongTheUnsure(t *testing.T) {
	p := wide()
	p.o.Limits.Paid.Txs = 10
	require.Zero(t, offer(t, p, "spam 0 1000 1", false, nil))
	for i := range 6 {
		require.Zero(t, offer(t, p, fmt.Sprintf("spam %d 1000 1000", i+1), false, nil))
	}
	for _, who := range []string{"a", "b", "c"} {
		require.Zero(t, offer(t, p, who+" 0 1000 5", false, nil))
	}
	require.True(t, p.isCrowded())
	require.Zero(t, offer(t, p, "a 1 1000 6", false, nil))
}

// TestALargeOneTakesNoMoreThanIsBeyondHalf: a cheap transaction that needs much room does not take the half that goes by price.
func TestALargeOneTakesNoMoreThanIsBeyondHalf(t *testing.T) {
	p := wide()
	p.o.Limits.Paid.Bytes = 1_000
	sized := func(tx string, size int) string { return tx + strings.Repeat(" ", size-len(tx)) }
	for i := range 9 {
		require.Zero(t, offer(t, p, sized(fmt.Sprintf("x %d 1000 1000", i), 100), false, nil))
	}
	require.Equal(t, full, offer(t, p, sized("big 0 1000 1", 700), false, nil))
	require.Equal(t, 9, counted(p, "x"))
	require.Zero(t, offer(t, p, sized("less 0 1000 1", 400), false, nil))
	require.Equal(t, 6, counted(p, "x"), "its first and half of the share")
}

// counted is how many of a signer wait.
func counted(p *Pool, signer string) (n int) {
	for _, w := range p.line {
		if !w.isGone && w.first() == signer {
			n++
		}
	}
	return n
}

// TestWhatIsNotSureIsCounted: the running counts are those of the line, whatever comes and goes.
func TestWhatIsNotSureIsCounted(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := wide()
		p.o.Limits.Paid.Txs = 12
		for i := range rapid.IntRange(0, 60).Draw(rt, "n") {
			who := string(rune('a' + rapid.IntRange(0, 4).Draw(rt, "who")))
			if rapid.Bool().Draw(rt, "second") {
				who += "+" + string(rune('a'+rapid.IntRange(0, 4).Draw(rt, "other")))
			}
			offer(t, p, fmt.Sprintf("%s %d 1000 %d", who, i, rapid.IntRange(0, 3).Draw(rt, "price")), false, nil)
			if rapid.IntRange(0, 9).Draw(rt, "block") == 0 {
				p.Committed(int64(i), p.Choose(nil, Room{Bytes: 100, Gas: 3_000, IsBounded: true}))
			}
			paying, later := map[string]int{}, share{}
			for _, w := range p.line {
				if w.isGone {
					continue
				}
				for _, name := range w.spends {
					paying[name]++
				}
				if w.isLater {
					later.txs, later.bytes = later.txs+1, later.bytes+int64(len(w.bytes))
				}
			}
			require.Equal(rt, paying, p.paying)
			require.Equal(rt, later, p.later)
		}
	})
}
