package worker

import (
	"fmt"
	"maps"
	"slices"

	errorsmod "cosmossdk.io/errors"

	"github.com/aichain/aichain/canon/step"
	"github.com/aichain/aichain/client"
	"github.com/aichain/aichain/rules/dispute"
	attesttypes "github.com/aichain/aichain/x/attest/types"
)

const (
	otherProvider  = "other"
	thirdProvider  = "third"
	testMoveWindow = 20
	settledPage    = 2 // tasks in one page of TasksByStatus
)

// fakeReferee plays the part of x/attest that referees: rules/dispute and canon/step over its own state. The other side
// of a dispute is played by a rival, one move a block.
type fakeReferee struct {
	disputes  map[uint64]*attesttypes.Dispute
	shapes    map[uint64]step.Shape
	traces    map[string]*attesttypes.Trace // by task and provider
	shown     map[uint64][]attesttypes.Shown
	rivals    map[uint64]rival
	due       map[uint64]uint64 // dispute → height at which our present move became due
	late      []string          // our moves that did not come in the first block that could take them
	moves     []string          // ours, in order
	free      uint64            // uaic of our bond
	challenge map[string]uint64 // challenges opened by us, by task and solver
}

func newFakeReferee() *fakeReferee {
	return &fakeReferee{
		disputes: map[uint64]*attesttypes.Dispute{}, shapes: map[uint64]step.Shape{}, traces: map[string]*attesttypes.Trace{},
		shown: map[uint64][]attesttypes.Shown{}, rivals: map[uint64]rival{}, due: map[uint64]uint64{}, challenge: map[string]uint64{},
	}
}

// rival is who plays against the worker. It returns what it does, or an error to stay silent.
type rival interface {
	move(v *attesttypes.QueryDisputeResponse) (built, error)
}

func traceOf(task uint64, provider string) string { return fmt.Sprint(task, "/", provider) }

func as(e *errorsmod.Error, format string, args ...any) error {
	return fmt.Errorf("%w: %s", &refusedAs{&client.ChainError{Codespace: e.Codespace(), Code: e.ABCICode(), Log: e.Error()}, e}, fmt.Sprintf(format, args...))
}

// refusedAs is a ChainError that also is its registered error.
type refusedAs struct {
	*client.ChainError
	registered error
}

func (r *refusedAs) Unwrap() []error { return []error{r.ChainError, r.registered} }

// openDispute opens a dispute about the solver's result in round 0; queued if another one against it is on.
func (c *fakeChain) openDispute(task uint64, solver, challenger string, r rival) uint64 {
	id := uint64(len(c.referee.disputes)) + 1
	round := c.rounds[task]
	about, err := subjectOf(c.tasks[task], *round, round.Seats[round.SeatOf(solver)].Result)
	if err != nil {
		c.t.Fatal(err)
	}
	d := &attesttypes.Dispute{
		Id: id, TaskId: task, Solver: solver, Challenger: challenger, Origin: attesttypes.DISPUTE_ORIGIN_SPLIT,
		Phase: attesttypes.DISPUTE_PHASE_QUEUED, OpenHeight: c.height,
	}
	shape, err := step.NewShape(c.header, about.claim)
	c.referee.disputes[id], c.referee.shapes[id], c.referee.rivals[id] = d, shape, r
	if err != nil {
		c.resolve(d, dispute.Challenger, attesttypes.DISPUTE_END_IMPOSSIBLE)
		return id
	}
	c.beginQueued()
	return id
}

// beginQueued begins the first queued dispute against each solver that has none on.
func (c *fakeChain) beginQueued() {
	on := map[string]bool{}
	ids := slices.Sorted(maps.Keys(c.referee.disputes))
	for _, id := range ids {
		d := c.referee.disputes[id]
		if d.Phase != attesttypes.DISPUTE_PHASE_QUEUED && d.Phase != attesttypes.DISPUTE_PHASE_RESOLVED {
			on[traceOf(d.TaskId, d.Solver)] = true
		}
	}
	for _, id := range ids {
		d := c.referee.disputes[id]
		key := traceOf(d.TaskId, d.Solver)
		if d.Phase != attesttypes.DISPUTE_PHASE_QUEUED || on[key] {
			continue
		}
		on[key] = true
		c.to(d, dispute.Begin)
		if t := c.referee.traces[key]; t != nil {
			c.at(d, c.referee.shapes[id].Top(), step.Hash(t.Root))
			c.to(d, dispute.PostTrace)
		}
	}
}

