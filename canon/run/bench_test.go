//go:build unix

package run_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/run"
	"github.com/aichain/aichain/canon/step"
)

// cpuTime is what this process has used. On a shared machine it says more about one
// thread than the clock does.
func cpuTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// report gives tokens per second of the clock and of the processor.
func report(b *testing.B, before time.Duration, tokens int) {
	b.ReportMetric(float64(tokens)/b.Elapsed().Seconds(), "tok/s")
	b.ReportMetric(float64(tokens)/(cpuTime(b)-before).Seconds(), "tok/cpu-s")
}

var kernels = []struct {
	name     string
	portable bool
}{{"fast", false}, {"portable", true}}

// benchmark measures tokens per second on one thread: reading a prompt of 64 tokens,
// and producing 64 tokens after one.
func benchmark(b *testing.B, m *model.Model) {
	const tokens = 64
	prompt := make([]uint32, tokens)
	for i := range prompt {
		prompt[i] = uint32(i*7+5) % (m.Header().Vocab - 1)
	}
	for _, k := range kernels {
		e := engine(b, m, run.Options{Threads: 1, Portable: k.portable})
		b.Run("prefill/"+k.name, func(b *testing.B) {
			before := cpuTime(b)
			for b.Loop() {
				if _, err := e.Generate(context.Background(), run.Request{Prompt: prompt, MaxTokens: 1}); err != nil {
					b.Fatal(err)
				}
			}
			report(b, before, b.N*tokens)
		})
		b.Run("decode/"+k.name, func(b *testing.B) {
			made, before := 0, cpuTime(b)
			for b.Loop() {
				r, err := e.Generate(context.Background(), run.Request{Prompt: prompt[:1], MaxTokens: tokens})
				if err != nil {
					b.Fatal(err)
				}
				made += 1 + len(r.Tokens)
			}
			report(b, before, made)
		})
	}
}

func BenchmarkNano(b *testing.B) { benchmark(b, open(b, nanoFile)) }

func Benchmark100M(b *testing.B) { benchmark(b, randomModel(b, about100M())) }

// benchmarkWitness measures what tracing costs: the witness of a claim of 96 tokens, on
// one thread, over reading the same tokens without a trace; and what opening a step
// costs, which reads them again.
func benchmarkWitness(b *testing.B, m *model.Model) {
	e, r := engine(b, m, run.Options{Threads: 1}), run.Request{MaxTokens: 1}
	for i := range 96 {
		r.Prompt = append(r.Prompt, uint32(i*7+5)%(m.Header().Vocab-1))
	}
	c := claimOf(b, e, r)
	plain := time.Duration(0)
	b.Run("untraced", func(b *testing.B) {
		before := cpuTime(b)
		for b.Loop() {
			if _, err := e.Generate(context.Background(), r); err != nil {
				b.Fatal(err)
			}
		}
		plain = (cpuTime(b) - before) / time.Duration(b.N)
	})
	var w *run.Witness
	b.Run("traced", func(b *testing.B) {
		before := cpuTime(b)
		for b.Loop() {
			w = witness(b, e, c)
		}
		traced := (cpuTime(b) - before) / time.Duration(b.N)
		size := uint64(0)
		for i := range w.Shape().Tensors() {
			n, err := w.Shape().Bytes(i)
			if err != nil {
				b.Fatal(err)
			}
			size += n
		}
		b.ReportMetric(float64(traced)/float64(plain), "traced/untraced")
		b.ReportMetric(float64(size)/float64(traced.Microseconds()), "MB/cpu-s")
	})
	b.Run("step", func(b *testing.B) {
		leaf, err := w.Shape().Index(step.At{Position: 95, Site: step.SiteDown})
		if err != nil {
			b.Fatal(err)
		}
		before := cpuTime(b)
		for i := 0; b.Loop(); i++ {
			if _, err := step.Open(w.Shape(), w.Trace(context.Background()), m, nil, leaf-uint64(i%2), 1); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64((cpuTime(b)-before)/time.Duration(b.N))/float64(plain), "step/untraced")
	})
}

func BenchmarkWitnessNano(b *testing.B) { benchmarkWitness(b, open(b, nanoFile)) }

func BenchmarkWitness100M(b *testing.B) { benchmarkWitness(b, randomModel(b, about100M())) }
