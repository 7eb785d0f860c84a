package quorum_test

import (
	"bufio"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aichain/aichain/rules/quorum"
)

var roles = map[string]quorum.Role{
	"NONE": 0, "PRIMARY": quorum.Primary, "REDRAW": quorum.Redraw, "PANEL": quorum.Panel, "PANEL_WIDE": quorum.PanelWide, "AUDIT": 5,
}

var verdicts = map[string]quorum.Verdict{"AGREED": quorum.Agreed, "SPLIT": quorum.Split, "STALLED": quorum.Stalled}

// eachCase calls f with every line of a text table that is neither empty nor a comment.
func eachCase(t *testing.T, file string, f func(t *testing.T, line string)) {
	t.Helper()
	table, err := os.Open("testdata/" + file)
	require.NoError(t, err)
	defer func() { require.NoError(t, table.Close()) }()
	for s := bufio.NewScanner(table); s.Scan(); {
		if line := s.Text(); line != "" && line[0] != '#' {
			t.Run(line, func(t *testing.T) { f(t, line) })
		}
	}
}

func TestDecide(t *testing.T) {
	eachCase(t, "decide.txt", func(t *testing.T, line string) {
		parts := strings.Split(line, "|")
		require.Len(t, parts, 3)
		head, want := strings.Fields(parts[0]), strings.Fields(parts[2])
		role, known := roles[head[0]]
		require.True(t, known)
		drawn, added, _ := strings.Cut(head[1], "+")
		seats, err := strconv.ParseUint(drawn, 10, 32)
		require.NoError(t, err)
		audits := uint64(0)
		if added != "" {
			audits, err = strconv.ParseUint(added, 10, 32)
			require.NoError(t, err)
		}
		var revealed []int
		for _, mark := range strings.Fields(parts[1]) {
			r := quorum.NoResult
			if mark != "." {
				r = int(mark[0] - 'A')
			}
			revealed = append(revealed, r)
		}
		winner := quorum.NoResult
		if len(want) == 2 {
			winner = int(want[1][0] - 'A')
		}
		gotVerdict, gotWinner := quorum.Decide(role, uint32(seats), uint32(audits), revealed)
		require.Equal(t, verdicts[want[0]], gotVerdict)
		require.Equal(t, winner, gotWinner)
	})
}

func TestNext(t *testing.T) {
	steps := map[string]quorum.Step{
		"SETTLE": quorum.Settle, "REDRAW": quorum.SeatRedraw, "PANEL": quorum.SeatPanel, "PANEL_WIDE": quorum.SeatPanelWide,
		"REFUND_STALLED_TWICE": quorum.RefundStalledTwice, "REFUND_UNDECIDED": quorum.RefundUndecided,
		"REFEREE": quorum.Referee,
	}
	eachCase(t, "next.txt", func(t *testing.T, line string) {
		w := strings.Fields(line)
		require.Len(t, w, 5)
		require.Contains(t, []string{"plain", "refereed", "either"}, w[2])
		require.Contains(t, steps, w[4])
		for _, refereed := range []bool{false, true} {
			if w[2] == "either" || refereed == (w[2] == "refereed") {
				require.Equal(t, steps[w[4]], quorum.Next(roles[w[0]], verdicts[w[1]], refereed))
			}
		}
	})
}

func TestJudge(t *testing.T) {
	outcomes := map[string]quorum.Outcome{
		"RIGHT": quorum.Right, "WRONG": quorum.Wrong, "NO_COMMIT": quorum.NoCommit, "NO_REVEAL": quorum.NoReveal, "FREED": quorum.Freed,
		"NO_DEFENCE": quorum.NoDefence,
	}
	eachCase(t, "judge.txt", func(t *testing.T, line string) {
		did, rest, ok := strings.Cut(line, "|")
		require.True(t, ok)
		end, want, ok := strings.Cut(rest, "->")
		require.True(t, ok)
		seat := quorum.Seat{
			Committed: strings.Contains(did, "committed"), Asked: strings.Contains(did, "asked"),
			Revealed: strings.Contains(did, "revealed"), IsRight: strings.Contains(did, "right"),
			LetStand: strings.Contains(did, "tolerant"),
		}
		switch {
		case strings.Contains(did, "proven"):
			seat.Fell = quorum.Proven
		case strings.Contains(did, "mute"):
			seat.Fell = quorum.Silent
		}
		got := quorum.Judge(seat, strings.Contains(end, "result"))
		require.Equal(t, outcomes[strings.TrimSpace(want)], got)
		isFault := got == quorum.Wrong || got == quorum.NoCommit || got == quorum.NoReveal || got == quorum.NoDefence
		require.Equal(t, isFault, got.Penalised())
	})
}

