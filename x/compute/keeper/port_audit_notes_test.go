package keeper

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/aichain/aichain/x/compute/types"
)

// heavy is a fixture whose only provider can take the audits of n tasks, all in their first round.
func heavy(t testing.TB, n uint64) *fixture {
	t.Helper()
	f := newFixture(t)
	who := account("heavy")
	require.NoError(t, f.m.accounts.Set(f.ctx, who, 1<<60))
	f.ok(&types.MsgRegisterProvider{Provider: who, Moniker: "m", Bond: uaic(1 << 50)})
	f.offer(who, modelC, 1000, 2000, 10_000)
	for id := uint64(1); id <= n; id++ {
		msg := canonical("x")
		require.NoError(t, f.k.tasks.Set(f.ctx, id, types.Task{
			Id: id, Requester: msg.Requester, Payer: msg.Payer, Terms: msg.Terms, Input: msg.Inputs[0].Tokens,
			Status: types.TASK_STATUS_MATCHED, Role: types.SEAT_ROLE_PRIMARY, PostHeight: 1,
			Snapshot: types.Snapshot{CommitWindow: 30, RevealWindow: 10, ChallengeWindow: 100, Refereed: true, AuditBps: 500, SeatLien: 20},
		}))
	}
	return f
}

// draw gives a task its audit and returns the seat.
func (f *fixture) draw(id uint64) types.TakenSeat {
	f.t.Helper()
	var seed [32]byte
	binary.BigEndian.PutUint64(seed[:], id)
	seat, found, err := f.k.SeatAudit(f.ctx, id, seed)
	require.NoError(f.t, err)
	require.True(f.t, found)
	return types.TakenSeat{Provider: seat.Provider, TaskID: id}
}

// The seats of a block are in one record, whose length must not be in the price of each of them.
func TestTheLastAuditOfABlockCostsWhatTheFirstDoes(t *testing.T) {
	const n = 300
	f := heavy(t, n)
	var seats []types.TakenSeat
	var first, last uint64
	for id := uint64(1); id <= n; id++ {
		f.ctx = f.ctx.WithGasMeter(storetypes.NewInfiniteGasMeter())
		seats = append(seats, f.draw(id))
		if last = f.ctx.GasMeter().GasConsumed(); id == 1 {
			first = last
		}
	}
	t.Logf("gas of the first %d, of number %d %d", first, n, last)
	require.InDelta(t, first, last, float64(first)/50, "the numbers in the offer and the bond have become longer, nothing else")
	require.NoError(t, f.k.NoteSeats(f.ctx, seats))
	list, err := f.k.exportSeatings(f.ctx)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Len(t, list[0].TaskIds, n)
	require.IsIncreasing(t, list[0].TaskIds)
}

// Noted at once or one by one, in whatever order and whoever was noted before: the state is the same.
func TestSeatsAreNotedAtOnce(t *testing.T) {
	var dumps []map[string]string
	for _, note := range []func(f *fixture, seats []types.TakenSeat) error{
		func(f *fixture, seats []types.TakenSeat) error { return f.k.NoteSeats(f.ctx, seats) },
		func(f *fixture, seats []types.TakenSeat) error {
			for i := range seats {
				if err := f.k.NoteSeats(f.ctx, seats[len(seats)-1-i:][:1]); err != nil {
					return err
				}
			}
			return nil
		},
	} {
		f := newFixture(t)
		f.market(6, modelC)
		for i := range 6 {
			f.offer(provider(i), modelC, 1000, 2000, 9)
		}
		f.ok(canonical("a", "b", "c", "d", "e", "f"))
		f.endBlocks(11)
		require.NoError(t, f.steps(f.ctx)) // the draws of the same block are in the same records
		var seats []types.TakenSeat
		for id := uint64(6); id > 0; id-- {
			seats = append(seats, f.draw(id))
		}
		require.NoError(t, note(f, seats))
		for _, s := range seats {
			ids, err := f.k.seatingsAt(f.ctx, seatingKeyOf(t, f, s.Provider))
			require.NoError(t, err)
			require.Contains(t, ids.TaskIds, s.TaskID)
			require.IsIncreasing(t, ids.TaskIds)
		}
		dumps = append(dumps, f.dump(f.ctx))
	}
	require.Equal(t, dumps[0], dumps[1])
}

func seatingKeyOf(t testing.TB, f *fixture, provider string) seatingKey {
	t.Helper()
	a, _, err := f.k.account(provider)
	require.NoError(t, err)
	return collections.Join(a, height(f.ctx))
}

func TestNoteSeatsRefuses(t *testing.T) {
	f := heavy(t, 1)
	before := f.dump(f.ctx)
	require.NoError(t, f.k.NoteSeats(f.ctx, nil))
	require.ErrorIs(t, f.k.NoteSeats(f.ctx, []types.TakenSeat{{Provider: account("heavy"), TaskID: 1}, {Provider: "nobody", TaskID: 1}}), types.ErrBadAddress)
	require.Equal(t, before, f.dump(f.ctx))
}

// BenchmarkSeatAudits is a block of as many audits as audit_budget lets there be, all at one provider.
func BenchmarkSeatAudits(b *testing.B) {
	for _, n := range []uint64{400, 4_000} {
		f := heavy(b, n)
		outer := f.ctx.WithKVGasConfig(storetypes.GasConfig{})
		b.Run(fmt.Sprintf("audits=%d", n), func(b *testing.B) {
			for range b.N {
				f.ctx, _ = outer.CacheContext()
				var seats []types.TakenSeat
				for id := uint64(1); id <= n; id++ {
					seats = append(seats, f.draw(id))
				}
				require.NoError(b, f.k.NoteSeats(f.ctx, seats))
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/audit")
		})
	}
}
