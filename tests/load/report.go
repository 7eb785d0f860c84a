package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// digits are left out of reasons, so that the same one is counted once.
var digits = regexp.MustCompile(`[0-9]+`)

// book is what happened.
type book struct {
	mu         sync.Mutex
	from, to   time.Time // of posting
	at         map[uint64]time.Time
	early      map[uint64]bool // closed before their post was heard of; whether settled
	latencies  []time.Duration
	lastClosed time.Time
	settled    int // all
	inTime     int // while posting went on
	refunded   int
	faults     map[string]int
	errors     map[string]int
	blocks     []time.Time
	txs        int
}

func newBook() *book {
	return &book{at: map[uint64]time.Time{}, early: map[uint64]bool{}, faults: map[string]int{}, errors: map[string]int{}}
}

func (b *book) begin() { b.mu.Lock(); defer b.mu.Unlock(); b.from = time.Now() }
func (b *book) end()   { b.mu.Lock(); defer b.mu.Unlock(); b.to = time.Now() }

// posted notes a task and when its post was begun.
func (b *book) posted(id uint64, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at[id] = at
	if settled, ok := b.early[id]; ok {
		delete(b.early, id)
		b.close(id, settled)
	}
}

// closed notes a task's end.
func (b *book) closed(id uint64, settled bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.at[id]; !ok {
		b.early[id] = settled
		return
	}
	b.close(id, settled)
}

func (b *book) close(id uint64, settled bool) {
	now := time.Now()
	if !settled {
		b.refunded++
	} else {
		b.settled++
		b.latencies = append(b.latencies, now.Sub(b.at[id]))
		if b.to.IsZero() {
			b.inTime++
		}
	}
	b.lastClosed = now
	delete(b.at, id)
}

// open counts tasks that are neither settled nor refunded.
func (b *book) open() int { b.mu.Lock(); defer b.mu.Unlock(); return len(b.at) }

func (b *book) fault(outcome string) { b.mu.Lock(); defer b.mu.Unlock(); b.faults[outcome]++ }

// failed notes a message that failed, by the start of its reason.
func (b *book) failed(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	text := err.Error()
	b.errors[digits.ReplaceAllString(text[:min(len(text), 140)], "N")]++
}

// block notes a block's own time.
func (b *book) block(at time.Time, txs int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.blocks = append(b.blocks, at)
	b.txs += txs
}

// report is what load prints.
type report struct {
	Rate       float64        `json:"rate"`
	Seconds    float64        `json:"seconds"`
	Posted     int            `json:"posted"`
	Settled    int            `json:"settled"`
	Refunded   int            `json:"refunded"`
	Open       int            `json:"open"`
	PerSecond  float64        `json:"settled_per_second"` // while posting went on and until the last one settled
	LatencyMs  [4]int64       `json:"latency_ms"`         // 50, 90, 99 %, most
	BlockMs    [3]int64       `json:"block_ms"`           // 50, 90 %, most
	TxsInBlock float64        `json:"txs_per_block"`
	Faults     map[string]int `json:"faults"`
	Errors     map[string]int `json:"errors"`
}

func (b *book) report(c config) report {
	b.mu.Lock()
	defer b.mu.Unlock()
	slices.Sort(b.latencies)
	r := report{
		Rate: c.rate, Seconds: b.to.Sub(b.from).Seconds(), Settled: b.settled, Refunded: b.refunded, Open: len(b.at),
		Posted: b.settled + b.refunded + len(b.at), Faults: b.faults, Errors: b.errors,
	}
	if took := b.lastClosed.Sub(b.from).Seconds(); took > 0 {
		r.PerSecond = float64(b.settled) / took
	}
	for i, share := range []int{50, 90, 99, 100} {
		r.LatencyMs[i] = at(b.latencies, share).Milliseconds()
	}
	var pauses []time.Duration
	for i := 1; i < len(b.blocks); i++ {
		pauses = append(pauses, b.blocks[i].Sub(b.blocks[i-1]))
	}
	slices.Sort(pauses)
	for i, share := range []int{50, 90, 100} {
		r.BlockMs[i] = at(pauses, share).Milliseconds()
	}
	if len(b.blocks) > 0 {
		r.TxsInBlock = float64(b.txs) / float64(len(b.blocks))
	}
	return r
}

// at is the value below which so many of 100 lie.
func at(sorted []time.Duration, share int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, len(sorted)*share/100)]
}

func (r report) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "rate %.0f/s for %.0f s: posted %d (%.1f/s), settled %d (%.1f/s), refunded %d, open %d\n",
		r.Rate, r.Seconds, r.Posted, float64(r.Posted)/r.Seconds, r.Settled, r.PerSecond, r.Refunded, r.Open)
	fmt.Fprintf(&b, "  post to settlement: median %d ms, 90 %% %d, 99 %% %d, most %d\n", r.LatencyMs[0], r.LatencyMs[1], r.LatencyMs[2], r.LatencyMs[3])
	fmt.Fprintf(&b, "  block to block: median %d ms, 90 %% %d, most %d; %.1f transactions a block\n", r.BlockMs[0], r.BlockMs[1], r.BlockMs[2], r.TxsInBlock)
	fmt.Fprintf(&b, "  seats at fault: %v\n", r.Faults)
	for _, e := range slices.Sorted(maps.Keys(r.Errors)) {
		fmt.Fprintf(&b, "  %d × %s\n", r.Errors[e], e)
	}
	return b.String()
}