// TestFallingNeverPays: whatever else a seat did, having fallen never makes its outcome better.
func TestFallingNeverPays(t *testing.T) {
	weight := map[quorum.Outcome]int{ // what it costs
		quorum.Right: 0, quorum.Freed: 0, quorum.NoCommit: 1, quorum.NoDefence: 1, quorum.NoReveal: 2, quorum.Wrong: 2,
	}
	for bits := range 32 {
		is := func(i int) bool { return bits>>i&1 == 1 }
		s := quorum.Seat{Committed: is(0), Asked: is(1), Revealed: is(2), IsRight: is(3)}
		stood := weight[quorum.Judge(s, is(4))]
		for _, s.Fell = range []quorum.Fall{quorum.Silent, quorum.Proven} {
			fell := weight[quorum.Judge(s, is(4))]
			require.GreaterOrEqual(t, fell, stood, "%+v", s)
			stood = fell // proven is never cheaper than silent
		}
	}
}

// TestChainsEnd follows every chain of verdicts: at most four rounds, then money moves one way or the other. The
// referee may settle, refund, redraw once after a PRIMARY, or ask for a panel.
func TestChainsEnd(t *testing.T) {
	next := map[quorum.Step][]quorum.Role{
		quorum.SeatRedraw: {quorum.Redraw}, quorum.SeatPanel: {quorum.Panel}, quorum.SeatPanelWide: {quorum.PanelWide},
	}
	longest := 0
	var follow func(role quorum.Role, rounds int, refereed bool)
	follow = func(role quorum.Role, rounds int, refereed bool) {
		longest = max(longest, rounds)
		require.LessOrEqual(t, rounds, 4)
		next[quorum.Referee] = []quorum.Role{quorum.Panel}
		if role == quorum.Primary {
			next[quorum.Referee] = append(next[quorum.Referee], quorum.Redraw)
		}
		for _, v := range []quorum.Verdict{quorum.Agreed, quorum.Split, quorum.Stalled} {
			for _, r := range next[quorum.Next(role, v, refereed)] {
				follow(r, rounds+1, refereed)
			}
		}
	}
	follow(quorum.Primary, 1, false)
	follow(quorum.Primary, 1, true)
	require.Equal(t, 4, longest)
}

// round is a random round of a random role with the right number of seats.
func round(t *rapid.T) (role quorum.Role, seats, audits uint32, revealed []int) {
	role = quorum.Role(rapid.Uint32Range(1, 4).Draw(t, "role"))
	seats = rapid.Uint32Range(1, 9).Draw(t, "seats")
	if role == quorum.Primary || role == quorum.Redraw {
		audits = rapid.Uint32Range(0, quorum.MaxAudits).Draw(t, "audits")
	}
	n := quorum.Total(role, seats, audits)
	kinds := rapid.IntRange(0, 3).Draw(t, "kinds") // few kinds, so that quorums happen
	revealed = rapid.SliceOfN(rapid.IntRange(quorum.NoResult, kinds), int(n), int(n)).Draw(t, "revealed")
	return role, seats, audits, revealed
}

// slowDecide is the plain twin of Decide: tally everything in a map, then read the protocol's sentences off it.
func slowDecide(role quorum.Role, seats uint32, revealed []int) (quorum.Verdict, int) {
	_, k := quorum.Need(role, seats)
	tally := map[int]uint32{}
	for _, r := range revealed {
		tally[r]++
	}
	delete(tally, quorum.NoResult)
	if len(tally) > 1 && (role == quorum.Primary || role == quorum.Redraw) {
		return quorum.Split, quorum.NoResult
	}
	for r, votes := range tally {
		if votes >= k {
			return quorum.Agreed, r
		}
	}
	if len(tally) > 1 {
		return quorum.Split, quorum.NoResult
	}
	return quorum.Stalled, quorum.NoResult
}

func TestDecideEqualsItsPlainTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		role, seats, audits, revealed := round(t)
		v, w := quorum.Decide(role, seats, audits, revealed)
		sv, sw := slowDecide(role, seats, revealed)
		require.Equal(t, sv, v)
		require.Equal(t, sw, w)
	})
}

