package run

import (
	"sync"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/ops"
)

// passRows is how many tokens are computed together: enough to use each weight row
// several times while it is in the cache, few enough for the buffers to stay small.
const passRows = 32

// tileRows is how many weight rows one piece of parallel work takes.
const tileRows = 64

// parallelWork is the number of products below which waking other cores costs more
// than it brings; a goroutine handover is about a microsecond.
const parallelWork = 1 << 18

// row is one token of one sequence in a pass.
type row struct {
	seq      *sequence
	position int
	last     bool    // logits are wanted
	logits   []int32 // filled by forward when last
}

// quantised holds the activations of a matrix product for all rows of a pass.
type quantised struct {
	width        uint8
	hi, lo       []int8 // hi alone when width is 8
	sumHi, sumLo []int32
	scale        []uint64
}

// pass computes up to passRows tokens. Its buffers are used again and again.
type pass struct {
	e    *Engine
	rows []row

	x, normed       []int32 // residual stream; its normalised copy
	q, k, v, mixed  []int32
	gate, up, delta []int32
	logits          []int32
	rope            []int32
	packed          []int16 // queries, rows x heads x head dim
	exponents       []uint8
	quant           quantised
	bytes           []byte // of a tensor on its way to the tap
}

func (e *Engine) newPass() *pass { return &pass{e: e} }

// gather takes the next tokens of the sequences that go on, in order, and tells
// whether there are any. A long prompt spreads over several steps.
func (s *pass) gather(sequences []*sequence) bool {
	s.rows = s.rows[:0]
	for _, q := range sequences {
		for !q.ended && q.done < len(q.ids) && len(s.rows) < passRows {
			s.rows = append(s.rows, row{seq: q, position: q.done, last: q.chooses(q.done)})
			q.done++
		}
	}
	return len(s.rows) > 0
}

// grow returns a buffer of n elements, using the old one where it is large enough.
func grow[T any](b []T, n int) []T {
	if cap(b) < n {
		return make([]T, n)
	}
	return b[:n]
}

// parallel runs work(0..parts-1), on other cores too when they are idle. The engine
// lends out threads-1 helpers in all, so concurrent calls do not multiply them; a
// part never waits for a helper.
func (e *Engine) parallel(parts int, work func(part int)) {
	var wg sync.WaitGroup
	for part := range parts - 1 {
		select {
		case e.helpers <- struct{}{}:
			wg.Go(func() {
				work(part)
				<-e.helpers
			})
		default:
			work(part)
		}
	}
	work(parts - 1)
	wg.Wait()
}

// share cuts n items into contiguous parts of at least least items, one for each
// thread at most, and runs work on them.
func (e *Engine) share(n, least int, work func(from, to int)) {
	parts := max(min(e.threads, n/max(least, 1)), 1)
	e.parallel(parts, func(p int) { work(p*n/parts, (p+1)*n/parts) })
}

// quantise prepares x, rows of k activations, for a product of the given width.
func (s *pass) quantise(x []int32, k int, width uint8) {
	m, b := len(x)/k, &s.quant
	b.width = width
	b.hi, b.sumHi, b.scale = grow(b.hi, len(x)), grow(b.sumHi, m), grow(b.scale, m)
	if width == 16 {
		b.lo, b.sumLo = grow(b.lo, len(x)), grow(b.sumLo, m)
	}
	s.e.share(m, parallelWork/(8*k)+1, func(from, to int) {
		for i := from; i < to; i++ {
			r := x[i*k : (i+1)*k]
			q := ops.NewQuant(ops.AbsMax(r), width)
			b.scale[i] = q.Scale
			if width == 16 {
				b.sumHi[i], b.sumLo[i] = q.Row16(b.hi[i*k:(i+1)*k], b.lo[i*k:(i+1)*k], r)
			} else {
				b.sumHi[i] = q.Row8(b.hi[i*k:(i+1)*k], r)
			}
		}
	})
}

// multiply writes the product of the quantised rows with a matrix: dst holds as many
// rows of w.Rows activations.
func (s *pass) multiply(dst []int32, w model.Matrix) {
	m := len(dst) / w.Rows
	least := max(parallelWork/(m*w.Cols), 1)
	s.e.share(w.Rows, least, func(from, to int) {
		acc := make([]int32, 2*min(tileRows, to-from)*m)
		for ; from < to; from += tileRows {
			s.tile(dst, w, acc, from, min(from+tileRows, to))
		}
	})
}

// tile computes the weight rows from..to of a product.
func (s *pass) tile(dst []int32, w model.Matrix, acc []int32, from, to int) {
	b, k, n, m := &s.quant, w.Cols, to-from, len(dst)/w.Rows
	gemm, data := s.e.gemm(k), w.Data[from*k:to*k]
	hi, lo := acc[:m*n], acc[m*n:2*m*n]
	gemm.Rows(hi, data, b.hi[:m*k], b.sumHi[:m], k)
	if b.width == 16 {
		gemm.Rows(lo, data, b.lo[:m*k], b.sumLo[:m], k)
	}
	for r := range n {
		scale := w.Scale(from + r)
		for i := range m {
			sum := int64(hi[i*n+r])
			if b.width == 16 {
				sum = ops.Wide16(hi[i*n+r], lo[i*n+r])
			}
			dst[i*w.Rows+from+r] = ops.Scale(sum, scale, b.scale[i])
		}
	}
}
