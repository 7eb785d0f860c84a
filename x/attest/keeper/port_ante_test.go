package keeper

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	corestore "cosmossdk.io/core/store"

	"github.com/aichain/aichain/x/attest/types"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// free asks whether the message is free in a block.
func (f *fixture) free(msg sdk.Msg) error { return f.k.FreeSeatMessage(f.ctx, msg) }

func commitsOf(n int, c ...types.Commit) *types.MsgCommitResult {
	return &types.MsgCommitResult{Provider: account(n), Commits: c}
}

func revealsOf(n int, r ...types.Reveal) *types.MsgRevealResult {
	return &types.MsgRevealResult{Provider: account(n), Reveals: r}
}

// checkState is what BaseApp gives to CheckTx after a block: a branch of the committed state that nobody writes back.
func (f *fixture) checkState() sdk.Context {
	ctx, _ := f.ctx.CacheContext()
	return ctx.WithIsCheckTx(true)
}

func TestFreeSeatMessage(t *testing.T) {
	f := newFixture(t)
	f.newTask(1, 0, 1, 2)
	f.newTask(2, 0, 1, 2)
	f.committed(3, 8)
	f.committed(4, 8)
	require.NoError(t, f.reveal(0, f.revealOf(4, 0, 8)))
	c1, c2 := f.commitOf(1, 0, 8), f.commitOf(2, 0, 8)
	r3 := f.revealOf(3, 0, 8)
	wrongSalt := f.revealOf(3, 0, 8)
	wrongSalt.Salt = make([]byte, 32)
	short := c2
	short.Commitment = make([]byte, 31)

	for _, c := range []struct {
		name string
		msg  sdk.Msg
		want error
	}{
		{"commits of an assigned seat", commitsOf(0, c1, c2), nil},
		{"reveals of an assigned seat", revealsOf(0, r3), nil},
		{"another message", &types.MsgRetryParked{Sender: account(0)}, types.ErrNotSeatMessage},
		{"nothing", commitsOf(0), types.ErrEmptyBatch},
		{"more than max_batch", commitsOf(0, append([]types.Commit{c1}, make([]types.Commit, 200)...)...), types.ErrBatchTooLarge},
		{"more than any max_batch", revealsOf(0, make([]types.Reveal, 1_001)...), types.ErrBatchTooLarge},
		{"a stranger", commitsOf(9, c1), types.ErrNotSeated},
		{"one item of a stranger's", commitsOf(0, c1, types.Commit{TaskId: 77, Commitment: make([]byte, 32)}), types.ErrRoundNotFound},
		{"the wrong round", commitsOf(0, types.Commit{TaskId: 1, Round: 1, Commitment: make([]byte, 32)}), types.ErrRoundNotFound},
		{"a task twice", commitsOf(0, c1, c2, c1), types.ErrDuplicateTask},
		{"a second commit", commitsOf(0, types.Commit{TaskId: 3, Commitment: make([]byte, 32)}), types.ErrAlreadyCommitted},
		{"a second reveal", revealsOf(0, f.revealOf(4, 0, 8)), types.ErrAlreadyRevealed},
		{"an early reveal", revealsOf(0, f.revealOf(1, 0, 8)), types.ErrNotRevealing},
		{"a commitment that would be refused", commitsOf(0, short), types.ErrInvalidCommitment},
		{"not an address", &types.MsgRevealResult{Provider: "x", Reveals: []types.Reveal{r3}}, types.ErrInvalidAddress},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := f.dump()
			require.ErrorIs(t, f.free(c.msg), c.want)
			require.ErrorIs(t, f.k.FreeSeatMessage(f.checkState(), c.msg), c.want)
			require.ErrorIs(t, f.k.FreeSeatMessage(f.checkState().WithIsReCheckTx(true), c.msg), c.want)
			require.Equal(t, before, f.dump(), "it only reads")
		})
	}
	t.Run("a reveal that does not open is refused on its first CheckTx, and by the message in a block", func(t *testing.T) {
		require.ErrorIs(t, f.k.FreeSeatMessage(f.checkState(), revealsOf(0, wrongSalt)), types.ErrCommitmentMismatch)
		require.NoError(t, f.k.FreeSeatMessage(f.checkState().WithIsReCheckTx(true), revealsOf(0, wrongSalt)))
		require.NoError(t, f.free(revealsOf(0, wrongSalt)))
		require.ErrorIs(t, f.reveal(0, wrongSalt), types.ErrCommitmentMismatch)
	})
	t.Run("it is used up by the message", func(t *testing.T) {
		require.NoError(t, f.commit(0, c1))
		require.ErrorIs(t, f.free(commitsOf(0, c1)), types.ErrAlreadyCommitted)
		require.NoError(t, f.reveal(0, r3))
		require.ErrorIs(t, f.free(revealsOf(0, r3)), types.ErrAlreadyRevealed)
	})
}

