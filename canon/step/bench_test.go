//go:build unix

package step_test

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/aichain/aichain/canon/step"
)

// cpuTime is what this process has used; on a shared machine it says more than the clock.
func cpuTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func report(b *testing.B, before time.Duration) {
	b.ReportMetric(float64((cpuTime(b)-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

// BenchmarkCheck is a whole step as the chain checks it, hashing included: one element
// of a product of 4 096 int8, one of 14 336 int16, one of as many int16 as fit a step,
// and a residual.
func BenchmarkCheck(b *testing.B) {
	r := rand.New(rand.NewPCG(8, 1))
	for _, c := range []struct {
		name string
		ffn  uint32
		site step.Site
		from step.Site // the tensors that it reads begin here
	}{
		{"product of 4096 int8", 14336, step.SiteGate, step.SiteFFNInScale},
		{"product of 14336 int16", 14336, step.SiteDown, step.SiteFFNOutScale},
		{"product of 20480 int16", 20480, step.SiteDown, step.SiteFFNOutScale},
		{"residual", 14336, step.SiteFFNResidual, step.SiteAttnResidual},
	} {
		h := llama8B(b)
		h.FFN = c.ffn
		s := shape(b, h, claim(2047, 1, 0, 0))
		var exist []uint64
		for site := c.from; site <= c.site; site++ {
			leaf, err := s.Index(step.At{Position: 2000, Layer: 30, Site: site})
			if err != nil {
				b.Fatal(err)
			}
			exist = append(exist, leaf)
		}
		own, _ := newSparse(b, s, r, exist...)
		rows := &fakeRows{h: h, random: r}
		st, err := step.Open(s, own, rows, nil, exist[len(exist)-1], 77)
		if err != nil {
			b.Fatal(err)
		}
		on := step.Case{Shape: s, TraceRoot: own.TraceRoot(), ModelRoot: rows.root}
		b.Run(c.name, func(b *testing.B) {
			before := cpuTime(b)
			for b.Loop() {
				if v, err := step.Check(on, st); err != nil || !v.Refuted {
					b.Fatal(v, err)
				}
			}
			report(b, before)
			b.ReportMetric(float64(len(st.Encode())), "bytes")
		})
	}
}

// BenchmarkMoves are the other moves: 128 children, a path to a child, a chunk, the ends
// of a trace of 2 047 tokens.
func BenchmarkMoves(b *testing.B) {
	h, r := llama8B(b), rand.New(rand.NewPCG(8, 2))
	s := shape(b, h, claim(2047, 1, 0, 0))
	logits, err := s.Index(step.At{Position: 2046, Site: step.SiteLogits})
	if err != nil {
		b.Fatal(err)
	}
	last := s.Tensors() - 1
	own, leaves := newSparse(b, s, r, logits)
	leaves[last] = step.LeafHash([]byte{0, 0, 0, 0, 2, 0, 0, 0})
	own.Tree = step.NewTree(leaves)
	first, end := own.Path(0), own.Path(last)
	place, hash := s.Top(), own.TraceRoot()
	for !place.InTensor {
		children, err := step.Children(s, own, place)
		if err != nil {
			b.Fatal(err)
		}
		i := int(logits>>(7*max(place.Level, 1)-7) - place.Index*step.Arity)
		path := step.ChildPath(children, i)
		if place.Level == 1 {
			b.Run("children", func(b *testing.B) {
				before := cpuTime(b)
				defer func() {
					report(b, before)
					b.ReportMetric(float64(len(children)), "children")
				}()
				for b.Loop() {
					if err := s.CheckChildren(place, hash, children); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("child", func(b *testing.B) {
				for b.Loop() {
					if _, err := s.CheckChild(place, hash, i, children[i], path); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		if place, err = s.CheckChild(place, hash, i, children[i], path); err != nil {
			b.Fatal(err)
		}
		hash = children[i]
	}
	b.Run("ends", func(b *testing.B) {
		for b.Loop() {
			if err := s.CheckEnds(own.TraceRoot(), first, end); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("shape", func(b *testing.B) {
		for b.Loop() {
			if _, err := step.NewShape(h, s.Claim()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
