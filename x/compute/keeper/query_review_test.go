package keeper

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aichain/aichain/x/compute/types"
)

// TestTasksByProviderIsBounded: twenty busy blocks are thousands of tasks with their prompts; a page ends after 200 and
// the next begins where it ended.
func TestTasksByProviderIsBounded(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	for i := range 3 {
		f.offer(provider(i), modelA, 1000, 2000, 1_000)
	}
	f.setParams(func(p *types.Params) { p.MinSeatLien, p.SeatLienMultiple = 1, 1 })
	const perBlock, blocks = 60, 6
	for b := range blocks {
		for i := range perBlock {
			f.ok(post(fmt.Sprintf("%d-%d", b, i)))
		}
		f.endBlock()
	}
	f.endBlocks(f.ctx.BlockHeight() + 3)
	seen, pages := map[uint64]bool{}, 0
	for req := (&query.PageRequest{Limit: 20}); req != nil; pages++ {
		r, err := f.q.TasksByProvider(f.ctx, &types.QueryTasksByProviderRequest{Provider: provider(1), Pagination: req})
		require.NoError(t, err)
		require.Less(t, len(r.Tasks), maxPage+perBlock)
		for _, task := range r.Tasks {
			require.False(t, seen[task.Id])
			seen[task.Id] = true
		}
		req = nil
		if len(r.Pagination.NextKey) > 0 {
			req = &query.PageRequest{Limit: 20, Key: r.Pagination.NextKey}
		}
	}
	require.Len(t, seen, perBlock*blocks)
	require.Equal(t, 2, pages)
}

// TestLongIdsAreNotEchoed: an id as long as a transaction would come back twice as long in the error of each message.
func TestLongIdsAreNotEchoed(t *testing.T) {
	f := newFixture(t)
	f.market(1, modelA)
	long := bytes.Repeat([]byte{7}, 1<<20)
	_, err := f.do(&types.MsgRemoveOffer{Provider: provider(0), ModelId: long})
	require.ErrorIs(t, err, types.ErrBadModelID)
	require.Less(t, len(err.Error()), 1_000)
	err = f.k.checkParents(f.ctx, &types.MsgPublishModel{ModelId: modelA, Parents: [][]byte{long}})
	require.ErrorIs(t, err, types.ErrBadParents)
	require.Less(t, len(err.Error()), 1_000)
}
