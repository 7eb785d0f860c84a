package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aichain/aichain/x/compute/types"
)

// settled is a fixture with a canonical task that was settled in block 13.
func settled(t *testing.T) *fixture {
	t.Helper()
	f := newFixture(t)
	f.market(3, modelC)
	f.ok(canonical("a"))
	f.endBlocks(12)
	f.settle(1)
	return f
}

func TestOverturn(t *testing.T) {
	f := settled(t)
	want := f.task(1)
	f.endBlocks(50)
	f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
	require.NoError(t, f.k.Overturn(f.ctx, 1))
	want.Status, want.Reason = types.TASK_STATUS_OVERTURNED, types.REASON_TASK_OVERTURNED
	require.Equal(t, want, f.task(1), "all else stays: root, length, heights")
	require.Equal(t, modelA, f.task(1).ResultRoot)
	require.Equal(t, []string{"EventTaskOverturned"}, f.events())
	require.NoError(t, f.k.Invariants(f.ctx))

	f.endBlocks(1012)
	require.Equal(t, types.TASK_STATUS_OVERTURNED, f.status(1), "B-1")
	f.endBlock()
	_, err := f.k.Task(f.ctx, 1)
	require.ErrorIs(t, err, types.ErrUnknownTask, "it leaves when it would have left")
}

func TestOnlyASettledRefereedResultIsOverturned(t *testing.T) {
	f := newFixture(t)
	f.market(9, modelC)
	for i := range 9 {
		f.offer(provider(i), modelA, 1000, 2000, 3)
	}
	f.ok(canonical("settled", "matched", "open"))
	f.ok(post("no referee"))
	f.ok(&types.MsgCancelTask{Requester: account("alice"), TaskId: 3})
	f.endBlocks(12)
	f.settle(1)
	f.settle(4)
	f.ok(canonical("open too"))
	require.NoError(t, f.k.Overturn(f.ctx, 1))
	before := f.dump(f.ctx)
	for id, why := range map[uint64]string{1: "once", 2: "matched", 3: "refunded", 4: "no referee", 5: "open"} {
		require.ErrorIs(t, f.k.Overturn(f.ctx, id), types.ErrWrongStatus, why)
	}
	require.ErrorIs(t, f.k.Overturn(f.ctx, 9), types.ErrUnknownTask)
	overturned := types.Closing{Status: types.TASK_STATUS_OVERTURNED, Reason: types.REASON_TASK_OVERTURNED}
	for id := uint64(1); id <= 5; id++ {
		require.ErrorIs(t, f.k.Close(f.ctx, id, overturned), types.ErrWrongStatus, "not by the way of a close")
	}
	refunded := types.Closing{Status: types.TASK_STATUS_REFUNDED, Reason: types.REASON_TASK_UNDECIDED}
	require.ErrorIs(t, f.k.Close(f.ctx, 1, refunded), types.ErrWrongStatus)
	require.Equal(t, before, f.dump(f.ctx))
}

// A task whose removal failed can be overturned too, and leaves when its removal is tried again.
func TestAParkedTaskIsOverturned(t *testing.T) {
	f := settled(t)
	f.r.poison[1] = true
	f.endBlocks(1013)
	require.Zero(t, f.task(1).NextHeight)
	require.NoError(t, f.k.Overturn(f.ctx, 1))
	require.NoError(t, f.k.Invariants(f.ctx))
	delete(f.r.poison, 1)
	f.ok(&types.MsgRetryParked{Sender: account("bob"), TaskId: 1})
	f.endBlocks(1016)
	_, err := f.k.Task(f.ctx, 1)
	require.ErrorIs(t, err, types.ErrUnknownTask)
}

func TestATaskUnderDisputeIsNotPruned(t *testing.T) {
	f := settled(t)
	f.r.disputed[1] = true
	f.endBlocks(1012)
	before := f.dump(f.ctx)
	f.endBlock() // B
	after := f.dump(f.ctx)
	changed := 0
	for key := range after {
		if after[key] != before[key] {
			changed++
		}
	}
	require.Equal(t, 2, changed, "the task notes when it is tried again, and its place on the agenda moves")
	require.Len(t, after, len(before))
	require.Equal(t, uint64(1021), f.task(1).NextHeight)
	parked, err := f.k.parked.Has(f.ctx, 1)
	require.NoError(t, err)
	require.False(t, parked)
	f.endBlocks(1021)
	require.Equal(t, uint64(1029), f.task(1).NextHeight, "as often as it takes")
	f.r.disputed[1] = false
	f.endBlocks(1028)
	require.Equal(t, types.TASK_STATUS_SETTLED, f.status(1), "B-1")
	f.endBlock()
	_, err = f.k.Task(f.ctx, 1)
	require.ErrorIs(t, err, types.ErrUnknownTask)
}

