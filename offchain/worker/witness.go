package worker

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/aichain/aichain/offchain/worker/executor"
)

const (
	// maxWitnesses bounds how many witnesses are in memory at once, the one being computed included. One takes 64 bytes
	// for each tensor of its run: 0.2 GB for 2 048 tokens of an 8B model. What is dropped is computed again when needed.
	maxWitnesses = 4
	// maxWitnessTries is how often a witness is computed for a dispute before we believe that it shows us wrong: a
	// machine may err once.
	maxWitnessTries = 2
	// unseenBlocks is how long a witness stays that a challenge was made with, until the chain tells of the disputes that
	// it has opened: a solver may have its trace ready, and then the first choice is due at once.
	unseenBlocks = 3
)

// errNoDisputant is returned for an executor that cannot repeat a run with hashing.
var errNoDisputant = errors.New("this executor cannot witness runs, so it loses every dispute")

// kept is a witness in memory. mu is held while it is used.
type kept struct {
	mu      sync.Mutex
	witness executor.Witness
	users   int    // moves being built with it
	until   uint64 // height before which it stays, wanted or not
}

// witnessed is a witness that was computed, or why not.
type witnessed struct {
	key     witnessKey
	witness executor.Witness
	err     error
	took    time.Duration
}

// gate gives witnesses precedence over executions: who computes one holds it, and an execution passes through it.
type gate struct{ mu sync.Mutex }

// pass waits until no witness is being computed.
func (g *gate) pass() {
	g.mu.Lock()
	g.mu.Unlock() //nolint:staticcheck // nothing is done inside: it is a turnstile
}

// witness repeats a claimed run, before all executions that have not begun.
func (w *Worker) witness(ctx context.Context, s subject) (wit executor.Witness, took time.Duration, err error) {
	d, ok := w.Executor.(executor.Disputant)
	if !ok {
		return nil, 0, errNoDisputant
	}
	w.court.gate.mu.Lock()
	defer w.court.gate.mu.Unlock()
	begin := w.Clock.Now()
	wit, err = d.Witness(ctx, s.model, s.claim)
	return wit, w.Clock.Now().Sub(begin), err
}

// startWitness has the most urgent witness that is missing computed, if none is under way, and drops those that are
// needed least when they are too many.
func (w *Worker) startWitness(ctx context.Context) {
	wanted := w.wantedWitnesses()
	for key, k := range w.court.kept {
		if k.users == 0 && w.height >= k.until && !slices.ContainsFunc(wanted, func(g *game) bool { return g.subject.key == key }) {
			delete(w.court.kept, key)
		}
	}
	if w.court.computing != nil || len(w.court.kept) >= maxWitnesses {
		return
	}
	for _, g := range wanted {
		key := g.subject.key
		if w.court.kept[key] != nil || w.height < g.notBefore || w.isBeingChallenged(g.rec.Task) {
			continue
		}
		w.court.computing = &key
		s := *g.subject
		w.wg.Go(func() {
			out := witnessed{key: s.key}
			out.witness, out.took, out.err = w.witness(ctx, s)
			select {
			case w.court.witnessCh <- out:
			case <-ctx.Done():
			}
		})
		return
	}
}

// isBeingChallenged says whether a challenge of a task's result is under way: it brings the witness of its disputes along,
// which the chain may have told of already.
func (w *Worker) isBeingChallenged(task uint64) bool {
	cur := w.court.inspector.current
	return cur != nil && cur.isChallenge && cur.task == task
}

// wantedWitnesses lists one dispute for each witness that is to be in memory, the most urgent first.
func (w *Worker) wantedWitnesses() []*game {
	var games []*game
	for _, g := range w.orderedGames() {
		if g.subject != nil && !g.isGone && !g.isGivenUp {
			games = append(games, g)
		}
	}
	slices.SortStableFunc(games, func(a, b *game) int {
		return compare(w.urgency(a), w.urgency(b))
	})
	var out []*game
	for _, g := range games {
		isSame := func(o *game) bool { return o.subject.key == g.subject.key }
		if len(out) < maxWitnesses && !slices.ContainsFunc(out, isSame) {
			out = append(out, g)
		}
	}
	return out
}

// urgency orders disputes by who needs a witness first: moves that are due from us by deadline; then those whose
// witness is there already; then moves of the other side by deadline; then what is queued or cannot be won.
func (w *Worker) urgency(g *game) uint64 {
	const class = 1 << 60
	deadline := min(g.chain.Deadline, class-1)
	switch {
	case g.doubt != "":
	case w.isOn(g, turnOf(g.chain, w.id.text, w.height)):
		return deadline
	case w.court.kept[g.subject.key] != nil:
		return class + deadline
	case g.chain.Deadline > 0:
		return 2*class + deadline
	}
	return 3*class + min(g.rec.ID, class-1)
}

// onWitness keeps a witness, or lets its disputes wait a little before it is tried again.
func (w *Worker) onWitness(r witnessed) {
	w.court.computing = nil
	if r.err == nil {
		w.metrics.witnesses.Observe(r.took.Seconds())
		w.court.kept[r.key] = &kept{witness: r.witness}
	}
	for _, g := range w.orderedGames() {
		if g.subject == nil || g.subject.key != r.key {
			continue
		}
		g.witnesses++
		if r.err == nil {
			w.heard(g, r.witness)
			continue
		}
		w.unwitnessed(g, r.err)
	}
}
