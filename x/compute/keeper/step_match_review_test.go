package keeper

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/x/compute/types"
)

// TestPanelsAreNotDrownedByPosts: a liar that fears the panel posts more tasks than the draws of a block can look at.
// The panel is drawn when it is due all the same; else it would expire and nobody would be found wrong.
func TestPanelsAreNotDrownedByPosts(t *testing.T) {
	f := newFixture(t)
	f.market(9, modelA)
	for i := range 9 {
		f.offer(provider(i), modelA, 1000, 2000, 100)
	}
	f.ok(post("a"))
	f.endBlocks(12)
	require.Equal(t, types.TASK_STATUS_MATCHED, f.status(1))
	f.setParams(func(p *types.Params) { p.MatchBudget = 2 })
	for i := range 40 {
		f.ok(post(fmt.Sprintf("flood%d", i)))
	}
	f.endBlock() // 13
	f.again(1, types.SEAT_ROLE_PANEL)
	f.endBlocks(16)
	require.Equal(t, types.TASK_STATUS_OPEN, f.status(41), "the flood has not been looked at yet")
	require.Equal(t, types.TASK_STATUS_MATCHED, f.status(1))
	require.NotEqual(t, types.TASK_STATUS_OPEN, f.status(2), "what is left of the budget is for first draws")
}
