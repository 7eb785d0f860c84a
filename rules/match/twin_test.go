package match_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aichain/aichain/rules/match"
)

// line is the slow twin of the tree: all weights in a row, walked from the start.
type line struct {
	weights []uint64
	cands   []match.Candidate
}

func (l *line) Total() (total uint64, err error) {
	for _, w := range l.weights {
		total += w
	}
	return total, nil
}

func (l *line) At(point uint64) (match.Candidate, uint64, error) {
	for i, w := range l.weights {
		if point < w {
			return l.cands[i], point, nil
		}
		point -= w
	}
	return match.Candidate{}, 0, match.ErrTree
}

type at struct {
	level uint32
	index uint64
}

// nodes keeps a tree in memory, without the nodes that are all zero.
type nodes map[at]match.Node

func (n nodes) Node(level uint32, index uint64) (match.Node, error) { return n[at{level, index}], nil }

func (n nodes) SetNode(level uint32, index uint64, node match.Node) error {
	if node == (match.Node{}) {
		delete(n, at{level, index})
	} else {
		n[at{level, index}] = node
	}
	return nil
}

// forest is a tree with candidates at its leaves.
type forest struct {
	nodes
	cands []match.Candidate
}

func (f *forest) Total() (uint64, error) { return match.Total(f.nodes, uint64(len(f.cands))) }

func (f *forest) At(point uint64) (match.Candidate, uint64, error) {
	p, offset, err := match.Find(f.nodes, uint64(len(f.cands)), point)
	if err != nil {
		return match.Candidate{}, 0, err
	}
	return f.cands[p], offset, nil
}

// grow builds a tree of the weights one by one.
func grow(t require.TestingT, weights []uint64) nodes {
	n := nodes{}
	for i, w := range weights {
		require.NoError(t, match.Grow(n, uint64(i)))
		require.NoError(t, match.SetWeight(n, uint64(i)+1, uint64(i), w))
	}
	return n
}

// slowSelect says in the plainest way what a draw is.
func slowSelect(s *match.Stream, l *line, need match.Need) []match.Candidate {
	total, _ := l.Total()
	var out []match.Candidate
	taken := map[string]bool{}
	for range need.Seats {
		found := false
		for look := uint32(0); look < need.MaxDraws && total > 0 && !found; look++ {
			c, offset, _ := l.At(s.Below(total))
			if offset < c.FreeBond && !taken[c.Provider] && match.Screen(c, need) == match.Fits {
				taken[c.Provider], found = true, true
				out = append(out, c)
			}
		}
		if !found {
			return out
		}
	}
	return out
}

func TestTheTreeIsTheLine(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l := &line{}
		n := nodes{}
		steps := rapid.IntRange(1, 150).Draw(r, "steps")
		for range steps {
			count := uint64(len(l.weights))
			w := rapid.Uint64Range(0, 1<<40).Draw(r, "weight")
			switch op := rapid.IntRange(0, 5).Draw(r, "op"); {
			case op <= 3: // one more
				require.NoError(r, match.Grow(n, count))
				require.NoError(r, match.SetWeight(n, count+1, count, w))
				l.weights = append(l.weights, w)
			case op == 4 && count > 0: // another weight
				p := rapid.Uint64Range(0, count-1).Draw(r, "at")
				require.NoError(r, match.SetWeight(n, count, p, w))
				l.weights[p] = w
			case op == 5 && count > 0: // one less
				require.NoError(r, match.SetWeight(n, count, count-1, 0))
				require.NoError(r, match.Shrink(n, count))
				l.weights = l.weights[:count-1]
			}
		}
		require.Equal(r, grow(r, l.weights), n, "the tree does not depend on how it came to be")
		total, err := match.Total(n, uint64(len(l.weights)))
		require.NoError(r, err)
		want, _ := l.Total()
		require.Equal(r, want, total)
		if total == 0 {
			return
		}
		point := rapid.Uint64Range(0, total-1).Draw(r, "point")
		p, offset, err := match.Find(n, uint64(len(l.weights)), point)
		require.NoError(r, err)
		for _, w := range l.weights[:p] {
			point -= w
		}
		require.Equal(r, point, offset)
		require.Less(r, offset, l.weights[p])
	})
}