// TestFreeSeatMessageDeadline: in CheckTx the state is that of block B-1 when the message can reach block B.
func TestFreeSeatMessageDeadline(t *testing.T) {
	f := newFixture(t)
	f.newTask(1, 0, 1, 2)
	msg := commitsOf(0, f.commitOf(1, 0, 8))
	deadline := matchHeight + commitWindow
	for _, c := range []struct {
		name    string
		height  uint64
		isCheck bool
		want    error
	}{
		{"B-1", deadline - 1, false, nil},
		{"B", deadline, false, nil},
		{"B+1", deadline + 1, false, types.ErrTooLate},
		{"CheckTx after B-2", deadline - 2, true, nil},
		{"CheckTx after B-1", deadline - 1, true, nil},
		{"CheckTx after B", deadline, true, types.ErrTooLate},
	} {
		t.Run(c.name, func(t *testing.T) {
			f.at(c.height)
			ctx := f.ctx
			if c.isCheck {
				ctx = f.checkState()
			}
			require.ErrorIs(t, f.k.FreeSeatMessage(ctx, msg), c.want)
		})
	}
}

// TestFloodOfAnAssignedProvider: one free message per seat and kind waits in a mempool, whatever else a provider
// sends; marks last until the next block, are renewed by ReCheckTx, and never reach the state of a block.
func TestFloodOfAnAssignedProvider(t *testing.T) {
	f := newFixture(t)
	f.newTask(1, 0, 1, 2)
	f.newTask(2, 0, 1, 2)
	f.committed(3, 8)
	first := commitsOf(0, f.commitOf(1, 0, 8))
	other := commitsOf(0, f.commitOf(1, 0, 9))
	before := f.dump()

	check := f.checkState()
	require.NoError(t, f.k.FreeSeatMessage(check, first))
	require.NoError(t, f.k.MarkSeatMessage(check, first))
	flooded := 0
	for range 1_000 {
		if f.k.FreeSeatMessage(check, other) == nil {
			flooded++
		}
	}
	require.Zero(t, flooded, "of 1 000 more messages for the seat")
	require.ErrorIs(t, f.k.FreeSeatMessage(check, commitsOf(0, f.commitOf(2, 0, 8), f.commitOf(1, 0, 8))), types.ErrSeatMessagePending)
	require.NoError(t, f.k.FreeSeatMessage(check, commitsOf(0, f.commitOf(2, 0, 8))), "another seat of the provider")
	require.NoError(t, f.k.FreeSeatMessage(check, commitsOf(1, f.commitOf(1, 1, 8))), "the seat of another provider")

	reveal := revealsOf(0, f.revealOf(3, 0, 8))
	require.NoError(t, f.k.MarkSeatMessage(check, commitsOf(0, types.Commit{TaskId: 3})))
	require.NoError(t, f.k.FreeSeatMessage(check, reveal), "the other kind of message")
	require.NoError(t, f.k.MarkSeatMessage(check, reveal))
	require.ErrorIs(t, f.k.FreeSeatMessage(check, reveal), types.ErrSeatMessagePending)

	t.Run("two messages of one transaction", func(t *testing.T) {
		check := f.checkState()
		require.NoError(t, f.k.MarkSeatMessage(check, first))
		require.ErrorIs(t, f.k.MarkSeatMessage(check, other), types.ErrSeatMessagePending)
	})
	t.Run("blocks know nothing of it", func(t *testing.T) {
		require.NoError(t, f.free(first))
		require.NoError(t, f.k.MarkSeatMessage(f.ctx, first), "a mark outside CheckTx does nothing")
		require.Equal(t, before, f.dump())
		require.NoError(t, f.k.Invariants(f.ctx))
	})
	t.Run("a refused transaction leaves no mark", func(t *testing.T) {
		branch, _ := f.checkState().CacheContext() // BaseApp drops the branch of a failed ante handler
		require.NoError(t, f.k.MarkSeatMessage(branch, first))
		require.NoError(t, f.k.FreeSeatMessage(f.checkState(), first))
	})
	t.Run("after the next block ReCheckTx marks again", func(t *testing.T) {
		check := f.checkState()
		recheck := check.WithIsReCheckTx(true)
		require.NoError(t, f.k.FreeSeatMessage(recheck, first))
		require.NoError(t, f.k.MarkSeatMessage(recheck, first))
		require.ErrorIs(t, f.k.FreeSeatMessage(check, other), types.ErrSeatMessagePending)
	})
}

