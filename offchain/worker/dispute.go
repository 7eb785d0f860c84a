package worker

import (
	"context"
	"errors"
	"slices"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/offchain/worker/executor"
	"github.com/aichain/aichain/rules/dispute"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

// fewBlocks is when a move that is due and not made becomes a warning: fewer blocks than that are left for it.
const fewBlocks = 5

// court is what the loop knows of disputes. The chain holds everything that is needed to go on; this is what it takes to
// answer in the block in which a move becomes due.
type court struct {
	games     map[uint64]*game
	kept      map[witnessKey]*kept
	computing *witnessKey // the witness under way

	movedCh   chan moved
	witnessCh chan witnessed
	gate      gate

	inspector inspector
}

func newCourt() *court {
	return &court{
		games: map[uint64]*game{}, kept: map[witnessKey]*kept{}, movedCh: make(chan moved), witnessCh: make(chan witnessed),
		inspector: newInspector(),
	}
}

// game is one dispute of ours.
type game struct {
	rec       DisputeRecord
	chain     attesttypes.Dispute // after the last block that could be asked
	isGone    bool                // the chain lists it no more: ask how it ended
	subject   *subject            // nil until it could be asked for
	isBusy    bool                // a move is being built or sent
	landed    uint32              // moves that we know to be made, ours included
	witnesses int                 // computed for it
	isGivenUp bool                // there can be no witness, so no move
	doubt     string              // why there is no move that could win; looked at again with every block
	notBefore uint64              // height before which nothing is tried again
}

// moved is what became of a move.
type moved struct {
	id    uint64
	play  play
	where string
	sent  bool
	err   error
}

// loadDisputes takes the disputes of the journal that were open; the first block lays them beside the chain's.
func (w *Worker) loadDisputes() error {
	records, err := w.Journal.Disputes()
	if err != nil {
		return err
	}
	for _, r := range records {
		if !r.IsClosed {
			w.court.games[r.ID] = &game{rec: r, isGone: true}
		}
	}
	if n := len(w.court.games); n > 0 {
		w.Log.Info("resuming disputes from the journal", "disputes", n)
	}
	return nil
}

// seeDisputes asks which disputes are ours. When the node is away, everything stays as it is.
func (w *Worker) seeDisputes(ctx context.Context) {
	tick, cancel := context.WithTimeout(ctx, tickTimeout)
	defer cancel()
	list, err := w.Chain.DisputesOf(tick, w.id.text)
	if err != nil {
		w.health.reach(err)
		w.Log.Warn("cannot ask for disputes; keeping what there is", "height", w.height, "err", err)
		return
	}
	for _, g := range w.court.games {
		g.isGone = true
	}
	for _, d := range list {
		w.seeDispute(d)
	}
	for _, g := range w.orderedGames() {
		switch {
		case g.isGone && !g.isBusy:
			w.askEnd(tick, g)
		case g.subject == nil && w.height >= g.notBefore:
			s, err := w.askSubject(tick, g.chain)
			if err != nil {
				w.Log.Warn("cannot ask what a dispute is about", "dispute", g.rec.ID, "err", err)
				continue
			}
			g.subject = &s
		}
	}
}

// seeDispute lays a dispute of the chain beside ours, or takes it up.
func (w *Worker) seeDispute(d attesttypes.Dispute) {
	g, ok := w.court.games[d.Id]
	if !ok {
		g = &game{rec: newDisputeRecord(d, w.id.text, w.height)}
		w.court.games[d.Id] = g
		w.saveDisputes(g.rec)
		w.Log.Warn("in a dispute", "dispute", d.Id, "task", d.TaskId, "role", g.rec.Role, "against", g.rec.Against, "origin", g.rec.Origin)
	}
	g.chain, g.isGone = d, false
	g.landed = max(g.landed, uint32(len(d.Moves)))
}

// saveDisputes writes records down. Moves do not wait for the disk: what they need is on the chain.
func (w *Worker) saveDisputes(records ...DisputeRecord) {
	err := w.Journal.PutDisputes(records...)
	w.health.disk(err)
	if err != nil {
		w.Log.Error("the journal cannot be written: disputes go on, but dispute list will not tell", "err", err)
	}
}

// askEnd asks how a dispute ended.
func (w *Worker) askEnd(ctx context.Context, g *game) {
	v, err := w.Chain.Dispute(ctx, g.rec.ID)
	switch {
	case errors.Is(err, client.ErrNotFound):
		g.rec.IsClosed, g.rec.Outcome, g.rec.Height = true, disputeUnknown, w.height
	case err != nil || v.Dispute.Phase != attesttypes.DISPUTE_PHASE_RESOLVED:
		return
	default:
		if g.rec.Role == "" {
			g.rec = newDisputeRecord(v.Dispute, w.id.text, w.height)
		}
		g.rec.closed(v.Dispute, w.height)
		if v.Where != "" && g.rec.Where == "" {
			g.rec.Where = v.Where
		}
	}
	w.saveDisputes(g.rec)
	delete(w.court.games, g.rec.ID)
	w.metrics.disputes.WithLabelValues(g.rec.Role, g.rec.Outcome).Inc()
	log := w.Log.Info
	if g.rec.Outcome == disputeLost {
		log = w.Log.Error
	}
	log("dispute over", "dispute", g.rec.ID, "task", g.rec.Task, "role", g.rec.Role, "outcome", g.rec.Outcome, "end", g.rec.End)
}

// turnDisputes starts whatever a dispute needs from us: its witness, and the move that is due.
func (w *Worker) turnDisputes(ctx context.Context, isBlock bool) {
	w.startWitness(ctx)
	for _, g := range w.orderedGames() {
		p := turnOf(g.chain, w.id.text, w.height)
		if !w.isOn(g, p) {
			continue
		}
		if isBlock && p.left < fewBlocks && g.doubt == "" {
			w.Log.Warn("few blocks are left for a move", "dispute", g.rec.ID, "move", kindText(p.kind), "blocks", p.left,
				"witness", g.subject != nil && w.court.kept[g.subject.key] != nil)
		}
		if g.isBusy || g.subject == nil || w.height < g.notBefore {
			continue
		}
		if k := w.court.kept[g.subject.key]; k != nil {
			w.startMove(ctx, g, p, k)
		}
	}
}

// isOn tells whether a move is due from us that was not made already and that we mean to make.
func (w *Worker) isOn(g *game, p play) bool {
	return p.isDue() && !g.isGone && !g.isGivenUp && p.turn.Move >= g.landed
}

// startMove builds and sends a move beside the loop and reports to it.
func (w *Worker) startMove(ctx context.Context, g *game, p play, k *kept) {
	g.rec.sending(p, w.height)
	w.saveDisputes(g.rec)
	g.isBusy = true
	k.users++
	job := moveJob{id: g.rec.ID, model: g.subject.model, isLastTry: g.witnesses >= maxWitnessTries, height: w.height}
	w.wg.Go(func() {
		m := w.makeMove(ctx, job, k)
		select {
		case w.court.movedCh <- m:
		case <-ctx.Done():
		}
	})
}

// moveJob is what a move is made from, apart from what the chain tells.
type moveJob struct {
	id        uint64
	model     [32]byte
	isLastTry bool // no better witness will come
	height    uint64
}

// makeMove asks what was shown, builds the move and sends it.
func (w *Worker) makeMove(ctx context.Context, job moveJob, k *kept) moved {
	m := moved{id: job.id}
	v, err := w.Chain.Dispute(ctx, job.id)
	if err != nil {
		m.err = err
		return m
	}
	if m.play, m.err = decideMove(v.Dispute, v.Trace, v.Shown, w.id.text, job.height); m.err != nil || !m.play.isDue() {
		return m
	}
	b, err := w.buildMove(ctx, m.play, v, job, k)
	if err != nil {
		m.err = err
		return m
	}
	if m.where = b.where; m.where == "" {
		m.where = v.Where
	}
	m.err = w.sendMove(ctx, m.play, b)
	m.sent = m.err == nil
	return m
}

// buildMove uses a witness, one move at a time. A step that does not refute is worth posting only when no better one
// can come: then silence would lose as well.
func (w *Worker) buildMove(ctx context.Context, p play, v *attesttypes.QueryDisputeResponse, job moveJob, k *kept) (built, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if sideOf(v.Dispute, w.id.text) == dispute.Solver {
		return defend(ctx, p.kind, v.Dispute, k.witness)
	}
	b, err := challenge(ctx, p.kind, v, k.witness, job.model)
	if errors.Is(err, errNotRefuted) && job.isLastTry && len(b.data) > 0 {
		return b, nil
	}
	return b, err
}

func (w *Worker) sendMove(ctx context.Context, p play, b built) (err error) {
	switch p.kind {
	case attesttypes.DISPUTE_MOVE_KIND_TRACE:
		_, err = w.Chain.PostTrace(ctx, p.turn, b.opening)
	case attesttypes.DISPUTE_MOVE_KIND_CHOICE:
		_, err = w.Chain.ChooseChild(ctx, p.turn, b.index)
	case attesttypes.DISPUTE_MOVE_KIND_CHILDREN:
		_, err = w.Chain.PostChildren(ctx, p.turn, b.children)
	case attesttypes.DISPUTE_MOVE_KIND_CHUNK:
		_, err = w.Chain.PostChunk(ctx, p.turn, b.data)
	case attesttypes.DISPUTE_MOVE_KIND_STEP:
		_, err = w.Chain.PostStep(ctx, p.turn, b.data)
	}
	return err
}

// onMoved notes what a move achieved, or when to try again.
func (w *Worker) onMoved(m moved) {
	g, ok := w.court.games[m.id]
	if !ok {
		return
	}
	g.isBusy = false
	if k := w.keptFor(g); k != nil && k.users > 0 {
		k.users--
	}
	switch {
	case m.sent:
		w.metrics.moves.WithLabelValues(kindText(m.play.kind)).Inc()
		g.landed = max(g.landed, m.play.turn.Move+1)
		g.rec.landed(m.play.turn.Move)
		g.doubt = ""
		if m.where != "" {
			g.rec.Where = m.where
		}
		w.Log.Info("moved", "dispute", m.id, "move", kindText(m.play.kind), "number", m.play.turn.Move, "where", g.rec.Where)
		w.saveDisputes(g.rec)
	case m.err != nil:
		w.unmoved(g, m.err)
	default: // the chain has gone on since
		g.notBefore = w.height + 1
	}
}

func (w *Worker) keptFor(g *game) *kept {
	if g.subject == nil {
		return nil
	}
	return w.court.kept[g.subject.key]
}

// unmoved decides how a move that was not made is tried again.
func (w *Worker) unmoved(g *game, err error) {
	g.notBefore = w.height + 1
	switch {
	case errors.Is(err, context.Canceled):
	case errors.Is(err, errNothingDiffers):
		w.doubts(g, "the solver's trace is our own: it is right, so the dispute is left to run out")
	case errors.Is(err, errIndefensible), errors.Is(err, errNotRefuted):
		w.doubts(g, err.Error())
		if k := w.keptFor(g); k != nil && k.users == 0 && g.witnesses < maxWitnessTries {
			w.Log.Warn("computing our own trace again", "dispute", g.rec.ID)
			delete(w.court.kept, g.subject.key)
			g.notBefore = w.height
		}
	default:
		w.metrics.moveFailures.Inc()
		w.Log.Warn("move not accepted", "dispute", g.rec.ID, "err", err, "next", client.Next(err))
	}
}

// doubts says, once, that there is no move to win a dispute with.
func (w *Worker) doubts(g *game, why string) {
	if g.doubt == why {
		return
	}
	g.doubt, g.rec.Note, g.rec.Height = why, why, w.height
	w.saveDisputes(g.rec)
	log := w.Log.Warn
	if g.rec.Role == roleText(dispute.Solver) {
		log = w.Log.Error
	}
	log("no move to make in a dispute", "dispute", g.rec.ID, "role", g.rec.Role, "why", why)
}

// heard warns as early as can be when our own result is not what the model gives.
func (w *Worker) heard(g *game, wit executor.Witness) {
	if g.rec.Role == roleText(dispute.Solver) && !wit.IsRight() {
		w.Log.Error("our own result in a dispute is not what the model gives now", "dispute", g.rec.ID, "task", g.rec.Task,
			"next", "check this machine's memory and the model's file")
	}
}

// unwitnessed says why there is no witness, and when it is tried again.
func (w *Worker) unwitnessed(g *game, err error) {
	switch {
	case errors.Is(err, context.Canceled):
	case errors.Is(err, step.ErrClaim), errors.Is(err, step.ErrTask), errors.Is(err, errNoDisputant):
		g.isGivenUp = true
		w.doubts(g, err.Error())
	default:
		g.notBefore = w.height + min(uint64(g.witnesses), fewBlocks)
		w.Log.Error("cannot witness a disputed run", "dispute", g.rec.ID, "task", g.rec.Task, "err", err,
			"next", "keep the model in the configuration until its disputes are over")
	}
}

// duties counts the disputes in which a move is due from us.
func (w *Worker) duties() int {
	n := 0
	for _, g := range w.court.games {
		if g.isBusy || g.doubt == "" && w.isOn(g, turnOf(g.chain, w.id.text, w.height)) {
			n++
		}
	}
	return n
}

// orderedGames lists the disputes by id, so that runs repeat.
func (w *Worker) orderedGames() []*game {
	out := make([]*game, 0, len(w.court.games))
	for _, g := range w.court.games {
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b *game) int { return compare(a.rec.ID, b.rec.ID) })
	return out
}
