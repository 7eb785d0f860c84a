package worker

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aichain/aichain/client"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// Outcomes that the worker gives itself; the others are the chain's seat outcomes.
const (
	outcomeRight      = "right"              // the chain's REASON_SEAT_RIGHT
	outcomeForeign    = "foreign_commitment" // someone else signs with our key
	outcomeUnknown    = "unknown"            // the chain forgot the round before we asked
	outcomeFailed     = "execution_failed"   // the executor cannot do it
	outcomeMissed     = "no_commit"          // the chain's REASON_SEAT_NO_COMMIT
	outcomeUnrevealed = "no_reveal"          // the chain's REASON_SEAT_NO_REVEAL
	askOutcomeEvery   = 5                    // blocks between questions about a closed round
	maxExecuteTries   = 3                    // failures before a seat is given up
)

// onBlock asks what the chain knows of our seats and disputes.
func (w *Worker) onBlock(ctx context.Context, height uint64) {
	w.height = height
	w.health.sawBlock(height, w.Clock.Now())
	w.seeSeats(ctx)
	w.seeDisputes(ctx)
}

// seeSeats asks which seats are ours. When the node is away, everything stays as it is.
func (w *Worker) seeSeats(ctx context.Context) {
	height := w.height
	tick, cancel := context.WithTimeout(ctx, tickTimeout)
	defer cancel()
	open, err := w.Chain.OpenSeats(tick)
	if err != nil {
		w.health.reach(err)
		w.Log.Warn("cannot ask for open seats; keeping what there is", "height", height, "err", err)
		return
	}
	w.health.reach(nil)
	for _, s := range w.seats {
		s.view = nil
	}
	var fresh []*seat
	for i := range open {
		if s := w.see(&open[i]); s != nil {
			fresh = append(fresh, s)
		}
	}
	w.take(fresh)
	for _, s := range w.ordered() {
		if s.view == nil && !s.busy && height >= s.notBefore {
			w.askOutcome(tick, s)
		}
	}
}

// see lays a seat of the chain beside our record of it, and returns a new one that we do not know yet.
func (w *Worker) see(v *client.Seat) *seat {
	key := Key{v.Task.Id, v.Round.Round}
	if s, ok := w.seats[key]; ok {
		s.view = v
		return nil
	}
	if w.draining || v.Round.Phase == attesttypes.ROUND_PHASE_CLOSED {
		return nil
	}
	if _, closed, err := w.Journal.Get(key); closed || err != nil {
		return nil
	}
	if !w.models[[32]byte(v.Round.ModelId)] {
		w.Log.Error("seated for a model that is not loaded", "task", key.Task, "model", v.Round.ModelId,
			"next", "add the model to the configuration, or remove its offer")
		return nil
	}
	return &seat{rec: Record{Task: key.Task, Round: key.Round, State: StateSeen, Model: v.Round.ModelId, Height: w.height}, view: v}
}

// take writes new seats down before anything is done for them. What the disk refuses is not taken; the next
// block tries again.
func (w *Worker) take(fresh []*seat) {
	if len(fresh) == 0 {
		return
	}
	records := make([]Record, len(fresh))
	for i, s := range fresh {
		records[i] = s.rec
	}
	if !w.save(records...) {
		return
	}
	for _, s := range fresh {
		w.seats[s.rec.Key()] = s
		w.Log.Info("seated", "task", s.rec.Task, "round", s.rec.Round, "deadline", s.view.Round.Deadline)
	}
}

// save stores records and reports whether that worked; a failure is told once per change by health.
func (w *Worker) save(records ...Record) bool {
	if len(records) == 0 {
		return true
	}
	err := w.Journal.Put(records...)
	w.health.disk(err)
	if err != nil {
		w.Log.Error("the journal cannot be written: no new commits until it can; reveals go on", "err", err)
	}
	return err == nil
}

// askOutcome asks how a round ended that is no longer under way.
func (w *Worker) askOutcome(ctx context.Context, s *seat) {
	round, err := w.Chain.Round(ctx, s.rec.Task, s.rec.Round)
	switch {
	case errors.Is(err, client.ErrNotFound):
		w.close(s, outcomeUnknown)
		return
	case err != nil:
		return
	}
	for _, seat := range round.Seats {
		if seat.Provider == w.id.text && seat.Outcome != computetypes.REASON_UNSPECIFIED {
			w.close(s, outcomeText(seat.Outcome))
			return
		}
	}
	s.notBefore = w.height + askOutcomeEvery
}

// outcomeText is a seat's outcome in one word: right, wrong, no_commit, no_reveal, freed.
func outcomeText(r computetypes.Reason) string {
	return strings.ToLower(strings.TrimPrefix(r.String(), "REASON_SEAT_"))
}

func (w *Worker) close(s *seat, outcome string) {
	s.rec.State, s.rec.Outcome, s.rec.Height = StateClosed, outcome, w.height
	w.save(s.rec) // if it fails, the next start asks again
	delete(w.seats, s.rec.Key())
	w.metrics.outcomes.WithLabelValues(outcome).Inc()
	log := w.Log.Info
	if outcome != outcomeRight && outcome != "freed" {
		log = w.Log.Warn
	}
	log("seat closed", "task", s.rec.Task, "round", s.rec.Round, "outcome", outcome)
}

// ordered lists the seats by task and round, so that runs repeat.
func (w *Worker) ordered() []*seat {
	out := make([]*seat, 0, len(w.seats))
	for _, s := range w.seats {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b *seat) int { return strings.Compare(string(a.rec.Key().Bytes()), string(b.rec.Key().Bytes())) })
	return out
}