// Tasks that cannot leave yet use the budget of a block once in eight, and never hold the others up for good.
func TestTasksUnderDisputeDoNotStarveTheOthers(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.setParams(func(p *types.Params) { p.PruneBudget = 2 })
	f.ok(post("a", "b", "c", "d", "e", "f"))
	for id := uint64(1); id <= 6; id++ {
		f.ok(&types.MsgCancelTask{Requester: account("alice"), TaskId: id})
		f.r.disputed[id] = id <= 3
	}
	for _, h := range []struct {
		at   int64
		left uint64
	}{{1010, 6}, {1011, 5}, {1012, 3}, {1040, 3}} {
		f.endBlocks(h.at)
		n, err := size(f.ctx, f.k.tasks)
		require.NoError(t, err)
		require.Equal(t, h.left, n, "after block %d", h.at)
	}
}

func TestTheStoryOfARefereedTask(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelC)
	f.ok(canonical("a"))
	f.endBlocks(12)
	f.r.status = types.TASK_STATUS_SPLIT
	story := func() (string, uint64) { s := f.story(1); return s.Next, s.NextHeight }
	next, at := story()
	require.Equal(t, "results differ: the referee finds out which is right; the next move of a dispute is due by block 42", next)
	require.EqualValues(t, 42, at)
	require.Equal(t, types.TASK_STATUS_SPLIT, f.story(1).Progress.Status)

	f.settle(1)
	next, at = story()
	require.Equal(t, "is closed; any provider that had no seat on it can challenge its result until block 113; leaves the state in block 1013", next)
	require.EqualValues(t, 113, at)
	f.r.disputed[1] = true
	next, at = story()
	require.Equal(t, "is closed; its result is challenged: the next move or decision is due by block 77", next)
	require.EqualValues(t, 77, at)
	delete(f.r.disputed, 1)
	f.ctx = f.ctx.WithBlockHeight(112)
	_, at = story()
	require.EqualValues(t, 113, at, "B-1: block 113 can still bring a challenge")
	f.ctx = f.ctx.WithBlockHeight(113)
	next, at = story()
	require.Equal(t, "is closed; leaves the state in block 1013", next, "B: it could not any more")
	require.EqualValues(t, 1013, at)
	require.NoError(t, f.k.Overturn(f.ctx, 1))
	next, _ = story()
	require.Equal(t, "is closed: its result was proved wrong after the settlement, and the payer was given back what it had cost; leaves the state in block 1013", next)
}

func TestHowTheRefereeEndedATask(t *testing.T) {
	closed := types.Task{Status: types.TASK_STATUS_SETTLED, Reason: types.REASON_TASK_REFEREED, NextHeight: 9}
	words, at := next(closed, types.Progress{}, 5)
	require.Equal(t, "is closed: the results differed and the referee left one; leaves the state in block 9", words)
	require.EqualValues(t, 9, at)
	closed.Status, closed.Reason = types.TASK_STATUS_REFUNDED, types.REASON_TASK_NONE_STOOD
	words, _ = next(closed, types.Progress{}, 5)
	require.Equal(t, "is closed: the results differed and the referee left none, twice; leaves the state in block 9", words)
	words, at = next(types.Task{Status: types.TASK_STATUS_MATCHED}, types.Progress{}, 5)
	require.Empty(t, words, "nothing is known of its round")
	require.Zero(t, at)
}

// Tasks whose results differ wait for a panel, on the agenda, or are before the referee, in a round.
func TestSplitTasksAreFoundInBothLists(t *testing.T) {
	f := newFixture(t)
	f.market(30, modelC)
	f.ok(canonical("", "", "", "", ""))
	f.endBlocks(12)
	f.again(2, types.SEAT_ROLE_PANEL)
	f.again(4, types.SEAT_ROLE_PANEL)
	f.settle(5)
	require.NoError(t, f.k.Overturn(f.ctx, 5))
	f.r.status = types.TASK_STATUS_SPLIT
	list := func(s types.TaskStatus) (ids []uint64) {
		pages(t, 1, func(p *query.PageRequest) (*query.PageResponse, error) {
			r, err := f.q.TasksByStatus(f.ctx, &types.QueryTasksByStatusRequest{Status: s, Pagination: p})
			for _, one := range r.GetTasks() {
				ids = append(ids, one.Id)
			}
			return r.GetPagination(), err
		})
		return ids
	}
	require.Equal(t, []uint64{2, 4, 1, 3}, list(types.TASK_STATUS_SPLIT))
	require.Equal(t, []uint64{5}, list(types.TASK_STATUS_OVERTURNED))
	require.Empty(t, list(types.TASK_STATUS_SETTLED))
	_, err := f.q.TasksByStatus(f.ctx, &types.QueryTasksByStatusRequest{
		Status: types.TASK_STATUS_SPLIT, Pagination: &query.PageRequest{Key: []byte{9}},
	})
	require.ErrorIs(t, err, types.ErrBadPage)
}
