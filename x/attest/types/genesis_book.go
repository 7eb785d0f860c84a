package types

import (
	"cmp"

	errorsmod "cosmossdk.io/errors"
)

// roundAt names a round, partyOf what belongs to a task and a provider, pairOf a dispute by who plays it.
type (
	roundAt struct {
		taskID uint64
		round  uint32
	}
	partyOf struct {
		taskID uint64
		party  string
	}
	pairOf struct {
		taskID             uint64
		solver, challenger string
	}
)

// book finds the records of a genesis state by what they are about. Its maps are never walked.
type book struct {
	*GenesisState
	kind       *errorsmod.Error
	rounds     map[roundAt]*Round
	last       map[uint64]*Round // of each task
	disputes   map[uint64]*Dispute
	unresolved map[uint64]uint32    // by task
	first      map[partyOf]*Dispute // unresolved against a solver
	cases      map[uint64]*Case
}

func newBook(gs *GenesisState, kind *errorsmod.Error) *book {
	b := &book{
		GenesisState: gs, kind: kind,
		rounds: make(map[roundAt]*Round, len(gs.Rounds)), last: make(map[uint64]*Round, len(gs.Rounds)),
		disputes: make(map[uint64]*Dispute, len(gs.Disputes)), unresolved: map[uint64]uint32{}, first: map[partyOf]*Dispute{},
		cases: make(map[uint64]*Case, len(gs.Cases)),
	}
	for i := range gs.Rounds {
		r := &gs.Rounds[i]
		b.rounds[roundAt{r.TaskId, r.Round}], b.last[r.TaskId] = r, r
	}
	for i := range gs.Disputes {
		d := &gs.Disputes[i]
		b.disputes[d.Id] = d
		if !d.IsOpen() {
			continue
		}
		b.unresolved[d.TaskId]++
		if against := (partyOf{d.TaskId, d.Solver}); b.first[against] == nil {
			b.first[against] = d
		}
	}
	for i := range gs.Cases {
		b.cases[gs.Cases[i].TaskId] = &gs.Cases[i]
	}
	return b
}

// wrong is the error of a contradiction.
func (b *book) wrong(format string, args ...any) error {
	return errorsmod.Wrapf(b.kind, format, args...)
}

// seatOf finds a seat that revealed a result which can be disputed; nil if there is none.
func (b *book) seatOf(taskID uint64, round uint32, provider string) *Seat {
	r := b.rounds[roundAt{taskID, round}]
	if r == nil || !r.Refereed || !r.Disputed || r.IsOpen() {
		return nil
	}
	if i := r.SeatOf(provider); i >= 0 && r.Seats[i].HasRevealed() {
		return &r.Seats[i]
	}
	return nil
}

func (b *book) checkRounds() error {
	var last *Round
	for i := range b.Rounds {
		r := &b.Rounds[i]
		if err := r.Validate(b.kind); err != nil {
			return err
		}
		if err := CheckSuccessor(last, r, b.kind); err != nil {
			return err
		}
		last = r
	}
	return nil
}

func (b *book) checkSealed() error {
	var last *Sealed
	seen := map[uint64]bool{}
	for i := range b.Sealed {
		s := &b.Sealed[i]
		if s.Height == 0 || s.Provider == "" || len(s.TaskIds) == 0 {
			return b.wrong("sealed rounds of %q at height %d: expected a height, a provider and tasks, got %d tasks", s.Provider, s.Height, len(s.TaskIds))
		}
		if last != nil && cmp.Or(cmp.Compare(last.Height, s.Height), cmp.Compare(last.Provider, s.Provider), cmp.Compare(last.TaskIds[0], s.TaskIds[0])) >= 0 {
			return b.wrong("sealed rounds of %s at height %d: expected records by height, provider and first task", s.Provider, s.Height)
		}
		for _, id := range s.TaskIds {
			if r := b.last[id]; seen[id] || r == nil || !r.MayBeAudited() {
				return b.wrong("task %d is sealed twice, or cannot be audited", id)
			}
			seen[id] = true
		}
		last = s
	}
	return nil
}

