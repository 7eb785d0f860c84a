package dispute_test

import (
	"bufio"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/aichain/aichain/rules/dispute"
)

var phases = map[string]dispute.Phase{
	"QUEUED": dispute.Queued, "TRACE_DUE": dispute.TraceDue, "CHOICE_DUE": dispute.ChoiceDue, "CHILDREN_DUE": dispute.ChildrenDue,
	"CHUNK_DUE": dispute.ChunkDue, "STEP_DUE": dispute.StepDue, "RESOLVED": dispute.Resolved,
}

var moves = map[string]dispute.Move{
	"BEGIN": dispute.Begin, "POST_TRACE": dispute.PostTrace, "CHOOSE_NODE": dispute.ChooseNode, "CHOOSE_CHUNK": dispute.ChooseChunk,
	"POST_CHILDREN": dispute.PostChildren, "POST_CHUNK": dispute.PostChunk, "POST_STEP": dispute.PostStep,
}

var sides = map[string]dispute.Side{"-": dispute.Nobody, "SOLVER": dispute.Solver, "CHALLENGER": dispute.Challenger}

// eachCase calls f with the words of every line that is neither empty nor a comment.
func eachCase(t *testing.T, file string, f func(t *testing.T, words []string)) {
	t.Helper()
	table, err := os.Open("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := table.Close(); err != nil {
			t.Error(err)
		}
	}()
	n := 0
	for s := bufio.NewScanner(table); s.Scan(); {
		if line := s.Text(); line != "" && line[0] != '#' {
			n++
			t.Run(line, func(t *testing.T) { f(t, strings.Fields(line)) })
		}
	}
	if n == 0 {
		t.Fatal("no cases")
	}
}

func TestMoves(t *testing.T) {
	eachCase(t, "moves.txt", func(t *testing.T, w []string) {
		if got := phases[w[0]].Turn(); got != sides[w[1]] {
			t.Errorf("turn of %d", got)
		}
		next, err := dispute.Next(phases[w[0]], moves[w[2]])
		if w[3] == "refused" {
			if !errors.Is(err, dispute.ErrMove) || next != phases[w[0]] {
				t.Errorf("%d %v", next, err)
			}
		} else if err != nil || next != phases[w[3]] {
			t.Errorf("%d %v", next, err)
		}
	})
}

// Each phase that is someone's turn has one move that leads on, two where a child is
// chosen; every other pair of phase and move is refused.
func TestEveryOtherMoveIsRefused(t *testing.T) {
	legal := 0
	for p := dispute.Phase(0); p < 10; p++ {
		for m := dispute.Move(0); m < 10; m++ {
			if _, err := dispute.Next(p, m); err == nil {
				legal++
			}
		}
	}
	if legal != 7 {
		t.Fatalf("%d legal moves", legal)
	}
}

func TestSilenceLoses(t *testing.T) {
	for name, p := range phases {
		turn, winner := p.Turn(), dispute.TimeOut(p)
		if turn == dispute.Nobody != (winner == dispute.Nobody) || turn != dispute.Nobody && winner == turn {
			t.Errorf("%s: turn %d, winner %d", name, turn, winner)
		}
	}
	if dispute.Judge(true) != dispute.Challenger || dispute.Judge(false) != dispute.Solver {
		t.Error("the step decides the wrong way")
	}
}

func TestDeadline(t *testing.T) {
	d := dispute.Deadline(100, 20)
	if !dispute.IsInTime(119, d) || !dispute.IsInTime(120, d) || dispute.IsInTime(121, d) {
		t.Error("a move is accepted up to the deadline")
	}
	if dispute.Deadline(math.MaxUint64-3, 20) != math.MaxUint64 {
		t.Error("a deadline wrapped")
	}
}

func TestLeftmost(t *testing.T) {
	list := func(s string) (out [][32]byte) {
		for _, c := range []byte(s) {
			out = append(out, [32]byte{c})
		}
		return out
	}
	eachCase(t, "leftmost.txt", func(t *testing.T, w []string) {
		got, differs := dispute.Leftmost(list(w[0]), list(w[1]))
		if w[2] == "-" != !differs || differs && fmt.Sprint(got) != w[2] {
			t.Errorf("%d %v", got, differs)
		}
	})
}

func TestWindows(t *testing.T) {
	eachCase(t, "windows.txt", func(t *testing.T, w []string) {
		var n [3]uint64
		for i := range n {
			var err error
			if n[i], err = strconv.ParseUint(w[i], 10, 64); err != nil {
				t.Fatal(err)
			}
		}
		move, trace := dispute.Windows(n[0], n[1], n[2])
		if got := fmt.Sprint(move, " ", trace); got != w[4]+" "+w[5] {
			t.Errorf("got %s", got)
		}
	})
}

func TestSpoils(t *testing.T) {
	eachCase(t, "spoils.txt", func(t *testing.T, w []string) {
		var n [4]uint64
		for i := range n {
			var err error
			if n[i], err = strconv.ParseUint(w[i], 10, 64); err != nil {
				t.Fatal(err)
			}
		}
		if winner, burned := dispute.Spoils(n[0], n[1]); winner != n[2] || burned != n[3] {
			t.Errorf("%d %d", winner, burned)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		stake, bps := rapid.Uint64().Draw(t, "stake"), rapid.Uint64Range(0, 12_000).Draw(t, "bps")
		if winner, burned := dispute.Spoils(stake, bps); winner+burned != stake || winner > stake {
			t.Fatalf("%d and %d of %d", winner, burned, stake)
		}
	})
}

func TestDecide(t *testing.T) {
	outcomes := map[string]dispute.Outcome{"WAIT": dispute.Wait, "SETTLE": dispute.Settle, "REDRAW": dispute.Redraw, "VOTE": dispute.Vote}
	standings := map[string]dispute.Standing{"o": dispute.Open, "s": dispute.Survived, "x": dispute.Overthrown, "i": dispute.Indefensible}
	eachCase(t, "decide.txt", func(t *testing.T, w []string) {
		var results []dispute.Standing
		for w[0] != "->" {
			results, w = append(results, standings[w[0]]), w[1:]
		}
		want := -1
		if len(w) == 3 {
			want = int(w[2][0] - '0')
		}
		if got, at := dispute.Decide(results); got != outcomes[w[1]] || at != want {
			t.Errorf("%d %d", got, at)
		}
	})
}
