package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/offchain/worker/executor"
)

// Deps are what a worker is built from; tests play any of them.
type Deps struct {
	Chain    Chain
	Executor executor.Executor
	Journal  Journal
	Salts    Salts
	Clock    Clock        // nil means the machine's
	Log      *slog.Logger // nil means none
}

// tickTimeout bounds the questions asked after a block: a slow node must not hold up what is under way.
const tickTimeout = 8 * time.Second

// identity is who the worker is in commitments.
type identity struct {
	chain string
	text  string // address
	bytes []byte
}

// Worker serves the seats of one provider. Run may be called once.
type Worker struct {
	Deps
	cfg     Config
	id      identity
	metrics *metrics
	health  *health

	seats    map[Key]*seat
	models   map[[32]byte]bool
	height   uint64
	maxBatch int
	draining bool

	queue     chan work
	doneCh    chan []done
	sentCh    chan sent
	executing int  // jobs queued or running
	inCommit  bool // a commit transaction is under way
	inReveal  bool // a reveal transaction is under way
	court     *court
	wg        sync.WaitGroup
}

// seat is a record with what is only known in memory.
type seat struct {
	rec         Record
	view        *client.Seat // nil when its round is not under way
	busy        bool         // executing, or in a transaction
	unsaved     bool         // executed, but the journal could not take it yet
	tries       int          // failures in a row
	notBefore   uint64       // height before which nothing is tried again
	forceOutput bool         // the chain refused a reveal without output
}

// New checks the configuration and the dependencies. It starts nothing.
func New(cfg Config, d Deps) (*Worker, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if d.Chain == nil || d.Executor == nil || d.Journal == nil {
		return nil, errors.New("a worker needs a chain, an executor and a journal")
	}
	if d.Clock == nil {
		d.Clock = SystemClock{}
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	addr := d.Chain.Address()
	raw, err := client.AddressBytes(addr)
	if err != nil {
		return nil, fmt.Errorf("provider address %q: %w", addr, err)
	}
	w := &Worker{
		Deps: d, cfg: cfg, id: identity{chain: cfg.Chain.ChainID, text: addr, bytes: raw},
		seats: map[Key]*seat{}, models: map[[32]byte]bool{}, maxBatch: cfg.Engine.Batch,
		queue: make(chan work, cfg.Engine.Queue), doneCh: make(chan []done), sentCh: make(chan sent), court: newCourt(),
	}
	for _, id := range d.Executor.Models() {
		w.models[id] = true
	}
	w.metrics = newMetrics(w)
	w.health = newHealth(w)
	return w, nil
}

// Run registers or resumes the provider and serves its seats until ctx ends; then it finishes what it has begun,
// for at most the configured time, and returns nil. It returns an error for what waiting does not mend.
//
// Start order: health, executor, blocks. Stop order: the reverse.
func (w *Worker) Run(ctx context.Context) error {
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer w.wg.Wait()
	defer stop()
	if err := w.health.serve(background, &w.wg); err != nil {
		return err
	}
	if err := w.setUp(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	if err := w.load(); err != nil {
		return err
	}
	w.wg.Add(1)
	go func() {
		defer w.wg.Done()
		w.runExecutor(background)
	}()
	return w.loop(ctx, background)
}

// load takes the journal's open records; the first block lays them beside the chain's seats.
func (w *Worker) load() error {
	records, err := w.Journal.Open()
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	for _, r := range records {
		w.seats[r.Key()] = &seat{rec: r}
	}
	if len(records) > 0 {
		w.Log.Info("resuming seats from the journal", "seats", len(records))
	}
	if err := w.loadDisputes(); err != nil {
		return fmt.Errorf("read the journal's disputes: %w", err)
	}
	return w.loadInspections()
}

// loop is the one goroutine that touches seats and disputes.
func (w *Worker) loop(ctx, background context.Context) error {
	blocks := w.Chain.Blocks(background)
	stopping := ctx.Done()
	var patience <-chan time.Time
	for {
		isBlock := false
		select {
		case <-stopping:
			stopping, w.draining = nil, true
			patience = w.Clock.After(w.cfg.drainTimeout())
			w.Log.Info("stopping: finishing open seats and moves that are due", "open", w.pending(), "at_most", w.cfg.drainTimeout())
		case <-patience:
			w.Log.Info("stopped with open seats or disputes; they go on at the next start", "open", w.pending())
			return nil
		case height, ok := <-blocks:
			if !ok {
				return errors.New("the block subscription ended")
			}
			isBlock = true
			w.onBlock(background, height)
		case batch := <-w.doneCh:
			w.onDone(batch)
		case s := <-w.sentCh:
			w.onSent(s)
		case r := <-w.court.witnessCh:
			w.onWitness(r)
		case m := <-w.court.movedCh:
			w.onMoved(m)
		case r := <-w.court.inspector.challengedCh:
			w.onChallenged(r)
		}
		w.turn(background, isBlock)
		w.turnDisputes(background, isBlock)
		w.turnInspection(background, isBlock)
		w.metrics.observe(w)
		if w.draining && w.pending() == 0 {
			w.Log.Info("stopped")
			return nil
		}
	}
}

// pending counts the seats and disputes that still need something from us.
func (w *Worker) pending() int {
	n := w.duties()
	for _, s := range w.seats {
		if s.busy || s.rec.State > StateSeen && s.rec.State < StateRevealed && s.view != nil {
			n++
		}
	}
	return n
}
