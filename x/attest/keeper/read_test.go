package keeper

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/x/attest/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// TestMessagesUseWhatTheCheckHasRead: with a place for the rounds that the fee check reads, commits and reveals do to the
// bit what they do without, and use each list once. A message that was not checked reads for itself.
func TestMessagesUseWhatTheCheckHasRead(t *testing.T) {
	play := func(wrap func(sdk.Context) sdk.Context, check bool) string {
		f := newFixture(t)
		for id := uint64(1); id <= 3; id++ {
			f.newTask(id, 0, 1, 2)
		}
		send := func(n int, msg sdk.Msg) {
			f.ctx = wrap(f.ctx)
			if check {
				require.NoError(t, f.free(msg))
			}
			var err error
			switch m := msg.(type) {
			case *types.MsgCommitResult:
				_, err = f.msgs.CommitResult(f.ctx, m)
			case *types.MsgRevealResult:
				_, err = f.msgs.RevealResult(f.ctx, m)
			}
			require.NoError(t, err, n)
			require.Nil(t, types.ReadRoundsIn(f.ctx).Take(msg), "used once")
		}
		for n := range 3 {
			send(n, commitsOf(n, f.commitOf(1, n, 8), f.commitOf(2, n, 8), f.commitOf(3, n, 9)))
		}
		f.at(heightOf(f.ctx) + 1)
		for n := range 3 {
			send(n, revealsOf(n, f.revealOf(1, n, 8), f.revealOf(3, n, 9)))
			send(n, revealsOf(n, f.revealOf(2, n, 8)))
		}
		return f.dump()
	}
	plain := func(ctx sdk.Context) sdk.Context { return ctx }
	want := play(plain, false)
	require.Equal(t, want, play(plain, true))
	require.Equal(t, want, play(types.WithReadRounds, true))
	require.Equal(t, want, play(types.WithReadRounds, false))
}

// TestWhatWasReadIsOfItsOwnItems: rounds of other tasks than a message names are not taken for them.
func TestWhatWasReadIsOfItsOwnItems(t *testing.T) {
	f := newFixture(t)
	f.newTask(1, 0, 1, 2)
	f.newTask(2, 0, 1, 2)
	f.ctx = types.WithReadRounds(f.ctx)
	msg := commitsOf(0, f.commitOf(2, 0, 8))
	types.ReadRoundsIn(f.ctx).Keep(msg, []types.Round{f.round(1)})
	_, err := f.msgs.CommitResult(f.ctx, msg)
	require.NoError(t, err)
	r := f.round(2)
	require.True(t, r.Seats[0].HasCommitted())
	r = f.round(1)
	require.False(t, r.Seats[0].HasCommitted())
}
