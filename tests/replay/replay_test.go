package replay

import (
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/tests/sim"
)

var rewrite = flag.Bool("rewrite", false, "record the blocks anew")

// What is recorded: 1 000 blocks of which the last do without new work, so that tasks are pruned, too.
const (
	seed  = 2
	busy  = 880
	quiet = 120
)

const (
	blocksFile = "testdata/blocks.gz"
	goldenFile = "testdata/golden.txt"
)

// mustHold are events without which a recording shows too little.
var mustHold = []string{
	"EventTasksPosted", "EventTaskMatched", "EventResultsCommitted", "EventResultsRevealed", "EventVerdict", "EventTaskSettled",
	"EventSeatSlashed", "EventAuditSeated", "EventCaseOpened", "EventDisputeOpened", "EventDisputeMoved", "EventStepComputed",
	"EventDisputeResolved", "EventCaseClosed", "EventTaskOverturned", "EventBeaconSkipped", "EventTaskPruned", "EventVrfKeyRegistered", passed,
}

// TestReplay runs the recording and compares.
func TestReplay(t *testing.T) {
	if *rewrite {
		require.NoError(t, write(blocksFile, sim.Record(t, seed, busy, quiet)))
	}
	r, err := read(blocksFile)
	require.NoError(t, err)
	require.Len(t, r.Blocks, busy+quiet)
	s := play(t, r)
	for _, name := range mustHold {
		require.NotZero(t, s.events[name], "the recording lacks %s: record another seed", name)
	}
	if *rewrite {
		require.NoError(t, os.WriteFile(goldenFile, []byte(s.String()), 0o644))
	}
	want, err := os.ReadFile(goldenFile)
	require.NoError(t, err)
	require.Equal(t, string(want), s.String(), "see doc.go on what a difference means")
}
