package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/aichain/aichain/x/compute/types"
)

func storeMeter() storetypes.GasMeter { return storetypes.NewInfiniteGasMeter() }

func TestCancelTask(t *testing.T) {
	f := newFixture(t)
	f.market(3, modelA)
	f.ok(post("a", "b"))
	cancel := func(who string, id uint64) *types.MsgCancelTask {
		return &types.MsgCancelTask{Requester: account(who), TaskId: id}
	}
	f.refused(types.ErrUnknownTask, cancel("alice", 3))
	f.refused(types.ErrNotOwner, cancel("mallory", 1))
	f.ok(cancel("alice", 1))
	require.NoError(t, f.k.Invariants(f.ctx))
	one := f.task(1)
	require.Equal(t, types.TASK_STATUS_REFUNDED, one.Status)
	require.Equal(t, types.REASON_TASK_CANCELLED, one.Reason)
	require.Equal(t, [2]uint64{10, 1010}, [2]uint64{one.CloseHeight, one.NextHeight})
	f.refused(types.ErrCannotCancel, cancel("alice", 1))
	f.endBlocks(12)
	f.refused(types.ErrCannotCancel, cancel("alice", 2))
	_, err := f.do(cancel("alice", 2))
	require.ErrorContains(t, err, "expected OPEN, got MATCHED")
	f.again(2, types.SEAT_ROLE_REDRAW)
	f.refused(types.ErrCannotCancel, cancel("alice", 2))
}

func TestUpdateParams(t *testing.T) {
	f := newFixture(t)
	p := types.DefaultParams()
	f.refusedWith(types.ErrBadParams, &types.MsgUpdateParams{Authority: account("gov"), Params: types.Params{}})
	hasty := p
	hasty.ChallengeWindow = 2*p.CommitWindow - 1
	f.refusedWith(types.ErrBadParams, &types.MsgUpdateParams{Authority: account("gov"), Params: hasty})
	before := f.dump(f.ctx)
	_, err := f.do(&types.MsgUpdateParams{Authority: account("mallory"), Params: p})
	require.ErrorContains(t, err, "invalid authority")
	require.Equal(t, before, f.dump(f.ctx))
	p.MatchBudget = 7
	f.ok(&types.MsgUpdateParams{Authority: account("gov"), Params: p})
	got, err := f.k.Params(f.ctx)
	require.NoError(t, err)
	require.Equal(t, p, got)
	least, err := f.k.MinBond(f.ctx)
	require.NoError(t, err)
	require.Equal(t, uint64(testBond), least)
}
