package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// health is what the outside may ask. The loop writes it, the HTTP server reads it.
type health struct {
	w *Worker

	mu        sync.Mutex
	isSetUp   bool
	height    uint64
	blockAt   time.Time
	chainErr  error
	diskErr   error
	seatState map[string]int
	inDispute int
	movesDue  int
}

// Status is what /status and `aiworker status` tell about a running worker.
type Status struct {
	Provider  string         `json:"provider"`
	ChainID   string         `json:"chain_id"`
	Ready     bool           `json:"ready"`
	Why       string         `json:"why,omitempty"` // it is not ready
	Height    uint64         `json:"height"`
	Seats     map[string]int `json:"seats"`     // open ones by state
	Disputes  int            `json:"disputes"`  // open ones
	MovesDue  int            `json:"moves_due"` // disputes in which it is our move
	Totals    Totals         `json:"totals"`
	JournalKB int64          `json:"journal_kb"`
}

func newHealth(w *Worker) *health { return &health{w: w, seatState: map[string]int{}} }

func (h *health) sawBlock(height uint64, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.height, h.blockAt = height, at
}

func (h *health) reach(err error) { h.mu.Lock(); h.chainErr = err; h.mu.Unlock() }

func (h *health) disk(err error) { h.mu.Lock(); h.diskErr = err; h.mu.Unlock() }

func (h *health) setUp() { h.mu.Lock(); h.isSetUp = true; h.mu.Unlock() }

func (h *health) seats(byState map[string]int) { h.mu.Lock(); h.seatState = byState; h.mu.Unlock() }

func (h *health) disputes(open, due int) {
	h.mu.Lock()
	h.inDispute, h.movesDue = open, due
	h.mu.Unlock()
}

func (h *health) blockAge() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.blockAt.IsZero() {
		return 0
	}
	return h.w.Clock.Now().Sub(h.blockAt)
}

// ready returns why the worker cannot take seats, nil if it can.
func (h *health) ready() error {
	age := h.blockAge()
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case !h.isSetUp:
		return errors.New("not registered yet")
	case h.diskErr != nil:
		return fmt.Errorf("journal: %w", h.diskErr)
	case h.chainErr != nil:
		return fmt.Errorf("chain: %w", h.chainErr)
	case h.blockAt.IsZero() || age > staleAfter:
		return fmt.Errorf("no block for %s", age.Round(time.Second))
	}
	return nil
}

// status gathers what is known.
func (h *health) status() Status {
	s := Status{Provider: h.w.id.text, ChainID: h.w.id.chain, JournalKB: h.w.Journal.Bytes() / 1024}
	if err := h.ready(); err != nil {
		s.Why = err.Error()
	}
	s.Ready = s.Why == ""
	if t, err := h.w.Journal.Totals(); err == nil {
		s.Totals = t
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	s.Height, s.Seats, s.Disputes, s.MovesDue = h.height, h.seatState, h.inDispute, h.movesDue
	return s
}

// serve answers on the configured address until ctx ends.
func (h *health) serve(ctx context.Context, wg *sync.WaitGroup) error {
	addr := h.w.cfg.Health.Listen
	if addr == "" {
		return nil
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("health.listen: %w (next: choose a free port, or leave it empty)", err)
	}
	srv := &http.Server{Handler: h.routes(), ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second}
	wg.Add(1)
	go func() {
		defer wg.Done()
		if err := srv.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			h.w.Log.Error("health server ended", "err", err)
		}
	}()
	context.AfterFunc(ctx, func() { _ = srv.Close() }) // nobody waits for an answer at the end
	return nil
}

func (h *health) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(h.w.metrics.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(rw http.ResponseWriter, _ *http.Request) { write(rw, http.StatusOK, "alive\n") })
	mux.HandleFunc("GET /readyz", func(rw http.ResponseWriter, _ *http.Request) {
		if err := h.ready(); err != nil {
			write(rw, http.StatusServiceUnavailable, err.Error()+"\n")
			return
		}
		write(rw, http.StatusOK, "ready\n")
	})
	mux.HandleFunc("GET /status", func(rw http.ResponseWriter, _ *http.Request) {
		b, err := json.Marshal(h.status())
		if err != nil {
			write(rw, http.StatusInternalServerError, err.Error())
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		write(rw, http.StatusOK, string(b))
	})
	mux.HandleFunc("GET /disputes", func(rw http.ResponseWriter, _ *http.Request) {
		records, err := h.w.Journal.Disputes()
		var b []byte
		if err == nil {
			b, err = json.Marshal(disputesAnswer{Provider: h.w.id.text, Disputes: records})
		}
		if err != nil {
			write(rw, http.StatusInternalServerError, err.Error())
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		write(rw, http.StatusOK, string(b))
	})
	return mux
}

// disputesAnswer is what /disputes tells.
type disputesAnswer struct {
	Provider string          `json:"provider"`
	Disputes []DisputeRecord `json:"disputes"`
}

func write(rw http.ResponseWriter, code int, text string) {
	rw.WriteHeader(code)
	_, _ = rw.Write([]byte(text)) // the asker has gone
}
