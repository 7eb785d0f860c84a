package worker

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/rules/result"
	attesttypes "github.com/aichain/aichain/x/attest/types"
	computetypes "github.com/aichain/aichain/x/compute/types"
)

// What comes of an inspection.
const (
	inspectedEqual      = "equal"      // the same result
	inspectedChallenged = "challenged" // another one: every seat that stands for it is challenged
	inspectedMistaken   = "mistaken"   // another one, and then the same: this machine erred
	inspectedGone       = "gone"       // no longer settled, or the window is over
	inspectedFailed     = "failed"     // it could not be run
	inspectedNoStake    = "no_stake"   // another one, and not enough free bond until the window was over
)

const (
	// inspectEvery is how many blocks lie between two looks at the settled tasks.
	inspectEvery = 5
	// maxInspections bounds the chosen tasks that wait; while there are as many, nobody looks for more.
	maxInspections = 1_000
	// wholeBps is 100 % in basis points.
	wholeBps = 10_000
)

// Cursor is how far the settled tasks have been looked through, in the order in which they leave the state.
type Cursor struct {
	Page   []byte `json:"page,omitempty"` // key of the page to read next, nil for the first
	Height uint64 `json:"height"`         // at which the last task looked at leaves the state
	Task   uint64 `json:"task"`
}

// isPast tells whether a task was looked at before.
func (c Cursor) isPast(t computetypes.Task) bool {
	return t.NextHeight < c.Height || t.NextHeight == c.Height && t.Id <= c.Task
}

// Inspection is a settled task that was chosen to be run again.
type Inspection struct {
	Task     uint64 `json:"task"`
	Until    uint64 `json:"until"`           // last block of the challenge window
	Differs  bool   `json:"differs"`         // it was run and came out differently: challenge it
	Tries    int    `json:"tries,omitempty"` // failed ones
	IsClosed bool   `json:"-"`

	notBefore uint64
}

// Key orders inspections by task.
func (i Inspection) Key() []byte { return binary.BigEndian.AppendUint64(nil, i.Task) }

// inspector is what the loop knows of inspections.
type inspector struct {
	cursor  Cursor
	items   map[uint64]*Inspection
	current *inspected // under way: one at a time
	isMore  bool       // the last look did not come to the end

	challengedCh chan challenged
}

// inspected is the inspection under way.
type inspected struct {
	task  uint64
	round attesttypes.Round
	root  []byte // of the established result

	isChallenge bool // the run is over; round and root are not set
}

func newInspector() inspector {
	return inspector{items: map[uint64]*Inspection{}, isMore: true, challengedCh: make(chan challenged)}
}

// loadInspections takes what the journal has.
func (w *Worker) loadInspections() error {
	cursor, items, err := w.Journal.Inspections()
	if err != nil {
		return fmt.Errorf("read the journal's inspections: %w", err)
	}
	w.court.inspector.cursor = cursor
	for _, it := range items {
		w.court.inspector.items[it.Task] = &it
	}
	return nil
}

// turnInspection looks for settled tasks to inspect, runs one again when there is nothing else to do, and challenges
// what came out differently.
func (w *Worker) turnInspection(ctx context.Context, isBlock bool) {
	in := &w.court.inspector
	if w.cfg.Dispute.InspectBps == 0 || w.draining || w.height == 0 {
		return
	}
	if isBlock && (in.isMore || w.height%inspectEvery == 0) && len(in.items) < maxInspections {
		w.lookThrough(ctx)
	}
	if in.current != nil {
		return
	}
	for _, it := range w.orderedInspections() {
		switch {
		case w.height < it.notBefore:
		case w.height >= it.Until:
			outcome := inspectedGone
			if it.Differs {
				outcome = inspectedNoStake
			}
			w.closeInspection(it, outcome)
		case it.Differs:
			w.startChallenge(ctx, it)
			return
		case w.isIdle():
			w.inspect(ctx, it)
			return
		}
	}
}

// isIdle tells whether nothing that we are paid for, and no dispute, wants this machine.
func (w *Worker) isIdle() bool {
	return w.executing == 0 && w.court.computing == nil && w.duties() == 0
}

// orderedInspections lists them by the end of their window, then by task.
func (w *Worker) orderedInspections() []*Inspection {
	var out []*Inspection
	for _, it := range w.court.inspector.items {
		out = append(out, it)
	}
	slices.SortFunc(out, func(a, b *Inspection) int {
		if c := compare(a.Until, b.Until); c != 0 {
			return c
		}
		return compare(a.Task, b.Task)
	})
	return out
}

