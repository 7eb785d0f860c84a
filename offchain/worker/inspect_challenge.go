package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/offchain/worker/executor"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// errNotOurs is returned for a task that we cannot challenge: no longer settled, or we had a seat on it.
var errNotOurs = errors.New("not a settled task of others")

// standing is a settled task with the seats that stand for its result.
type standing struct {
	task   computetypes.Task
	round  attesttypes.Round // in which the result was revealed first
	result uint32            // 1 + its index there
	seats  []attesttypes.Seat
}

// established asks for a settled task. Error: errNotOurs, or the chain's.
func (w *Worker) established(ctx context.Context, id uint64) (standing, error) {
	t, err := w.Chain.Task(ctx, id)
	if errors.Is(err, client.ErrNotFound) {
		return standing{}, errNotOurs
	}
	if err != nil {
		return standing{}, err
	}
	rounds, err := w.Chain.Rounds(ctx, id)
	if err != nil {
		return standing{}, err
	}
	s := standing{task: t.Task}
	if t.Task.Status != computetypes.TASK_STATUS_SETTLED {
		return s, errNotOurs
	}
	for _, r := range rounds {
		if r.SeatOf(w.id.text) >= 0 {
			return s, errNotOurs
		}
		for i, res := range r.Results {
			if bytes.Equal(res.Root, t.Task.ResultRoot) {
				s.add(r, uint32(i)+1)
			}
		}
	}
	if s.result == 0 {
		return s, fmt.Errorf("task %d: %w: root %x", id, errNoResult, t.Task.ResultRoot)
	}
	return s, nil
}

// add takes the seats of a round that stand for a result.
func (s *standing) add(r attesttypes.Round, result uint32) {
	if s.result == 0 {
		s.round, s.result = r, result
	}
	for _, seat := range r.Seats {
		if seat.Result == result && seat.Fall == attesttypes.FALL_UNSPECIFIED {
			s.seats = append(s.seats, seat)
		}
	}
}

// challenged is what became of a challenge; outcome is empty while it is not over.
type challenged struct {
	task    uint64
	outcome string
	opened  []uint64 // disputes
	won     []uint64 // of them, those that were won as soon as they were opened
	missing uint64   // uaic of free bond that the seats left out would need
	err     error

	key     witnessKey
	witness executor.Witness // of the claim, nil for an impossible one
}

// startChallenge challenges a result beside the loop.
func (w *Worker) startChallenge(ctx context.Context, it *Inspection) {
	id := it.Task
	w.court.inspector.current = &inspected{task: id, isChallenge: true}
	w.wg.Go(func() {
		r := w.challengeResult(ctx, id)
		r.task = id
		select {
		case w.court.inspector.challengedCh <- r:
		case <-ctx.Done():
		}
	})
}

// challengeResult makes sure, by a witness of the claim, that the result is wrong, and challenges every seat that stands
// for it, as far as the free bond goes. What was challenged before is left alone, so it may be called again.
func (w *Worker) challengeResult(ctx context.Context, id uint64) challenged {
	s, err := w.established(ctx, id)
	if errors.Is(err, errNotOurs) {
		return challenged{outcome: inspectedGone}
	}
	if err != nil {
		return challenged{err: err}
	}
	about, err := subjectOf(s.task, s.round, s.result)
	if err != nil {
		return challenged{err: err}
	}
	wit, took, err := w.witness(ctx, about)
	switch {
	case errors.Is(err, step.ErrClaim): // no run can have it: won as soon as it is opened
	case err != nil:
		return challenged{err: err}
	case wit.IsRight():
		return challenged{outcome: inspectedMistaken}
	default:
		w.metrics.witnesses.Observe(took.Seconds())
	}
	left, err := w.unchallenged(ctx, s)
	if err != nil {
		return challenged{err: err}
	}
	out := w.openAll(ctx, id, left)
	out.key, out.witness = about.key, wit
	return out
}

// unchallenged lists the seats that stand and that we have not challenged.
func (w *Worker) unchallenged(ctx context.Context, s standing) ([]attesttypes.Seat, error) {
	all, err := w.Chain.Disputes(ctx, s.task.Id)
	if err != nil {
		return nil, err
	}
	done := map[string]bool{}
	for _, d := range all {
		if d.Challenger == w.id.text {
			done[d.Solver] = true
		}
	}
	var left []attesttypes.Seat
	for _, seat := range s.seats {
		if !done[seat.Provider] {
			left = append(left, seat)
		}
	}
	return left, nil
}

// openAll challenges seats in order. The stake of each, as much as its lien, is compared with the free bond before a fee
// is paid.
func (w *Worker) openAll(ctx context.Context, id uint64, seats []attesttypes.Seat) challenged {
	out := challenged{outcome: inspectedChallenged}
	if len(seats) == 0 {
		return out
	}
	mine, err := w.Chain.Provider(ctx, w.id.text)
	if err != nil {
		return challenged{err: err}
	}
	free := mine.Free
	for _, seat := range seats {
		if seat.Lien > free {
			out.outcome, out.missing = "", out.missing+seat.Lien
			continue
		}
		res, _, err := w.Chain.OpenDispute(ctx, id, seat.Provider)
		switch {
		case errors.Is(err, attesttypes.ErrNotStanding): // another challenger was faster
			continue
		case errors.Is(err, attesttypes.ErrWindowOver), errors.Is(err, attesttypes.ErrNotSettled):
			out.outcome = inspectedGone
			return out
		case err != nil:
			out.outcome, out.err = "", err
			return out
		}
		free -= seat.Lien
		out.opened = append(out.opened, res.DisputeId)
		if res.End != attesttypes.DISPUTE_END_UNSPECIFIED {
			out.won = append(out.won, res.DisputeId)
		}
	}
	if out.missing > 0 {
		out.missing -= free
	}
	return out
}

// onChallenged closes an inspection, or lets it wait for bond or for the node.
func (w *Worker) onChallenged(r challenged) {
	in := &w.court.inspector
	in.current = nil
	it := in.items[r.task]
	if it == nil {
		return
	}
	if len(r.opened) > 0 && r.witness != nil && w.court.kept[r.key] == nil {
		w.court.kept[r.key] = &kept{witness: r.witness, until: w.height + unseenBlocks}
	}
	for _, id := range r.opened {
		w.Log.Warn("challenged a settled result", "task", r.task, "dispute", id)
	}
	for _, id := range r.won { // the chain will not list them: ask how they ended
		w.court.games[id] = &game{rec: DisputeRecord{ID: id, Task: r.task, Seen: w.height}, isGone: true}
	}
	switch {
	case r.outcome == inspectedMistaken:
		w.Log.Error("this machine gave two results for one task; nothing was challenged", "task", r.task,
			"next", "check its memory")
		w.closeInspection(it, r.outcome)
	case r.outcome != "":
		w.closeInspection(it, r.outcome)
	case r.err != nil:
		it.notBefore = w.height + 1
		w.Log.Warn("cannot challenge a wrong result yet", "task", r.task, "err", r.err, "next", client.Next(r.err))
	default:
		it.notBefore = w.height + inspectEvery
		w.Log.Error("free bond is short of the stakes of a challenge", "task", r.task, "missing_uaic", r.missing,
			"window_ends", it.Until, "next", fmt.Sprintf("aichaind tx reward add-bond %duaic", r.missing))
	}
}
