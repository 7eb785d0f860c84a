//go:build unix

package run_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/aichain/aichain/canon/model"
	"github.com/aichain/aichain/canon/run"
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