// countingStore counts the values that a keeper reads.
type countingStore struct {
	corestore.KVStoreService
	reads *int
}

func (c countingStore) OpenKVStore(ctx context.Context) corestore.KVStore {
	return countedReads{c.KVStoreService.OpenKVStore(ctx), c.reads}
}

type countedReads struct {
	corestore.KVStore
	reads *int
}

func (c countedReads) Get(key []byte) ([]byte, error) {
	*c.reads++
	return c.KVStore.Get(key)
}

// TestFloodOfAStranger: a stranger's free message costs one read at most, however many items it has, and no gas.
func TestFloodOfAStranger(t *testing.T) {
	f := newFixture(t)
	f.newTask(1, 0, 1, 2)
	reads := 0
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	k := NewKeeper(cdc, countingStore{runtime.NewKVStoreService(f.key), &reads}, addrs, f.tasks, f.stakes, f.beacon, account(99))

	many := make([]types.Commit, types.MaxBatchLimit)
	for i := range many {
		many[i] = types.Commit{TaskId: uint64(i) + 1, Commitment: make([]byte, 32)}
	}
	for _, c := range []struct {
		name string
		msg  sdk.Msg
		want int
	}{
		{"one item", commitsOf(9, many[:1]...), 1},
		{"1 000 items", commitsOf(9, many...), 1},
		{"1 001 items", commitsOf(9, append(slices.Clone(many), types.Commit{})...), 0},
		{"reveals", revealsOf(9, types.Reveal{TaskId: 1}), 1},
		{"an assigned seat of a batch too large", commitsOf(0, many...), 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, ctx := range []sdk.Context{f.ctx, f.checkState()} {
				reads = 0
				gas := ctx.GasMeter().GasConsumed()
				require.Error(t, k.FreeSeatMessage(ctx, c.msg))
				require.Equal(t, c.want, reads)
				require.Equal(t, gas, ctx.GasMeter().GasConsumed())
			}
		})
	}
}

func TestFreeSeatGas(t *testing.T) {
	f := newFixture(t)
	f.committed(1, 1, 2, 3)
	commit, reveal := commitsOf(0, make([]types.Commit, 7)...), revealsOf(0, f.revealOf(1, 0, 1, 2, 3))
	require.Equal(t, gasTx+gasMessage+7*(gasItem+gasTxPerItem), f.k.FreeSeatGas(commit))
	require.Equal(t, gasTx+gasMessage+gasItem+gasTxPerItem+3*(gasToken+gasTxPerToken), f.k.FreeSeatGas(reveal))
	require.Zero(t, f.k.FreeSeatGas(&types.MsgRetryParked{}))

	before := f.ctx.GasMeter().GasConsumed()
	require.NoError(t, f.reveal(0, f.revealOf(1, 0, 1, 2, 3)))
	require.Equal(t, messageGas(1, 3), f.ctx.GasMeter().GasConsumed()-before, "a message pays by the law, nothing else")
}