// to goes on after a valid move.
func (c *fakeChain) to(d *attesttypes.Dispute, m dispute.Move) {
	next, err := dispute.Next(dispute.Phase(d.Phase), m)
	if err != nil {
		c.t.Fatal(err)
	}
	d.Phase, d.Deadline = attesttypes.DisputePhase(next), c.height+testMoveWindow
	c.referee.due[d.Id] = c.height
	if next == dispute.Resolved {
		d.Deadline = 0
	}
}

func (c *fakeChain) at(d *attesttypes.Dispute, p step.Place, hash step.Hash) {
	d.Place = attesttypes.Place{InTensor: p.InTensor, Tensor: p.Tensor, Level: uint32(p.Level), Index: p.Index}
	d.Hash = hash[:]
}

func (c *fakeChain) resolve(d *attesttypes.Dispute, winner dispute.Side, end attesttypes.DisputeEnd) {
	d.Phase, d.Deadline = attesttypes.DISPUTE_PHASE_RESOLVED, 0
	d.Winner, d.End, d.CloseHeight = attesttypes.DisputeSide(winner), end, c.height
	c.beginQueued()
}

// referees lets rivals move and time run out.
func (c *fakeChain) refereeBlock() {
	for _, id := range slices.Sorted(maps.Keys(c.referee.disputes)) {
		d := c.referee.disputes[id]
		if dispute.Phase(d.Phase).Turn() == dispute.Nobody {
			continue
		}
		who := map[dispute.Side]string{dispute.Solver: d.Solver, dispute.Challenger: d.Challenger}[dispute.Phase(d.Phase).Turn()]
		if r := c.referee.rivals[id]; who != c.addr && r != nil {
			if b, err := r.move(c.viewOf(d)); err == nil {
				_ = c.makeMove(who, id, uint32(len(d.Moves)), moveOf[d.Phase], b) // a refused move is no move
			}
		}
		if d.Deadline > 0 && c.height >= d.Deadline {
			end := attesttypes.DISPUTE_END_SOLVER_SILENT
			if dispute.Phase(d.Phase).Turn() == dispute.Challenger {
				end = attesttypes.DISPUTE_END_CHALLENGER_SILENT
			}
			c.resolve(d, dispute.TimeOut(dispute.Phase(d.Phase)), end)
		}
	}
}

// isOurMove tells whether the chain waits for the worker in a dispute.
func (c *fakeChain) isOurMove() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range c.referee.disputes {
		if turnOf(*d, c.addr, c.height).isDue() {
			return true
		}
	}
	return false
}

// makeMove checks a move as the chain does, and makes it.
func (c *fakeChain) makeMove(who string, id uint64, number uint32, kind attesttypes.DisputeMoveKind, b built) error {
	d := c.referee.disputes[id]
	switch {
	case d == nil:
		return as(attesttypes.ErrDisputeNotFound, "%d", id)
	case d.Phase == attesttypes.DISPUTE_PHASE_RESOLVED:
		return as(attesttypes.ErrDisputeResolved, "%d", id)
	case uint32(len(d.Moves)) != number || moveOf[d.Phase] != kind:
		return as(attesttypes.ErrMoveNotDue, "%d is %s", id, d.Phase)
	case c.height+1 > d.Deadline:
		return as(attesttypes.ErrTooLate, "%d", id)
	}
	if sideOf(*d, who) != dispute.Phase(d.Phase).Turn() {
		return as(attesttypes.ErrNotYourMove, "%d", id)
	}
	if who == c.addr && c.referee.due[id] != c.height {
		c.referee.late = append(c.referee.late, fmt.Sprintf("dispute %d move %d: due after %d, made after %d", id, number, c.referee.due[id], c.height))
	}
	next, err := c.check(d, kind, b)
	if err != nil {
		return err
	}
	d.Moves = append(d.Moves, attesttypes.DisputeMove{Kind: kind, Height: c.height + 1, Index: b.index})
	if who == c.addr {
		c.referee.moves = append(c.referee.moves, fmt.Sprintf("%d:%s", id, kindText(kind)))
	}
	if c.to(d, next); next == dispute.PostStep {
		c.resolve(d, dispute.Judge(d.End == attesttypes.DISPUTE_END_REFUTED), d.End)
	}
	return nil
}