// TestDecideProperties: order-free, never AGREED with fewer than k equal, in a PRIMARY or REDRAW never beside another
// result, and no seat can turn an agreed round into another agreed result by changing its own reveal.
func TestDecideProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		role, seats, audits, revealed := round(t)
		n, k := quorum.Need(role, seats)
		require.Greater(t, 2*k, n, "two results can never both have a quorum")
		v, w := quorum.Decide(role, seats, audits, revealed)

		shuffled := rapid.Permutation(revealed).Draw(t, "shuffled")
		sv, sw := quorum.Decide(role, seats, audits, shuffled)
		require.Equal(t, v, sv)
		require.Equal(t, w, sw)

		votes, others := uint32(0), 0
		for _, r := range revealed {
			switch r {
			case quorum.NoResult:
			case w:
				votes++
			default:
				others++
			}
		}
		require.Equal(t, v == quorum.Agreed, votes >= k)
		if v == quorum.Agreed && (role == quorum.Primary || role == quorum.Redraw) {
			require.Zero(t, others)
		}

		swung := slices.Clone(revealed)
		swung[rapid.IntRange(0, len(swung)-1).Draw(t, "seat")] = rapid.IntRange(quorum.NoResult, 4).Draw(t, "vote")
		if v2, w2 := quorum.Decide(role, seats, audits, swung); v == quorum.Agreed && v2 == quorum.Agreed && len(revealed) > 1 {
			if audits == 0 || seats > 1 { // of one seat and its audit, each is a quorum alone
				require.Equal(t, w, w2)
			}
		}
	})
}

// TestAuditOnlyAddsDoubt: the audit seat never makes a round agree on another result than it would without, and never
// makes an agreed one stall; it can split it. It can take the place of a seat that stayed away.
func TestAuditOnlyAddsDoubt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		role := quorum.Role(rapid.Uint32Range(1, 2).Draw(t, "role"))
		seats := rapid.Uint32Range(1, 9).Draw(t, "seats")
		revealed := rapid.SliceOfN(rapid.IntRange(quorum.NoResult, 1), int(seats), int(seats)).Draw(t, "revealed")
		before, winner := quorum.Decide(role, seats, 0, revealed)
		audit := rapid.IntRange(quorum.NoResult, 2).Draw(t, "audit")
		after, newWinner := quorum.Decide(role, seats, 1, append(slices.Clone(revealed), audit))
		switch {
		case before == quorum.Split:
			require.Equal(t, quorum.Split, after)
		case before == quorum.Agreed && (audit == quorum.NoResult || audit == winner):
			require.Equal(t, quorum.Agreed, after)
			require.Equal(t, winner, newWinner)
		case before == quorum.Agreed:
			require.Equal(t, quorum.Split, after)
		case audit == quorum.NoResult:
			require.Equal(t, quorum.Stalled, after)
		}
	})
}

// TestTotal: which rounds may have an audit, and how many seats they then have.
func TestTotal(t *testing.T) {
	for role := quorum.Role(0); role <= 5; role++ {
		for seats := uint32(0); seats <= 9; seats++ {
			n, _ := quorum.Need(role, seats)
			require.Equal(t, n, quorum.Total(role, seats, 0))
			want := uint32(0)
			if n > 0 && (role == quorum.Primary || role == quorum.Redraw) {
				want = n + 1
			}
			require.Equal(t, want, quorum.Total(role, seats, 1))
			require.Zero(t, quorum.Total(role, seats, quorum.MaxAudits+1))
		}
	}
}

// TestCanRevealExactlyWhenAgreementIsPossible: with k or more commitments some reveals agree, with fewer none can.
func TestCanRevealExactlyWhenAgreementIsPossible(t *testing.T) {
	for role := quorum.Role(0); role <= 5; role++ {
		for seats := uint32(0); seats <= 9; seats++ {
			n, _ := quorum.Need(role, seats)
			for committed := uint32(0); committed <= n; committed++ {
				revealed := make([]int, n)
				for i := range revealed {
					if uint32(i) >= committed {
						revealed[i] = quorum.NoResult
					}
				}
				v, _ := quorum.Decide(role, seats, 0, revealed)
				require.Equal(t, v == quorum.Agreed, quorum.CanReveal(role, seats, committed), "role %d, %d of %d", role, committed, n)
			}
		}
	}
}
