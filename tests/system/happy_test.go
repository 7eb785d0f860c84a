package system

import (
	"slices"
	"testing"

	"github.com/aichain/aichain/tests/localnet"
)

// happy asks once and follows the money.
func (c *cast) happy(t *testing.T) {
	requester := c.Addresses["happy"]
	had, purses := c.Chain.Balance(t, requester), c.Purses(t)
	a := c.Ask(t, "happy", "nano", "happy").Right(t)
	if a.Reason != "agreed" || len(a.Providers) != 3 || len(slices.Compact(slices.Sorted(slices.Values(a.Providers)))) != 3 {
		t.Fatalf("expected three different providers to agree, got %s", a.Said)
	}
	if spent := had - c.Chain.Balance(t, requester); spent != a.Paid+a.Fee {
		t.Errorf("the requester spent %d uaic, expected %d paid and %d of fee", spent, a.Paid, a.Fee)
	}
	dues, earned := c.DuesOf(t, a.TaskID), uint64(0)
	for name, now := range c.Purses(t) {
		got := now.Balance - purses[name].Balance
		if want := dues[c.Addresses[name]].Earned; got != want {
			t.Errorf("%s earned %d uaic, expected %d", name, got, want)
		}
		earned += got
	}
	if earned != a.ToSeats {
		t.Errorf("the workers earned %d uaic, expected %d", earned, a.ToSeats)
	}
	t.Logf("%d blocks from post to settlement", a.Heights.Settled-a.Heights.Posted)
}

// quickTasks are asked by four requesters, three times each.
const (
	quickRounds   = 3
	quickAskers   = 4
	mostBlocks    = 8
	blocksToMatch = 2 // of them, by protocol: the beacon is drawn after the post
)

// quick measures how many blocks an answer takes.
func (c *cast) quick(t *testing.T) {
	var blocks []int64
	for round := range quickRounds {
		var asked []*localnet.Question
		for i := range quickAskers {
			asked = append(asked, c.Ask(t, quickName(i), "nano", quickName(round)))
		}
		for _, q := range asked {
			a := q.Right(t)
			blocks = append(blocks, a.Heights.Settled-a.Heights.Posted)
		}
	}
	slices.Sort(blocks)
	median := blocks[len(blocks)/2]
	t.Logf("blocks from post to settlement of %d tasks: median %d, all %v", len(blocks), median, blocks)
	if blocks[0] <= blocksToMatch || median > mostBlocks {
		t.Errorf("expected a median of at most %d blocks, and each above %d, got %v", mostBlocks, blocksToMatch, blocks)
	}
}

func quickName(i int) string { return "quick" + string(rune('0'+i)) }
