package task_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/rules/task"
)

var all = []task.Status{task.Open, task.Matched, task.Split, task.Stalled, task.Settled, task.Refunded, task.Overturned}

// cases reads a table: one case a line, comments and blank lines left out.
func cases(t *testing.T, file string) []string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	require.NoError(t, err)
	var out []string
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

func status(t *testing.T, name string) task.Status {
	t.Helper()
	for _, s := range all {
		if s.String() == strings.TrimSpace(name) {
			return s
		}
	}
	t.Fatalf("no status is called %q", name)
	return 0
}

func TestMoves(t *testing.T) {
	legal := map[[2]task.Status]bool{}
	for _, line := range cases(t, "moves.txt") {
		move, answer, _ := strings.Cut(line, "|")
		from, to, _ := strings.Cut(move, "->")
		pair := [2]task.Status{status(t, from), status(t, to)}
		legal[pair] = strings.TrimSpace(answer) == "yes"
	}
	for _, from := range append(all, 0, 3, 4, 5) {
		for _, to := range append(all, 0, 3, 4, 5) {
			require.Equal(t, legal[[2]task.Status{from, to}], task.CanMove(from, to), "%s -> %s", from, to)
		}
	}
}

func TestEveryStatusIsOneOfThree(t *testing.T) {
	for _, s := range all {
		n := 0
		for _, is := range []bool{s.Waits(), s.Closed(), s == task.Matched} {
			if is {
				n++
			}
		}
		require.Equal(t, 1, n, s)
	}
}

func TestOnlyAnUntouchedTaskIsCancelled(t *testing.T) {
	for _, s := range all {
		for round := range uint32(3) {
			require.Equal(t, s == task.Open && round == 0, task.CanCancel(s, round), "%s round %d", s, round)
		}
	}
}

func TestHeights(t *testing.T) {
	for _, line := range cases(t, "heights.txt") {
		call, want, _ := strings.Cut(line, "->")
		f := strings.Fields(call)
		n := make([]uint64, 3)
		for i, a := range f[1:] {
			var err error
			n[i], err = strconv.ParseUint(a, 10, 64)
			require.NoError(t, err)
		}
		var got uint64
		switch f[0] {
		case "FirstDraw":
			got = task.FirstDraw(n[0])
		case "Expire":
			got = task.Expire(n[0], n[1])
		case "Prune":
			got = task.Prune(n[0], n[1], n[2])
		case "PruneAgain":
			got = task.PruneAgain(n[0])
		case "ChallengeUntil":
			got = task.ChallengeUntil(n[0], n[1])
		case "Backoff":
			got = task.Backoff(uint32(n[0]))
		case "NextDraw":
			got = task.NextDraw(n[0], uint32(n[1]), n[2])
		default:
			t.Fatal(f[0])
		}
		require.Equal(t, strings.TrimSpace(want), strconv.FormatUint(got, 10), line)
	}
}
