package worker

import (
	"context"
	"errors"

	"github.com/aichain/aichain/client"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// maxRevealTokens bounds the outputs in one transaction, whose size the chain bounds to 1 MiB: a token takes up
// to 5 bytes.
const maxRevealTokens = 100_000

// startReveal opens the commitments whose turn it is in one transaction. It does not wait for the disk: salt and
// result are there already, and a missed reveal costs the whole lien.
func (w *Worker) startReveal(ctx context.Context, seats []*seat) {
	if w.inReveal || len(seats) == 0 {
		return
	}
	var reveals []attesttypes.Reveal
	var chosen []*seat
	tokens := 0
	for _, s := range seats {
		r := revealOf(s)
		if len(chosen) > 0 && (len(chosen) >= w.maxBatch || tokens+len(r.Output) > maxRevealTokens) {
			break
		}
		tokens += len(r.Output)
		reveals, chosen = append(reveals, r), append(chosen, s)
	}
	records := make([]Record, len(chosen))
	for i, s := range chosen {
		records[i] = w.advanceTo(s, StateRevealSent)
		s.busy = true
	}
	w.save(records...)
	w.inReveal = true
	w.send(ctx, true, keysOf(chosen), func(errs map[Key]error) {
		sendSplit(ctx, reveals, func(r attesttypes.Reveal) Key { return Key{r.TaskId, r.Round} }, w.Chain.Reveal, errs)
	})
}

// revealOf leaves the output out when an equal one is in the round already.
func revealOf(s *seat) attesttypes.Reveal {
	r := attesttypes.Reveal{TaskId: s.rec.Task, Round: s.rec.Round, Salt: s.rec.Salt}
	if s.forceOutput || !isShown(s.rec, s.view.Round) {
		r.Output, r.Stop = s.rec.Output, s.rec.Stop
	}
	return r
}

// advanceTo moves a seat on without forgetting its failures.
func (w *Worker) advanceTo(s *seat, to State) Record {
	s.rec.State, s.rec.Height = max(s.rec.State, to), w.height
	return s.rec
}

// isRefusal says whether the chain itself said no, as opposed to not having been reached.
func isRefusal(err error) bool {
	var refused *client.ChainError
	return errors.As(err, &refused)
}