func (b *book) checkDisputes() error {
	if b.NextDisputeId == 0 {
		return b.wrong("next_dispute_id: expected at least 1, got 0")
	}
	before, seen := uint64(0), make(map[pairOf]bool, len(b.Disputes))
	for i := range b.Disputes {
		d := &b.Disputes[i]
		if d.Id <= before || d.Id >= b.NextDisputeId {
			return b.wrong("dispute %d: expected ids in order, below %d", d.Id, b.NextDisputeId)
		}
		if err := d.Validate(b.kind); err != nil {
			return err
		}
		pair := pairOf{d.TaskId, d.Solver, d.Challenger}
		if seen[pair] {
			return b.wrong("dispute %d: played twice", d.Id)
		}
		if wrong := b.wrongSides(d); wrong != "" {
			return b.wrong("dispute %d: %s", d.Id, wrong)
		}
		before, seen[pair] = d.Id, true
	}
	return nil
}

// wrongSides says why the two sides cannot dispute.
func (b *book) wrongSides(d *Dispute) string {
	solver := b.seatOf(d.TaskId, d.Round, d.Solver)
	if solver == nil {
		return "the solver has no result that can be disputed"
	}
	if d.Origin == DISPUTE_ORIGIN_SPLIT {
		challenger := b.seatOf(d.TaskId, d.Round, d.Challenger)
		if challenger == nil || challenger.Result == solver.Result {
			return "the challenger has no other result in the round"
		}
		return ""
	}
	for number := uint32(0); number <= b.last[d.TaskId].Round; number++ {
		if b.rounds[roundAt{d.TaskId, number}].SeatOf(d.Challenger) >= 0 {
			return "the challenger has a seat on the task"
		}
	}
	return ""
}

// checkQueues checks who plays: against each solver the first unresolved dispute has a deadline, and no other.
func (b *book) checkQueues() error {
	for i := range b.Disputes {
		d := &b.Disputes[i]
		if !d.IsOpen() {
			continue
		}
		isFirst := b.first[partyOf{d.TaskId, d.Solver}] == d
		isQueued := d.Phase == DISPUTE_PHASE_QUEUED
		hasFallen := b.seatOf(d.TaskId, d.Round, d.Solver).Fall != FALL_UNSPECIFIED
		switch {
		case isFirst != (d.Deadline > 0):
			return b.wrong("dispute %d: the first against a solver has a deadline, and no other; deadline %d", d.Id, d.Deadline)
		case !isFirst && !isQueued:
			return b.wrong("dispute %d: two disputes against one solver are played", d.Id)
		case isFirst && isQueued != hasFallen:
			return b.wrong("dispute %d: expected one that is played against a seat that stands, or dropped after its fall", d.Id)
		case b.cases[d.TaskId] == nil:
			return b.wrong("dispute %d: no case", d.Id)
		}
	}
	return nil
}

func (b *book) checkCases() error {
	before := uint64(0)
	for i := range b.Cases {
		c := &b.Cases[i]
		r := b.rounds[roundAt{c.TaskId, c.Round}]
		switch {
		case c.TaskId <= before:
			return b.wrong("case of task %d: out of order", c.TaskId)
		case r == nil || !r.Refereed || r.IsOpen():
			return b.wrong("case of task %d: round %d cannot be disputed", c.TaskId, c.Round)
		case c.Unresolved != b.unresolved[c.TaskId]:
			return b.wrong("case of task %d: counts %d unresolved disputes of %d", c.TaskId, c.Unresolved, b.unresolved[c.TaskId])
		case c.Origin == DISPUTE_ORIGIN_SPLIT && (c.Until != 0 || r.Verdict != VERDICT_SPLIT || b.last[c.TaskId] != r):
			return b.wrong("case of task %d: no split to decide", c.TaskId)
		case c.Origin == DISPUTE_ORIGIN_CHALLENGE && c.Until == 0, c.Origin < DISPUTE_ORIGIN_SPLIT, c.Origin > DISPUTE_ORIGIN_CHALLENGE:
			return b.wrong("case of task %d: origin %s until %d", c.TaskId, c.Origin, c.Until)
		}
		before = c.TaskId
	}
	for i := range b.Disputes {
		d := &b.Disputes[i]
		if c := b.cases[d.TaskId]; d.IsOpen() && (c.Origin != d.Origin || c.Origin == DISPUTE_ORIGIN_SPLIT && c.Round != d.Round) {
			return b.wrong("dispute %d: it does not belong to the case of its task", d.Id)
		}
	}
	return nil
}

