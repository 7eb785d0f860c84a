package main

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/aichain/aichain/client"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// posters post at the rate together. What they cannot post in time because the chain is slow is left out and counted.
type posters struct {
	cfg     config
	book    *book
	terms   computetypes.TaskTerms
	input   []uint32
	clients []*client.Client
	run0    int64 // makes the references of this run its own
}

func newPosters(c config, b *book, terms computetypes.TaskTerms, input []uint32) (*posters, error) {
	p := &posters{cfg: c, book: b, terms: terms, input: input, run0: time.Now().Unix()}
	for i := range c.posters {
		one, err := newClient(c, i, fmt.Sprintf("r%d", i))
		if err != nil {
			return nil, err
		}
		p.clients = append(p.clients, one)
	}
	return p, nil
}

// run posts until the time is over. Due tasks are handed out in batches to whichever account is free.
func (p *posters) run(ctx context.Context) {
	ctx, stop := context.WithTimeout(ctx, p.cfg.lasts)
	defer stop()
	p.book.begin()
	due := make(chan int)
	var all sync.WaitGroup
	for i := range p.clients {
		all.Go(func() {
			for n := range due {
				p.post(ctx, i, n)
			}
		})
	}
	begin, given := time.Now(), 0.0
	for every := time.NewTicker(50 * time.Millisecond); ctx.Err() == nil; <-every.C {
		owed := time.Since(begin).Seconds()*p.cfg.rate - given
		for owed >= float64(p.cfg.batch) || owed >= math.Max(1, p.cfg.rate/4) {
			n := min(p.cfg.batch, int(owed))
			select {
			case due <- n:
				owed -= float64(n)
				given += float64(n)
			case <-ctx.Done():
				owed = 0
			}
		}
	}
	close(due)
	all.Wait()
	p.book.end()
}

// post posts n tasks from one account and writes down when it began to.
func (p *posters) post(ctx context.Context, account, n int) {
	if ctx.Err() != nil {
		return
	}
	inputs := make([]computetypes.TaskInput, n)
	at := time.Now()
	for i := range inputs {
		inputs[i] = computetypes.TaskInput{ClientRef: fmt.Sprintf("%d-%d-%d-%d", p.run0, account, at.UnixNano(), i), Tokens: p.input}
	}
	// A message that was begun is finished, or its tasks would not be in the book.
	try, done := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer done()
	posted, _, err := p.clients[account].PostTask(try, p.terms, inputs)
	if err != nil {
		p.book.failed(err)
		return
	}
	for _, t := range posted {
		p.book.posted(t.TaskId, at)
	}
}
