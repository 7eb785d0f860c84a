package worker

import (
	"context"
	"errors"
	"slices"
)

// turn gives every seat what it needs next. Between blocks it waits with commits while more results are coming,
// so that they share a transaction.
func (w *Worker) turn(ctx context.Context, isBlock bool) {
	var commits, reveals, runs []*seat
	var notes []Record
	for _, s := range w.ordered() {
		if s.view == nil || s.busy || w.height < s.notBefore {
			continue
		}
		switch decide(s.rec, *s.view, w.height) {
		case actExecute:
			runs = append(runs, s)
		case actCommit:
			commits = append(commits, s)
		case actReveal:
			reveals = append(reveals, s)
		case actNoteCommitted:
			notes = append(notes, w.advance(s, StateCommitted))
		case actNoteRevealed:
			notes = append(notes, w.advance(s, StateRevealed))
		case actCloseMissed:
			w.close(s, outcomeMissed)
		case actCloseUnrevealed:
			w.close(s, outcomeUnrevealed)
		case actCloseForeign:
			w.Log.Error("the chain has a commitment for our seat that we did not make", "task", s.rec.Task,
				"next", "stop every other program that signs with this key; if the salt secret was replaced, restore it")
			w.close(s, outcomeForeign)
		case actFinish, actWait:
		}
	}
	w.save(notes...) // the chain knows; losing the note costs a question at the next start
	w.startRuns(runs)
	if isBlock || w.executing == 0 || len(commits) >= w.maxBatch {
		w.startCommit(ctx, commits)
	}
	w.startReveal(ctx, reveals)
}

func (w *Worker) advance(s *seat, to State) Record {
	s.rec.State, s.rec.Height, s.tries = to, w.height, 0
	return s.rec
}

// startRuns queues jobs, the nearest deadline first; what finds no place waits for the next turn.
func (w *Worker) startRuns(runs []*seat) {
	slices.SortStableFunc(runs, func(a, b *seat) int {
		return compare(a.view.Round.Deadline, b.view.Round.Deadline)
	})
	for _, s := range runs {
		job, err := jobOf(*s.view)
		if err != nil {
			w.Log.Error("refusing to execute", "err", err, "next", "compare the node's version with this program's")
			w.failed(s, err)
			continue
		}
		select {
		case w.queue <- work{key: s.rec.Key(), model: [32]byte(s.rec.Model), job: job}:
			s.busy = true
			w.executing++
		default:
			return
		}
	}
}

func compare(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// onDone seals results and writes them down in one go.
func (w *Worker) onDone(batch []done) {
	var sealed []*seat
	for _, d := range batch {
		w.executing--
		if d.isInspection {
			w.onInspected(d)
			continue
		}
		s, ok := w.seats[d.key]
		if !ok {
			continue
		}
		s.busy = false
		w.metrics.executions.Observe(d.took.Seconds())
		if err := w.sealed(s, d); err != nil {
			w.failed(s, err)
			continue
		}
		sealed = append(sealed, s)
	}
	w.keep(sealed)
}

func (w *Worker) sealed(s *seat, d done) error {
	if d.result.Err != nil {
		return d.result.Err
	}
	if s.view == nil {
		return errors.New("the round ended before the result was there")
	}
	rec, err := seal(s.rec, *s.view, d.result, w.id, w.Salts.Of(w.id.chain, w.id.text, d.key))
	if err != nil {
		return err
	}
	rec.Height = w.height
	s.rec, s.unsaved = rec, true
	return nil
}

// keep writes results down. Until that works they stay in memory and are not committed.
func (w *Worker) keep(seats []*seat) bool {
	var records []Record
	for _, s := range seats {
		if s.unsaved {
			records = append(records, s.rec)
		}
	}
	if !w.save(records...) {
		return false
	}
	for _, s := range seats {
		s.unsaved = false
	}
	return true
}

// failed backs off from a seat, and gives it up after some tries.
func (w *Worker) failed(s *seat, err error) {
	s.tries++
	s.notBefore = w.height + 1
	w.Log.Warn("execution failed", "task", s.rec.Task, "try", s.tries, "err", err)
	if s.tries >= maxExecuteTries {
		w.close(s, outcomeFailed)
	}
}

// onSent notes what a transaction achieved.
func (w *Worker) onSent(t sent) {
	if t.isReveal {
		w.inReveal = false
	} else {
		w.inCommit = false
	}
	var notes []Record
	for _, key := range t.keys {
		s, ok := w.seats[key]
		if !ok {
			continue
		}
		s.busy = false
		if err := t.errs[key]; err != nil {
			w.unsent(s, t.isReveal, err)
			continue
		}
		notes = append(notes, w.landed(s, t.isReveal))
	}
	w.save(notes...)
}

// landed moves a seat on whose message is in a block, and the view with it until the next block's is here.
func (w *Worker) landed(s *seat, isReveal bool) Record {
	if isReveal {
		w.metrics.reveals.Inc()
		if s.view != nil {
			s.view.Round.Seats[s.view.Index].Result = 1
		}
		w.Log.Info("revealed", "task", s.rec.Task, "round", s.rec.Round)
		return w.advance(s, StateRevealed)
	}
	w.metrics.commits.Inc()
	if s.view != nil {
		s.view.Round.Seats[s.view.Index].Commitment = s.rec.Commitment
	}
	w.Log.Info("committed", "task", s.rec.Task, "round", s.rec.Round)
	return w.advance(s, max(s.rec.State, StateCommitted))
}
