package run

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Two parts of one call are computed at the same time: each waits for the other.
func TestThreadsRunAtTheSameTime(t *testing.T) {
	e := &Engine{threads: 2, helpers: make(chan struct{}, 1)}
	var met sync.WaitGroup
	met.Add(2)
	done := make(chan struct{})
	go func() {
		e.share(2, 1, func(int, int) { met.Done(); met.Wait() })
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("the parts ran one after the other")
	}
}

// However many calls there are, they share threads-1 helpers.
func TestCallsShareTheHelpers(t *testing.T) {
	const callers, threads = 6, 3
	e := &Engine{threads: threads, helpers: make(chan struct{}, threads-1)}
	var now, most, parts atomic.Int64
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range 200 {
				e.share(30, 1, func(from, to int) {
					n := now.Add(1)
					for old := most.Load(); n > old; old = most.Load() {
						if most.CompareAndSwap(old, n) {
							break
						}
					}
					parts.Add(int64(to - from))
					now.Add(-1)
				})
			}
		})
	}
	wg.Wait()
	if most.Load() > callers+threads-1 || parts.Load() != callers*200*30 {
		t.Fatalf("%d parts at once, %d items", most.Load(), parts.Load())
	}
}
