package client

import (
	"context"
	"errors"
	"sync"
	"time"
)

// stallAfter is how long silence on the websocket is believed before the node is asked whether it moved on.
const stallAfter = 5 * time.Second

// errStalled ends a subscription that missed blocks.
var errStalled = errors.New("blocks passed that the subscription did not tell")

// blockHub hears new blocks once and tells many readers. It starts with the first reader.
type blockHub struct {
	rpc    string
	poll   time.Duration
	height func(context.Context) (uint64, error)

	mu      sync.Mutex
	readers map[chan uint64]struct{}
	latest  uint64
	cancel  context.CancelFunc
	done    chan struct{}
}

func newBlockHub(cfg Config, height func(context.Context) (uint64, error)) *blockHub {
	return &blockHub{rpc: cfg.RPC, poll: cfg.PollInterval, height: height, readers: map[chan uint64]struct{}{}}
}

// subscribe adds a reader until ctx ends.
func (h *blockHub) subscribe(ctx context.Context) <-chan uint64 {
	ch := make(chan uint64, 1)
	h.mu.Lock()
	h.readers[ch] = struct{}{}
	if h.latest > 0 {
		ch <- h.latest
	}
	if h.cancel == nil {
		run, cancel := context.WithCancel(context.Background())
		h.cancel, h.done = cancel, make(chan struct{})
		go h.run(run)
	}
	h.mu.Unlock()
	context.AfterFunc(ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if _, ok := h.readers[ch]; ok {
			delete(h.readers, ch)
			close(ch)
		}
	})
	return ch
}

// stop ends the hub and waits for it; its readers' channels close.
func (h *blockHub) stop() {
	h.mu.Lock()
	cancel, done := h.cancel, h.done
	for ch := range h.readers {
		delete(h.readers, ch)
		close(ch)
	}
	h.mu.Unlock()
	if cancel != nil {
		cancel()
		<-done
	}
}

// tell passes a height on, the newest replacing one that was not read. Heights only grow.
func (h *blockHub) tell(height uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if height <= h.latest {
		return
	}
	h.latest = height
	for ch := range h.readers {
		select {
		case <-ch:
		default:
		}
		ch <- height
	}
}

// run follows the chain until ctx ends: over the websocket while that works, else by polling.
func (h *blockHub) run(ctx context.Context) {
	defer close(h.done)
	back := newBackOff()
	for ctx.Err() == nil {
		if h.rpc != "" && h.follow(ctx) == nil {
			back.Reset()
			continue
		}
		wait := h.poll
		if h.ask(ctx) != nil {
			wait = back.NextBackOff() // the node is away
		} else {
			back.Reset()
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// ask polls once.
func (h *blockHub) ask(ctx context.Context) error {
	one, cancel := context.WithTimeout(ctx, stallAfter)
	defer cancel()
	height, err := h.height(one)
	if err != nil {
		return err
	}
	h.tell(height)
	return nil
}

// follow subscribes and tells until the subscription breaks. It returns nil only if it heard something.
func (h *blockHub) follow(ctx context.Context) error {
	sub, cancel := context.WithTimeout(ctx, stallAfter)
	headers, err := subscribeHeaders(sub, h.rpc)
	cancel()
	if err != nil {
		return err
	}
	defer headers.close()
	if err := h.ask(ctx); err != nil {
		return err
	}
	err = h.listen(ctx, headers.heights)
	if errors.Is(err, errHeard) {
		return nil
	}
	return err
}

// errHeard says that a subscription worked before it broke.
var errHeard = errors.New("subscription ended")

// listen tells what a subscription says. When it is silent for long it asks the node, and gives up on the
// subscription if the node is away or has moved on without a word.
func (h *blockHub) listen(ctx context.Context, heights <-chan uint64) error {
	silence := time.NewTimer(stallAfter)
	defer silence.Stop()
	end := errStalled
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case height, ok := <-heights:
			if !ok {
				return end
			}
			h.tell(height)
			end = errHeard
		case <-silence.C:
			before := h.last()
			if err := h.ask(ctx); err != nil {
				return err
			}
			if h.last() > before {
				return end
			}
		}
		silence.Reset(stallAfter)
	}
}

func (h *blockHub) last() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.latest
}
