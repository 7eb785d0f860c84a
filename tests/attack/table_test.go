package attack

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"text/tabwriter"
)

// attackCase is one attack of the list. Its play fills the report; a row out of tolerance fails the test.
type attackCase struct {
	name string
	play func(r *report)
}

// attacks in the order of the protocol's list.
var attacks = []attackCase{
	{"copycat commit", copycat},
	{"dictionary on yes/no", dictionary},
	{"look, then withhold", withhold},
	{"replay of a commit", replay},
	{"equivocation", equivocation},
	{"two of three collude, voted", twoOfThreeVoted},
	{"two of three collude", twoOfThree},
	{"three of three collude", threeOfThree},
	{"audit foreseen", foreseenAudit},
	{"audits stuffed", stuffedAudits},
	{"requester grinds ids", grindIDs},
	{"requester and proposer", requesterAndProposer},
	{"block-hash seed", blockHashSeed},
	{"sybil split into 100", sybil},
	{"stake out after forging", stakeOut},
	{"trade with oneself for emission", selfDealing},
	{"oversize", oversize},
	{"many deadlines at once", manyDeadlines},
	{"poisoned item", poisonedItem},
	{"flood of free messages", flood},
	{"flood of paid transactions", paidFlood},
	{"free messages that fail", freeFailures},
	{"tasks that nobody can take", unmatchable},
	{"games through the chain", gamesThroughTheChain},
	{"spam challenges", spamChallenges},
	{"friendly self-challenge", friendlyChallenge},
	{"step that proves nothing", uselessSteps},
	{"replay of a move", replayedMove},
	{"free moves that fail", failingMoves},
	{"many disputes at once", manyDisputes},
	{"node killed and replayed", crashes},
	{"export and import", exports},
}

// row is one line of the table.
type row struct {
	attack, what, predicted, seen, tolerance string
	held                                     bool
}

// report gathers the rows of one attack.
type report struct {
	*testing.T
	attack string
	rows   []row
}

func (r *report) add(what, predicted, seen, tolerance string, held bool) {
	r.Helper()
	r.rows = append(r.rows, row{r.attack, what, predicted, seen, tolerance, held})
	if !held {
		r.Errorf("%s: predicted %s, seen %s, tolerance %s", what, predicted, seen, tolerance)
	}
}

// exact wants seen to be what was predicted.
func (r *report) exact(what string, predicted, seen any) {
	r.Helper()
	p, s := fmt.Sprint(predicted), fmt.Sprint(seen)
	r.add(what, p, s, "exact", p == s)
}

// share wants a frequency in trials to be the predicted chance within four standard deviations, which a sound
// build exceeds once in 16 000 runs; the seeds are fixed, so it either always does or never.
func (r *report) share(what string, chance float64, hits, trials int) {
	r.Helper()
	seen := float64(hits) / float64(trials)
	tol := 4 * math.Sqrt(math.Max(chance*(1-chance), 1/float64(trials))/float64(trials))
	r.add(what, fmt.Sprintf("%.4f", chance), fmt.Sprintf("%.4f of %d", seen, trials),
		fmt.Sprintf("± %.4f (4σ)", tol), math.Abs(seen-chance) <= tol)
}

// most wants seen to be at most limit.
func (r *report) most(what string, limit, seen float64, unit string) {
	r.Helper()
	r.add(what, fmt.Sprintf("≤ %.4g%s", limit, unit), fmt.Sprintf("%.4g%s", seen, unit), "bound", seen <= limit)
}

// least wants seen to be at least limit.
func (r *report) least(what string, limit, seen float64, unit string) {
	r.Helper()
	r.add(what, fmt.Sprintf("≥ %.4g%s", limit, unit), fmt.Sprintf("%.4g%s", seen, unit), "bound", seen >= limit)
}

// TestAttackTable plays all attacks and prints one table.
func TestAttackTable(t *testing.T) {
	var rows []row
	for _, a := range attacks {
		t.Run(strings.ReplaceAll(a.name, " ", "_"), func(t *testing.T) {
			r := &report{T: t, attack: a.name}
			a.play(r)
			if len(r.rows) == 0 {
				t.Error("an attack without a figure")
			}
			rows = append(rows, r.rows...)
		})
	}
	printTable(rows)
}

func printTable(rows []row) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "case\twhat\tpredicted\tseen\ttolerance\tverdict")
	last := ""
	for _, r := range rows {
		verdict, name := "holds", r.attack
		if !r.held {
			verdict = "BROKEN"
		}
		if name == last {
			name = ""
		}
		last = r.attack
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", name, r.what, r.predicted, r.seen, r.tolerance, verdict)
	}
	_ = w.Flush()
}