// check checks the contents of a move and keeps what it shows.
func (c *fakeChain) check(d *attesttypes.Dispute, kind attesttypes.DisputeMoveKind, b built) (dispute.Move, error) {
	shape, place, key := c.referee.shapes[d.Id], d.Place.Step(), traceOf(d.TaskId, d.Solver)
	hash, trace := step.Hash{}, c.referee.traces[key]
	if trace != nil {
		hash = step.Hash(d.Hash)
	}
	show := func(data []byte) {
		shown := c.referee.shown[d.Id]
		c.referee.shown[d.Id] = append(shown, attesttypes.Shown{DisputeId: d.Id, Depth: uint32(len(shown)) + 1, Place: d.Place, Data: data})
	}
	switch kind {
	case attesttypes.DISPUTE_MOVE_KIND_TRACE:
		if err := shape.CheckEnds(b.opening.Root, b.opening.First, b.opening.Last); err != nil {
			return 0, as(attesttypes.ErrTraceEnds, "%v", err)
		}
		if err := shape.CheckChildren(shape.Top(), b.opening.Root, b.opening.Children); err != nil {
			return 0, as(attesttypes.ErrInvalidChildren, "%v", err)
		}
		c.referee.traces[key] = &attesttypes.Trace{TaskId: d.TaskId, Provider: d.Solver, Root: b.opening.Root[:], Children: joined(b.opening.Children)}
		c.at(d, shape.Top(), b.opening.Root)
		return dispute.PostTrace, nil
	case attesttypes.DISPUTE_MOVE_KIND_CHOICE:
		list := trace.Children
		if shown := c.referee.shown[d.Id]; len(shown) > 0 {
			list = shown[len(shown)-1].Data
		}
		children, err := client.Hashes(list)
		if err != nil {
			return 0, err
		}
		below, err := shape.Child(place, int(b.index))
		if err != nil {
			return 0, as(attesttypes.ErrInvalidChild, "%v", err)
		}
		c.at(d, below, children[b.index])
		if below.IsChunk() {
			return dispute.ChooseChunk, nil
		}
		return dispute.ChooseNode, nil
	case attesttypes.DISPUTE_MOVE_KIND_CHILDREN:
		if err := shape.CheckChildren(place, hash, b.children); err != nil {
			return 0, as(attesttypes.ErrInvalidChildren, "%v", err)
		}
		show(joined(b.children))
		return dispute.PostChildren, nil
	case attesttypes.DISPUTE_MOVE_KIND_CHUNK:
		if err := shape.CheckChunk(place, hash, b.data); err != nil {
			return 0, as(attesttypes.ErrInvalidChunk, "%v", err)
		}
		show(b.data)
		return dispute.PostChunk, nil
	}
	return c.checkStep(d, trace, b)
}

// checkStep computes the step and leaves the end in the dispute.
func (c *fakeChain) checkStep(d *attesttypes.Dispute, trace *attesttypes.Trace, b built) (dispute.Move, error) {
	s, err := step.Decode(b.data)
	if err != nil {
		return 0, as(attesttypes.ErrMalformedStep, "%v", err)
	}
	verdict, err := step.Check(step.Case{
		Shape: c.referee.shapes[d.Id], TraceRoot: step.Hash(trace.Root), ModelRoot: step.Hash(c.tasks[d.TaskId].Terms.ModelId),
	}, s)
	if err != nil {
		return 0, as(attesttypes.ErrInvalidStep, "%v", err)
	}
	d.Verdict = &attesttypes.StepVerdict{Tensor: s.Tensor, Unit: s.Unit, Operator: verdict.At.Site.String(), Claimed: verdict.Claimed, Expected: verdict.Expected}
	end := attesttypes.DISPUTE_END_UPHELD
	if verdict.Refuted {
		end = attesttypes.DISPUTE_END_REFUTED
	}
	d.End = end
	return dispute.PostStep, nil
}

func joined(hashes []step.Hash) []byte {
	var out []byte
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out
}

func (c *fakeChain) viewOf(d *attesttypes.Dispute) *attesttypes.QueryDisputeResponse {
	v := &attesttypes.QueryDisputeResponse{Dispute: *d, Shown: slices.Clone(c.referee.shown[d.Id]), Where: "somewhere"}
	v.Dispute.Moves = slices.Clone(d.Moves)
	if t := c.referee.traces[traceOf(d.TaskId, d.Solver)]; t != nil {
		copied := *t
		v.Trace = &copied
	}
	return v
}