func TestTheTreeAtTheEdgesOfItsLevels(t *testing.T) {
	for _, top := range []struct {
		count uint64
		level uint32
	}{{0, 0}, {1, 0}, {31, 0}, {32, 0}, {33, 1}, {1023, 1}, {1024, 1}, {1025, 2}, {32768, 2}, {32769, 3}, {1 << 20, 3}} {
		require.Equal(t, top.level, match.Top(top.count), top.count)
	}
	weights := make([]uint64, 1025)
	for i := range weights {
		weights[i] = uint64(i) + 1
	}
	n := grow(t, weights)
	for count := uint64(1025); count > 0; count-- {
		total, err := match.Total(n, count)
		require.NoError(t, err)
		require.Equal(t, count*(count+1)/2, total)
		p, offset, err := match.Find(n, count, total-1)
		require.NoError(t, err)
		require.Equal(t, [2]uint64{count - 1, count - 1}, [2]uint64{p, offset}, "the last point is the end of the last stretch")
		_, _, err = match.Find(n, count, total)
		require.ErrorIs(t, err, match.ErrTree)
		require.NoError(t, match.SetWeight(n, count, count-1, 0))
		require.NoError(t, match.Shrink(n, count))
	}
	require.Empty(t, n, "an empty tree keeps nothing")
	require.ErrorIs(t, match.SetWeight(n, 5, 5, 1), match.ErrTree)
}

func TestSumsBeyond64BitsAreRefused(t *testing.T) {
	n := nodes{}
	require.NoError(t, match.SetWeight(n, 2, 0, 1<<63))
	require.ErrorIs(t, match.SetWeight(n, 2, 1, 1<<63), match.ErrTree)
}

func TestSelectIsTheSlowDraw(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l := &line{}
		for i := range rapid.IntRange(0, 100).Draw(r, "providers") {
			bond := rapid.Uint64Range(0, 5000).Draw(r, "bond")
			l.weights = append(l.weights, bond)
			l.cands = append(l.cands, match.Candidate{
				Provider: fmt.Sprint("p", i), FreeSlots: rapid.Uint32Range(0, 2).Draw(r, "slots"),
				FreeBond: rapid.Uint64Range(0, bond).Draw(r, "free"), WorstPrice: rapid.Uint64Range(0, 60).Draw(r, "price"),
			})
		}
		need := match.Need{
			Seats: rapid.Uint32Range(0, 7).Draw(r, "seats"), MaxDraws: 64, SeatLien: 1000, Ceiling: 50,
			Own: []string{"p1"}, Seated: []string{"p2", "p3"},
		}
		seed := match.Seed("chain", nil, rapid.Uint64().Draw(r, "task"), 0)
		got, err := match.Select(match.NewStream(seed), &forest{grow(r, l.weights), l.cands}, need)
		require.NoError(r, err)
		want := slowSelect(match.NewStream(seed), l, need)
		require.Equal(r, len(want), len(got))
		seen := map[string]bool{"p1": true, "p2": true, "p3": true}
		for i, c := range got {
			require.Equal(r, want[i], c)
			require.False(r, seen[c.Provider], "nobody twice, and none of those who may not")
			seen[c.Provider] = true
		}
		require.Len(r, need.Seated, 2, "the caller's list is left alone")
	})
}

type failing struct{ match.Pool }

func (failing) Total() (uint64, error) { return 10, nil }
func (failing) At(uint64) (match.Candidate, uint64, error) {
	return match.Candidate{}, 0, match.ErrTree
}

func TestSelectPassesOnTheErrorOfThePool(t *testing.T) {
	_, err := match.Select(match.NewStream([32]byte{}), failing{}, match.Need{Seats: 1, MaxDraws: 1})
	require.ErrorIs(t, err, match.ErrTree)
}