// lookThrough reads one page of the settled tasks and writes down which it chose, together with how far it came.
func (w *Worker) lookThrough(ctx context.Context) {
	in := &w.court.inspector
	tick, cancel := context.WithTimeout(ctx, tickTimeout)
	defer cancel()
	tasks, next, err := w.Chain.TasksByStatus(tick, computetypes.TASK_STATUS_SETTLED, in.cursor.Page)
	if errors.Is(err, client.ErrBadRequest) {
		in.cursor.Page = nil // the chain was restarted from an export
		return
	}
	if err != nil {
		w.Log.Warn("cannot ask for settled tasks", "err", err)
		return
	}
	cursor, chosen := in.cursor, []Inspection{}
	for _, t := range tasks {
		if cursor.isPast(t) {
			continue
		}
		cursor.Height, cursor.Task = t.NextHeight, t.Id
		if it := (Inspection{Task: t.Id, Until: t.CloseHeight + t.Snapshot.ChallengeWindow}); w.isChosen(t) && w.height < it.Until {
			chosen = append(chosen, it)
		}
	}
	in.isMore = len(next) > 0
	if in.isMore {
		cursor.Page = next
	}
	if cursor.Task == in.cursor.Task && cursor.Height == in.cursor.Height && !in.isMore {
		return
	}
	if err := w.Journal.PutInspections(cursor, chosen...); err != nil {
		w.health.disk(err)
		return // the next look finds them again
	}
	in.cursor = cursor
	for _, it := range chosen {
		in.items[it.Task] = &it
	}
}

// isChosen says whether a settled task is in the share that we inspect. Nobody without our secret can tell beforehand,
// and a restart changes nothing.
func (w *Worker) isChosen(t computetypes.Task) bool {
	return t.Snapshot.Refereed && len(t.Terms.ModelId) == 32 && w.models[[32]byte(t.Terms.ModelId)] &&
		w.Salts.lot(w.id.chain, w.id.text, t.Id) < uint64(w.cfg.Dispute.InspectBps)
}

// inspect queues a chosen task for execution, unless there is nothing to inspect about it.
func (w *Worker) inspect(ctx context.Context, it *Inspection) {
	tick, cancel := context.WithTimeout(ctx, tickTimeout)
	defer cancel()
	it.notBefore = w.height + 1
	e, err := w.established(tick, it.Task)
	switch {
	case errors.Is(err, errNotOurs):
		w.closeInspection(it, inspectedGone)
		return
	case err != nil:
		w.Log.Warn("cannot ask for a task to inspect", "task", it.Task, "err", err)
		return
	}
	job, err := jobOf(client.Seat{Task: e.task, Round: e.round})
	if err != nil {
		w.Log.Error("refusing to inspect", "err", err)
		w.closeInspection(it, inspectedFailed)
		return
	}
	select {
	case w.queue <- work{key: Key{it.Task, e.round.Round}, isInspection: true, model: [32]byte(e.round.ModelId), job: job}:
		w.executing++
		w.court.inspector.current = &inspected{task: it.Task, round: e.round, root: e.task.ResultRoot}
	default:
	}
}

// onInspected compares.
func (w *Worker) onInspected(d done) {
	in := &w.court.inspector
	cur := in.current
	in.current = nil
	if cur == nil || in.items[cur.task] == nil {
		return
	}
	it := in.items[cur.task]
	if d.result.Err != nil {
		if it.Tries++; it.Tries >= maxExecuteTries {
			w.Log.Warn("cannot inspect", "task", it.Task, "err", d.result.Err)
			w.closeInspection(it, inspectedFailed)
		}
		return
	}
	root := result.Root(cur.round.ModelId, cur.round.InputDigest, d.result.Output, d.result.Stop)
	if bytes.Equal(root[:], cur.root) {
		w.closeInspection(it, inspectedEqual)
		return
	}
	w.Log.Warn("a settled result is not ours: it will be challenged", "task", it.Task, "window_ends", it.Until)
	it.Differs = true
	w.saveInspection(*it) // if it fails, the next start runs it again
}

func (w *Worker) saveInspection(it Inspection) {
	if err := w.Journal.PutInspections(w.court.inspector.cursor, it); err != nil {
		w.health.disk(err)
	}
}

func (w *Worker) closeInspection(it *Inspection, outcome string) {
	it.IsClosed = true
	w.saveInspection(*it)
	delete(w.court.inspector.items, it.Task)
	w.metrics.inspections.WithLabelValues(outcome).Inc()
	w.Log.Info("inspected", "task", it.Task, "outcome", outcome)
}
