package keeper

import (
	"context"
	"encoding/binary"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	corestore "cosmossdk.io/core/store"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/x/attest/types"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// liesOf is what three seats claim of which the third lies.
func (c *court) liesOf(id uint64) []step.Claim {
	right := c.right(id)
	return []step.Claim{right, right, c.wrong(id, 1)[0]}
}

// filled is a court with 10 000 records of other things in the tree, so that its depth is a real one.
func filled(t testing.TB) *court {
	t.Helper()
	c := newCourt(t)
	c.inBlock(func() {
		for i := range uint64(10_000) {
			c.ctx.KVStore(c.key).Set(binary.BigEndian.AppendUint64([]byte{200}, i*0x9e3779b97f4a7c15), make([]byte, 700))
		}
	})
	return c
}

// upTo makes a split task in a block, plays the dispute against its liar up to a phase, one move a height, and returns
// the message that is due and the next height.
func (c *court) upTo(id uint64, phase types.DisputePhase) (msg any, height uint64) {
	c.t.Helper()
	c.inBlock(func() {
		against := uint64(0)
		c.postRefereed(id, 0, 1, 2)
		c.attest(id, []int{0, 1, 2}, c.liesOf(id))
		for _, d := range c.disputesOf(id) {
			if d.Solver == account(2) && d.Phase != types.DISPUTE_PHASE_QUEUED {
				against = d.Id
			}
		}
		c.until(against, phase)
		msg, height = c.due(against), heightOf(c.ctx)
	})
	return msg, height
}

// moveKinds are the moves by the phase in which they are made.
var moveKinds = []struct {
	name  string
	phase types.DisputePhase
}{
	{"trace", types.DISPUTE_PHASE_TRACE_DUE},
	{"choice", types.DISPUTE_PHASE_CHOICE_DUE},
	{"children", types.DISPUTE_PHASE_CHILDREN_DUE},
	{"chunk", types.DISPUTE_PHASE_CHUNK_DUE},
	{"step", types.DISPUTE_PHASE_STEP_DUE},
}

// BenchmarkMove is the processor time of each kind of move on the small model, ten to a block, with the writing of the
// tree, and the gas that it pays for a microsecond. A step resolves its dispute and drops another one.
func BenchmarkMove(b *testing.B) {
	for _, m := range moveKinds {
		b.Run(m.name, func(b *testing.B) {
			c := filled(b)
			var spent time.Duration
			var gas uint64
			for i := range uint64(b.N) {
				msgs, height := [10]any{}, uint64(0)
				for j := range msgs {
					msgs[j], height = c.upTo(10*i+uint64(j)+1, m.phase)
				}
				c.at(height)
				spent += c.timed(true, func() {
					for _, msg := range msgs {
						before := c.ctx.GasMeter().GasConsumed()
						require.NoError(b, c.send(msg))
						gas += c.ctx.GasMeter().GasConsumed() - before
					}
				})
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(spent.Microseconds())/float64(10*b.N), "cpu-µs/move")
			b.ReportMetric(float64(gas)/float64(10*b.N), "gas/move")
			b.ReportMetric(float64(gas)/float64(spent.Microseconds()), "gas/µs")
		})
	}
}

// countingWrites counts what a keeper does to its store.
type countingWrites struct {
	corestore.KVStoreService
	done *storeUse
}

// storeUse is what was read, and written or removed, and how many bytes of values.
type storeUse struct{ reads, writes, bytes int }

func (c countingWrites) OpenKVStore(ctx context.Context) corestore.KVStore {
	return countedStore{c.KVStoreService.OpenKVStore(ctx), c.done}
}

type countedStore struct {
	corestore.KVStore
	done *storeUse
}

func (c countedStore) Get(key []byte) ([]byte, error) {
	c.done.reads++
	b, err := c.KVStore.Get(key)
	c.done.bytes += len(b)
	return b, err
}

func (c countedStore) Has(key []byte) (bool, error) {
	c.done.reads++
	return c.KVStore.Has(key)
}

func (c countedStore) Iterator(start, end []byte) (corestore.Iterator, error) {
	c.done.reads += 10 // as round.go says
	return c.KVStore.Iterator(start, end)
}

func (c countedStore) Set(key, value []byte) error {
	c.done.writes++
	c.done.bytes += len(value)
	return c.KVStore.Set(key, value)
}

func (c countedStore) Delete(key []byte) error {
	c.done.writes++
	return c.KVStore.Delete(key)
}

// Measured prices of what a move does, in gas, 120 for a microsecond: see types/gas_move.go.
const (
	priceRead  = 3 * 120  // 3 µs
	priceWrite = 20 * 120 // 20 µs
	priceByte  = 1        // 8 ns
)

// TestMovesPayForWhatTheyDo counts the operations of each kind of move, and of a challenge: at measured prices they
// cost no more than the gas that the message pays, and it pays no more than four times that. What neighbours do with
// stakes is not counted here; the law has five keys for it.
func TestMovesPayForWhatTheyDo(t *testing.T) {
	check := func(t *testing.T, c *court, send func(types.MsgServer) error) {
		t.Helper()
		done := storeUse{}
		cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
		k := NewKeeper(cdc, countingWrites{runtime.NewKVStoreService(c.key), &done}, addrs, c.tasks, c.stakes, c.beacon, account(99))
		before := c.ctx.GasMeter().GasConsumed()
		require.NoError(t, send(NewMsgServer(k)))
		gas := c.ctx.GasMeter().GasConsumed() - before
		cost := storetypes.Gas(done.reads*priceRead + done.writes*priceWrite + done.bytes*priceByte)
		t.Logf("%d reads, %d writes, %d bytes: %d gas for %d", done.reads, done.writes, done.bytes, gas, cost)
		require.GreaterOrEqual(t, gas, cost)
		require.LessOrEqual(t, gas, 4*cost)
	}
	for _, m := range moveKinds {
		t.Run(m.name, func(t *testing.T) {
			c := newCourt(t)
			msg, height := c.upTo(1, m.phase)
			c.at(height)
			check(t, c, func(s types.MsgServer) error { return c.sendTo(s, msg) })
		})
	}
	t.Run("challenge", func(t *testing.T) {
		c := colluding(t)
		c.at(c.closeHeight(1) + 1)
		check(t, c, func(s types.MsgServer) error {
			_, err := s.OpenDispute(c.ctx, &types.MsgOpenDispute{Challenger: account(7), TaskId: 1, Solver: account(1)})
			return err
		})
	})
	t.Run("a step that ends as many disputes as can be at once", func(t *testing.T) {
		c := colluding(t)
		c.at(c.closeHeight(1) + 1)
		first := c.challenged(1, 50, 0)
		for n := range dropAtOnce + 3 {
			c.challenged(1, 51+n, 0)
		}
		c.until(first.Id, types.DISPUTE_PHASE_STEP_DUE)
		msg := c.due(first.Id)
		check(t, c, func(s types.MsgServer) error { return c.sendTo(s, msg) })
	})
}

// sendTo sends a move to another server over the same store.
func (c *court) sendTo(s types.MsgServer, msg any) error {
	old := c.msgs
	defer func() { c.msgs = old }()
	c.msgs = s
	return c.send(msg)
}

// TestLimitsOfFreeMoves: what a move pays is never more than what it must ask for to be free, and the allowance around
// it is what 10 gas for a byte and the rest of a transaction need.
func TestLimitsOfFreeMoves(t *testing.T) {
	require.Equal(t, types.EndsLimit, 1+dropAtOnce+32)
	c := newCourt(t)
	for i, m := range moveKinds {
		msg, height := c.upTo(uint64(i)+1, m.phase)
		c.at(height)
		limit := c.k.SeatGas(msg.(sdk.Msg))
		before := c.ctx.GasMeter().GasConsumed()
		require.NoError(t, c.send(msg))
		require.LessOrEqual(t, c.ctx.GasMeter().GasConsumed()-before, limit)
		mv, err := moveOf(msg.(sdk.Msg))
		require.NoError(t, err)
		require.GreaterOrEqual(t, c.k.FreeSeatGas(msg.(sdk.Msg)), limit+80_000+10*uint64(mv.payload))
		require.Less(t, c.k.FreeSeatGas(msg.(sdk.Msg)), uint64(3_000_000), "sixty and more fit into a block of 200 million")
	}
	largest := &types.MsgPostStep{Step: make([]byte, maxStepLength)}
	use := types.StepUse(len(largest.Step))
	use.Tokens = 1 << 30
	require.Equal(t, types.MoveGas(use)+types.EndsLimit*types.GasEnd, c.k.SeatGas(largest), "however long the task is")
	// 89 µs were measured for the step with the most work: 63 541 bytes, 40 960 operations.
	paid := types.MoveGas(types.StepUse(63_541)) / 120
	require.Greater(t, paid, uint64(89))
	require.Less(t, paid, uint64(8*(89+100)), "microseconds, with 100 around the check")
	t.Logf("the step with the most work pays for %d µs", paid)
}