// checkSeats checks what disputes have left on the seats.
func (b *book) checkSeats() error {
	for i := range b.Rounds {
		r := &b.Rounds[i]
		for j := range r.Seats {
			s := &r.Seats[j]
			if s.LostDispute == 0 && !s.Challenged {
				continue
			}
			if c := b.cases[r.TaskId]; s.Challenged && (c == nil || c.Origin != DISPUTE_ORIGIN_CHALLENGE) {
				return b.wrong("task %d round %d: a seat is challenged without a case", r.TaskId, r.Round)
			}
			if s.LostDispute == 0 {
				continue
			}
			// A dispute that x/compute has had forgotten before its round is gone for good.
			if d := b.disputes[s.LostDispute]; d != nil && (d.Solver != s.Provider || d.Winner != DISPUTE_SIDE_CHALLENGER || d.TaskId != r.TaskId) {
				return b.wrong("task %d round %d: a seat did not lose dispute %d", r.TaskId, r.Round, d.Id)
			}
		}
	}
	return nil
}

func (b *book) checkTraces() error {
	var last *Trace
	for i := range b.Traces {
		t := &b.Traces[i]
		isAfter := last == nil || last.TaskId < t.TaskId || last.TaskId == t.TaskId && last.Provider < t.Provider
		switch {
		case !isAfter:
			return b.wrong("trace of task %d by %s: out of order", t.TaskId, t.Provider)
		case len(t.Root) != HashBytes || !isHashList(t.Children):
			return b.wrong("trace of task %d by %s: a root of %d bytes, children of %d", t.TaskId, t.Provider, len(t.Root), len(t.Children))
		case !b.hasRevealed(t.TaskId, t.Provider):
			return b.wrong("trace of task %d by %s: no result that it could be of", t.TaskId, t.Provider)
		}
		last = t
	}
	return nil
}

// hasRevealed tells whether the provider revealed a result in some round of the task.
func (b *book) hasRevealed(taskID uint64, provider string) bool {
	last := b.last[taskID]
	for number := uint32(0); last != nil && number <= last.Round; number++ {
		if b.seatOf(taskID, number, provider) != nil {
			return true
		}
	}
	return false
}

func (b *book) checkShown() error {
	var last *Shown
	for i := range b.Shown {
		s := &b.Shown[i]
		d := b.disputes[s.DisputeId]
		isAfter := last == nil || last.DisputeId < s.DisputeId || last.DisputeId == s.DisputeId && last.Depth < s.Depth
		switch {
		case !isAfter:
			return b.wrong("shown in dispute %d at depth %d: out of order", s.DisputeId, s.Depth)
		case d == nil || !d.IsOpen() || s.Depth == 0 || s.Depth > d.Choices():
			return b.wrong("shown in dispute %d at depth %d: the dispute is not there, or over", s.DisputeId, s.Depth)
		case s.Place.isChunk() && (len(s.Data) == 0 || len(s.Data) > MaxChunkBytes), !s.Place.isChunk() && !isHashList(s.Data):
			return b.wrong("shown in dispute %d at depth %d: %d bytes", s.DisputeId, s.Depth, len(s.Data))
		}
		last = s
	}
	return nil
}

func (b *book) checkParked() error {
	before := uint64(0)
	for i := range b.Parked {
		p := &b.Parked[i]
		r, c := b.last[p.TaskId], b.cases[p.TaskId]
		isRound := p.Step == ParkedStep && r != nil && r.IsOpen()
		isCase := p.Step == ParkedCaseStep && c != nil && c.Unresolved == 0
		if p.TaskId <= before || !isRound && !isCase {
			return b.wrong("parked task %d: expected ascending ids, and an open round with step %q or a case without unresolved disputes with %q",
				p.TaskId, ParkedStep, ParkedCaseStep)
		}
		before = p.TaskId
	}
	before = 0
	for i := range b.ParkedDisputes {
		p := &b.ParkedDisputes[i]
		if d := b.disputes[p.DisputeId]; p.DisputeId <= before || d == nil || !d.IsOpen() || d.Deadline == 0 {
			return b.wrong("parked dispute %d: expected ascending ids of disputes in which a move is due", p.DisputeId)
		}
		before = p.DisputeId
	}
	return nil
}
