package pool

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// wide is a pool without limits that matter.
func wide() *Pool {
	p := tiny()
	s := Share{Txs: 1 << 20, Signer: 1 << 20, Bytes: 1 << 30}
	p.o.Limits = Limits{Free: s, Paid: s}
	return p
}

// TestOrder plays testdata/order.txt.
func TestOrder(t *testing.T) {
	text, err := os.ReadFile("testdata/order.txt")
	require.NoError(t, err)
	n := 0
	for _, c := range strings.Split(string(text), "\n\n") {
		var p *Pool
		var gas uint64
		var name string
		var want []string
		for _, line := range strings.Split(strings.TrimSpace(c), "\n") {
			switch word, rest, _ := strings.Cut(line, " "); word {
			case "case":
				p, name = wide(), rest
			case "gas":
				_, err := fmt.Sscan(rest, &gas)
				require.NoError(t, err)
			case "tx":
				require.Zero(t, offer(t, p, rest, false, nil), rest)
			case "->":
				want = append(want, rest)
			}
		}
		if p == nil {
			continue
		}
		n++
		require.Equal(t, want, block(p, gas), name)
	}
	require.Positive(t, n)
}

// slow is the order by its words: again and again the best of those that nothing waits before.
func slow(line []*waiting, room Room) (out [][]byte) {
	nodes := link(line) // for ranks only
	ranks := map[*waiting]rank{}
	var walk func(n *node)
	walk = func(n *node) {
		ranks[n.waiting] = n.rank
		for _, f := range n.followed {
			walk(f)
		}
	}
	for _, n := range nodes {
		walk(n)
	}
	left := append([]*waiting(nil), line...)
	had, spent, unsure, isOpen := map[string]uint64{}, map[string]bool{}, uint64(0), false
	at := func(w *waiting) string { return fmt.Sprint(ranks[w], w.first()) }
	for {
		best, blocked := -1, map[string]bool{}
		for i, w := range left {
			isBlocked := false
			for _, s := range w.signers {
				isBlocked = isBlocked || blocked[s]
				blocked[s] = true
			}
			if isBlocked || best >= 0 && !isBefore(w, left[best], ranks, had, at) {
				continue
			}
			best = i
		}
		if best < 0 {
			return out
		}
		w := left[best]
		if ranks[w] == rankPaid && !isOpen {
			isOpen, unsure = true, room.Gas/4
		}
		isUnsure := ranks[w] == rankPaid && spent[w.first()]
		if isUnsure && w.gas > unsure {
			ranks[w] = rankLater
			continue
		}
		if w.gas > room.Gas {
			var keep []*waiting
			bad := map[string]bool{}
			for i, x := range left {
				isBad := i == best
				for _, s := range x.signers {
					isBad = isBad || bad[s]
				}
				if !isBad {
					keep = append(keep, x)
					continue
				}
				for _, s := range x.signers {
					bad[s] = true
				}
			}
			left = keep
			continue
		}
		room.Gas -= w.gas
		had[at(w)] += w.gas
		if isUnsure {
			unsure -= w.gas
		}
		spent[w.first()] = spent[w.first()] || !w.isFree
		out = append(out, w.bytes)
		left = append(left[:best:best], left[best+1:]...)
	}
}

func isBefore(a, b *waiting, ranks map[*waiting]rank, had map[string]uint64, at func(*waiting) string) bool {
	switch {
	case ranks[a] != ranks[b]:
		return ranks[a] < ranks[b]
	case ranks[a] >= rankPaid && a.price != b.price:
		return a.price > b.price
	}
	return had[at(a)] < had[at(b)]
}

// TestOrderLikeTheSlowOne: with one signer a transaction, the heap and the plain search choose the same; with several, what
// is chosen keeps each signer's order.
func TestOrderLikeTheSlowOne(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := wide()
		two := rapid.Bool().Draw(rt, "two signers")
		for i := range rapid.IntRange(0, 24).Draw(rt, "n") {
			who := string(rune('a' + rapid.IntRange(0, 4).Draw(rt, "who")))
			if two && rapid.Bool().Draw(rt, "second") {
				who += "+" + string(rune('a'+rapid.IntRange(0, 4).Draw(rt, "other")))
			}
			gas := rapid.SampledFrom([]int{1, 2, 5, leadingGas}).Draw(rt, "gas") * 1_000
			require.Zero(t, offer(t, p, fmt.Sprintf("%s %d %d %d", who, i, gas, gas/1_000*rapid.IntRange(0, 2).Draw(rt, "price")), false, nil))
		}
		room := Room{Bytes: 1 << 20, Gas: uint64(rapid.IntRange(1, 100).Draw(rt, "room")) * 1_000, IsBounded: true}
		line := p.candidates(nil)
		got := choose(line, room)
		if !two {
			require.Equal(t, slow(line, room), got)
		}
		used, place := uint64(0), map[string]int{}
		for i, bz := range got {
			place[string(bz)] = i + 1
			tx, err := decode(bz)
			require.NoError(t, err)
			used += tx.(note).gas
		}
		require.LessOrEqual(t, used, room.Gas)
		last := map[string]int{}
		for _, w := range line {
			at := place[string(w.bytes)]
			for _, s := range w.signers {
				before, is := last[s]
				require.False(t, is && at > 0 && (before == 0 || before > at), "%s comes before what its signer sent earlier", w.bytes)
				last[s] = at
			}
		}
	})
}

// BenchmarkChoose is what proposing costs with both shares full of their usual sizes: 4 000 paying and 1 000 free ones.
func BenchmarkChoose(b *testing.B) {
	p := wide()
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 5_000 {
		fee := 100
		if i%5 == 0 {
			fee = 0
		}
		tx := fmt.Sprintf("s%d %d 65000 %d", r.IntN(500), i, fee) + strings.Repeat(" ", 280)
		w, err := p.read([]byte(tx), [32]byte{byte(i), byte(i >> 8)})
		if err != nil {
			b.Fatal(err)
		}
		if err := p.keep(w); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if len(p.Choose(nil, Room{Bytes: 4 << 20, Gas: 200_000_000, IsBounded: true})) < 3_000 {
			b.Fatal("too few")
		}
	}
}
