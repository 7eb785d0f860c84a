package keeper

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/x/attest/types"
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
