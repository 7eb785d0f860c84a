package worker

import (
	"context"

	"github.com/aichain/aichain/client"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// startCommit sends the commitments of executed seats in one transaction; one is under way at a time, so that
// what is ready meanwhile shares the next. Salt, result and the fact that we are about to send are on disk first.
func (w *Worker) startCommit(ctx context.Context, seats []*seat) {
	if w.inCommit || len(seats) == 0 {
		return
	}
	seats = seats[:min(len(seats), w.maxBatch)]
	if !w.keep(seats) {
		return
	}
	records := make([]Record, len(seats))
	commits := make([]attesttypes.Commit, len(seats))
	for i, s := range seats {
		records[i] = s.rec
		records[i].State, records[i].Height = StateCommitSent, w.height
		commits[i] = attesttypes.Commit{TaskId: s.rec.Task, Round: s.rec.Round, Commitment: s.rec.Commitment}
	}
	if !w.save(records...) {
		return
	}
	for i, s := range seats {
		s.rec, s.busy = records[i], true
	}
	w.inCommit = true
	w.send(ctx, false, keysOf(seats), func(errs map[Key]error) {
		sendSplit(ctx, commits, func(c attesttypes.Commit) Key { return Key{c.TaskId, c.Round} }, w.Chain.Commit, errs)
	})
}

// send runs a transaction beside the loop and reports to it.
func (w *Worker) send(ctx context.Context, isReveal bool, keys []Key, do func(errs map[Key]error)) {
	w.wg.Add(1)
	go func() {
		defer w.wg.Done()
		errs := make(map[Key]error, len(keys))
		do(errs)
		select {
		case w.sentCh <- sent{isReveal: isReveal, keys: keys, errs: errs}:
		case <-ctx.Done():
		}
	}()
}

func keysOf(seats []*seat) []Key {
	keys := make([]Key, len(seats))
	for i, s := range seats {
		keys[i] = s.rec.Key()
	}
	return keys
}

// unsent lets a seat try again: at once after a failure of the way, later and later after a refusal; a reveal with the next
// block, for its window is short, and what is not revealed in it costs the whole lien.
func (w *Worker) unsent(s *seat, isReveal bool, err error) {
	w.metrics.failures.Inc()
	w.Log.Warn("message not accepted", "task", s.rec.Task, "round", s.rec.Round, "reveal", isReveal, "err", err, "next", client.Next(err))
	if !isRefusal(err) {
		return
	}
	s.tries++
	s.notBefore = w.height + 1<<min(s.tries-1, 4)
	if isReveal {
		s.notBefore, s.forceOutput = w.height+1, true
	}
}
